import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import { leafProfileNames, leafProfiles } from '../../src/pki/leaf-profiles.ts';
import { certificateDifferences } from '../pki/compare.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { waitReady } from './support/etcd.ts';

jest.setTimeout(15 * 60_000);

/** Where the host's kubeadm makes its own certificates from the action's configuration. */
const THEIRS = '/var/tmp/kubeadm-pki';
const CONFIG = '/etc/kubernetes/etcd-ha-action/kubeadmcfg.yaml';

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab({ hosts: 1 });
});
afterAll(() => lab.down());

// One member is enough: the certificates of each are made in the same way.
describe("certificates and kubeadm's own, made by the host's kubeadm from the same configuration", () => {
  beforeAll(async () => {
    const run = await runInLab(lab, deployInputs(lab));
    if (run.conclusion !== 'success') throw new Error(run.log.join('\n'));
    const phases = [
      'etcd-ca',
      'etcd-server',
      'etcd-peer',
      'etcd-healthcheck-client',
      'apiserver-etcd-client',
    ];
    await lab.sh(
      'infra0',
      `sed 's#^certificatesDir: .*#certificatesDir: ${THEIRS}#' ${CONFIG} > /var/tmp/kubeadm.yaml
       for phase in ${phases.join(' ')}; do kubeadm init phase certs $phase --config /var/tmp/kubeadm.yaml; done`,
    );
  });

  const read = (folder: string, file: string): Promise<string> =>
    lab.sh('infra0', `cat ${folder}/${file}.crt`);

  test.each(['etcd/ca', ...leafProfileNames.map((name) => leafProfiles[name].path)])(
    '%s: no field differs',
    async (file) => {
      const [ours, ourCa] = [
        await read('/etc/kubernetes/pki', file),
        await read('/etc/kubernetes/pki', 'etcd/ca'),
      ];
      const [theirs, theirCa] = [await read(THEIRS, file), await read(THEIRS, 'etcd/ca')];
      expect(
        certificateDifferences(
          { certificatePem: ours, issuerPem: ourCa },
          { certificatePem: theirs, issuerPem: theirCa },
        ),
      ).toEqual([]);
    },
  );

  test('kubeadm takes ours for its own', async () => {
    const said = await lab.sh('infra0', `kubeadm init phase certs etcd-server --config ${CONFIG} 2>&1`);
    expect(said).toMatch(/Using existing etcd\/server certificate and key on disk/);
  });
});

describe('a CA that the user brought', () => {
  test('signs the members; its key is kept on the first host; its certificate is not masked', async () => {
    await lab.reset('infra0');
    const made = await lab.sh(
      'infra0',
      `mkdir -p ${THEIRS} && cd ${THEIRS} && openssl req -x509 -newkey rsa:3072 -nodes -keyout ca.key -out ca.crt -days 900 \\
         -subj '/O=Example/CN=example etcd CA' -addext 'keyUsage=critical,keyCertSign,cRLSign' -addext 'basicConstraints=critical,CA:TRUE' 2>/dev/null
       cat ca.crt ca.key; rm -r ${THEIRS}`,
    );
    const [certificate = '', key = ''] = made.split(/(?<=-----END CERTIFICATE-----\n)/);
    const inputs = deployInputs(lab, {
      'ca-certificate': certificate,
      'ca-key': key,
      bootstrap: 'allow',
      'key-algorithm': 'RSA-3072',
    });
    const run = await runInLab(lab, inputs);
    if (run.conclusion !== 'success') throw new Error(run.log.join('\n'));
    expect(run.outputs['ca-certificate']?.trim()).toBe(certificate.trim());
    expect(run.droppedOutputs).toEqual([]);
    expect(run.log.join('\n')).not.toContain(key.split('\n')[3]);
    const checked = await lab.sh(
      'infra0',
      'cd /etc/kubernetes/pki && openssl verify -CAfile etcd/ca.crt etcd/server.crt && openssl rsa -in etcd/ca.key -noout -check && openssl x509 -in etcd/server.crt -noout -text | grep -o "(3072 bit)"',
    );
    expect(checked).toMatch(/server\.crt: OK\nRSA key ok\n\(3072 bit\)/);
    await waitReady(lab, 'infra0');
    const again = await runInLab(lab, inputs);
    expect(again.outputs).toMatchObject({ changed: 'false', healthy: 'true' });
  });
});
