import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import { FIRST_MINOR_WITH_P384 } from '../../src/kubeadm/kubeadm-config.ts';
import { createAuthority, type SigningAuthority } from '../../src/pki/authority.ts';
import { inspectCertificate } from '../../src/pki/inspect.ts';
import { generateKey, keyAlgorithms, privateKeyToPem, type KeyAlgorithm } from '../../src/pki/keys.ts';
import {
  issueLeaf,
  issueMemberLeaves,
  type Leaf,
  leafProfileNames,
  leafProfiles,
} from '../../src/pki/leaf.ts';
import { readSigningAuthority } from '../../src/pki/read-authority.ts';
import { daysLeft } from '../../src/pki/certificate.ts';
import { certificateDifferences } from '../pki/compare.ts';
import { opensslCa } from '../pki/openssl.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, minorOf, runInLab } from './support/action-in-lab.ts';
import { containerIds, waitReady } from './support/etcd.ts';
import { expectRefusal, finding, logOf, succeeded } from './support/expect-run.ts';
import { whoGetsIn, type Pair } from './support/who-gets-in.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';

jest.setTimeout(15 * 60_000);

/** Folder in which the host's kubeadm creates its own certificates from the action's configuration. */
const THEIRS = '/var/tmp/kubeadm-pki';
const CONFIG = '/etc/kubernetes/etcd-ha-action/kubeadmcfg.yaml';
const FILES = ['etcd/ca', ...leafProfileNames.map((name) => leafProfiles[name].path)];

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab({ hosts: 1 });
});
afterAll(() => lab.down());

/**
 * Lets the host's kubeadm create all certificates in {@link THEIRS}.
 * @param edit of the action's configuration, for sed.
 */
async function kubeadmMakes(edit = ''): Promise<Map<string, string>> {
  const phases = ['etcd-ca', 'etcd-server', 'etcd-peer', 'etcd-healthcheck-client', 'apiserver-etcd-client'];
  await lab.sh(
    'infra0',
    `rm -rf ${THEIRS}
     sed 's#^certificatesDir: .*#certificatesDir: ${THEIRS}#; ${edit}' ${CONFIG} > /var/tmp/kubeadm.yaml
     for phase in ${phases.join(' ')}; do kubeadm init phase certs $phase --config /var/tmp/kubeadm.yaml; done`,
  );
  return read(THEIRS);
}

async function read(folder: string): Promise<Map<string, string>> {
  const texts = FILES.map(
    async (file) => [file, await lab.sh('infra0', `cat ${folder}/${file}.crt`)] as const,
  );
  return new Map(await Promise.all(texts));
}

/** Every difference of every certificate. */
function differences(ours: ReadonlyMap<string, string>, theirs: ReadonlyMap<string, string>): string[] {
  const compared = (set: ReadonlyMap<string, string>, file: string) => ({
    certificatePem: set.get(file) ?? '',
    issuerPem: set.get('etcd/ca') ?? '',
  });
  return FILES.flatMap((file) =>
    certificateDifferences(compared(ours, file), compared(theirs, file)).map((line) => `${file}: ${line}`),
  );
}

// One member is enough: the certificates of all members are created in the same way.
describe("certificates beside those that the host's kubeadm makes from the same configuration", () => {
  // No value is kubeadm's default.
  const deploy = (extraSans = sans, more: Record<string, string> = {}): Promise<ActionRun> =>
    runInLab(
      lab,
      deployInputs(lab, {
        'key-algorithm': 'ECDSA-P256',
        'certificate-validity-days': '90',
        'ca-validity-days': '1825',
        'extra-sans': extraSans.join('\n'),
        ...more,
      }),
    );
  const sans = ['*.etcd.example.com', '10.0.0.100', 'etcd.example.com', 'fd00::100'];

  beforeAll(async () => {
    succeeded(await deploy());
  });

  test('no field of what lies on the host differs', async () => {
    const [ours, theirs] = [await read('/etc/kubernetes/pki'), await kubeadmMakes()];
    const { keyAlgorithm, notAfter } = inspectCertificate(theirs.get('etcd/server') ?? '');
    expect([keyAlgorithm, daysLeft(notAfter, new Date())]).toEqual(['ECDSA-P256', 89]);
    expect(differences(ours, theirs)).toEqual([]);
  });

  test('kubeadm takes ours for its own', async () => {
    const said = await lab.sh('infra0', `kubeadm init phase certs etcd-server --config ${CONFIG} 2>&1`);
    expect(said).toMatch(/Using existing etcd\/server certificate and key on disk/);
  });

  test.each(keyAlgorithms)('%s: no field differs', async (algorithm) => {
    const edit = `s#^encryptionAlgorithm: .*#encryptionAlgorithm: ${algorithm}#`;
    if (algorithm === 'ECDSA-P384' && minorOf(lab) < FIRST_MINOR_WITH_P384) {
      // The reason why such a configuration does not contain it.
      await expect(kubeadmMakes(edit)).rejects.toThrow(/Invalid encryption algorithm .*ECDSA-P384/);
      return;
    }
    const now = new Date();
    const ca = await createAuthority({ algorithm, days: 1825, now });
    const [host] = lab.hosts;
    if (host === undefined) throw new Error('the lab has a host');
    const member = { ...host, extraSans: sans };
    const leaves = await issueMemberLeaves(ca, { member, algorithm, days: 90, now });
    const ours = new Map([
      ['etcd/ca', ca.certificatePem],
      ...leafProfileNames.map((name) => [leafProfiles[name].path, leaves[name].certificatePem] as const),
    ]);
    expect(differences(ours, await kubeadmMakes(edit))).toEqual([]);
  });

  test('a changed list of names is served without a restart, and then counts as wanted', async () => {
    const before = await containerIds(lab);
    const served = async (port: number): Promise<string> => {
      const address = lab.hosts[0]?.address ?? '';
      const said = await lab.sh(
        'infra0',
        `openssl s_client -connect ${address}:${port} < /dev/null 2> /dev/null | openssl x509 -noout -ext subjectAltName`,
      );
      return said.replaceAll(/\s+/g, ' ');
    };
    const changed = ['etcd.example.com', 'new.example.com'];
    const run = succeeded(await deploy(changed));
    expect(run.outputs).toMatchObject({ verdict: 'converge', changed: 'true', healthy: 'true' });
    for (const port of [2379, 2380]) {
      expect(await served(port)).toContain(
        'DNS:etcd.example.com, DNS:infra0, DNS:localhost, DNS:new.example.com, IP Address:10.77.0.10, IP Address:127.0.0.1,',
      );
      expect(await served(port)).not.toMatch(/10\.0\.0\.100|FD00|\*/);
    }
    expect(await containerIds(lab)).toEqual(before);
    expect(succeeded(await deploy(changed)).outputs).toMatchObject({ verdict: 'unchanged' });
  });

  test("the CA's key goes from its host once the inputs have it, and health tells of one that comes back", async () => {
    const [caCrt, caKey] = await Promise.all(
      ['crt', 'key'].map((part) => lab.sh('infra0', `cat /etc/kubernetes/pki/etcd/ca.${part}`)),
    );
    if (caCrt === undefined || caKey === undefined) throw new Error('the CA lies on its host');
    const before = await containerIds(lab);
    const given = { 'ca-certificate': caCrt, 'ca-key': caKey, 'ca-custody': 'input-only' };
    // Of another CA: refused, and the key stays.
    const stranger = await createAuthority({ algorithm: 'ECDSA-P256', now: new Date() });
    expectRefusal(
      await deploy(sans, { ...given, 'ca-certificate': stranger.certificatePem, 'ca-key': stranger.keyPem }),
      [finding('infra0', 'its CA .* is not the one in the inputs')],
    );
    const run = succeeded(await deploy(sans, given));
    expect(run.outputs).toMatchObject({ verdict: 'converge', changed: 'true', healthy: 'true' });
    expect(logOf(run)).toContain('Key of the CA: infra0 (remove key of the CA)');
    expect(logOf(run)).toContain('[infra0] the key of the CA is no longer on this host');
    expect(run.summary).toContain(
      'on none of the hosts (ca-custody: input-only). This run has removed it from infra0.',
    );
    expect(await placesOf(caKey)).toBe('');
    expect(await containerIds(lab)).toEqual(before);
    expect(succeeded(await deploy(sans, given)).outputs).toMatchObject({ verdict: 'unchanged' });
    // Without the key nothing can be signed any more, and nothing has to be.
    expect(logOf(await deploy(sans, { 'ca-custody': 'input-only' }))).toContain('the inputs hold no CA');

    await lab.sh('infra0', 'touch /etc/kubernetes/pki/etcd/ca.key');
    const health = await runInLab(lab, deployInputs(lab, { operation: 'health' }));
    expect(logOf(health)).toContain(
      'The key of the CA is on infra0 (/etc/kubernetes/pki/etcd/ca.key), and according to the record',
    );
  });
});

/** Returns all files of the host that contain the key. */
function placesOf(keyPem: string): Promise<string> {
  const line = keyPem.split('\n')[2] ?? '';
  return lab.sh(
    'infra0',
    `grep -rlsF -- '${line}' /etc /var/lib /var/tmp /var/log /tmp /run /root /home || true`,
  );
}

describe('a CA of the user, below a root', () => {
  const caLines = (constraints: string): string[] => [
    `basicConstraints=critical,CA:TRUE${constraints}`,
    'keyUsage=critical,keyCertSign,cRLSign',
    'subjectKeyIdentifier=hash',
  ];
  const make = async (subject: string, algorithm: KeyAlgorithm, lines: readonly string[], issuer?: Pair) => {
    const keyPem = privateKeyToPem(await generateKey(algorithm));
    const made = { keyPem, subject, extensions: lines, ...(issuer === undefined ? {} : { issuer }) };
    return { keyPem, certificatePem: opensslCa(made) };
  };
  const signer = ({ certificatePem, keyPem }: Pair): SigningAuthority =>
    readSigningAuthority(
      { name: 'certificate', text: certificatePem },
      { name: 'key', text: keyPem },
      new Date(Date.now() + 1000),
    );
  const clientOf = (authority: Pair): Promise<Leaf> =>
    issueLeaf(signer(authority), 'healthcheckClient', {
      member: { name: 'infra0', address: '127.0.0.1' },
      algorithm: 'ECDSA-P256',
      now: new Date(),
    });

  let root: Pair;
  let ca: Pair;
  beforeAll(async () => {
    root = await make('/O=Example/CN=root', 'RSA-3072', caLines(''));
    // Go's own verification has to handle constraints: etcd, kubelet's probes and etcdctl all use it.
    const allowed = [
      'DNS:infra0',
      'DNS:localhost',
      'IP:10.77.0.0/255.255.255.0',
      'IP:127.0.0.1/255.255.255.255',
      `IP:::1/${'ffff:'.repeat(7)}ffff`,
    ];
    const constraints = `nameConstraints=critical,${allowed.map((name) => `permitted;${name}`).join(',')}`;
    ca = await make('/O=Example/CN=etcd CA', 'ECDSA-P384', [...caLines(',pathlen:0'), constraints], root);
  });

  // The reason why hosts get the CA's certificate alone, and never the root.
  test('etcd takes all that is below a root in its ca.crt, and nothing else than its own below the CA alone', async () => {
    const sibling = await make('/CN=sibling', 'ECDSA-P256', caLines(''), root);
    const [own, ofRoot, ofSibling] = await Promise.all([ca, root, sibling].map(clientOf));
    const server = await issueLeaf(signer(ca), 'server', {
      member: { name: 'infra0', address: '10.77.0.10' },
      algorithm: 'ECDSA-P256',
      now: new Date(),
    });
    if (own === undefined || ofRoot === undefined || ofSibling === undefined)
      throw new Error('three clients');
    const withChain = { ...ofSibling, certificatePem: ofSibling.certificatePem + sibling.certificatePem };
    const clients = { own, ofRoot, ofSibling: withChain };
    const getsIn = (caCrt: string): Promise<string[]> => whoGetsIn(lab.kubernetes, caCrt, server, clients);
    expect(await getsIn(ca.certificatePem + root.certificatePem)).toEqual(['own', 'ofRoot', 'ofSibling']);
    expect(await getsIn(ca.certificatePem)).toEqual(['own']);
  });

  test('signs the members; hosts get its certificate alone, and no key; it is not masked', async () => {
    await lab.reset('infra0');
    const inputs = deployInputs(lab, {
      'ca-certificate': root.certificatePem + ca.certificatePem,
      'ca-key': ca.keyPem,
      bootstrap: 'allow',
      'key-algorithm': 'RSA-3072',
      'certificate-validity-days': '60',
      'ca-custody': 'input-only',
    });
    const run = succeeded(await runInLab(lab, inputs));
    expect(run.outputs['ca-certificate']?.trim()).toBe(ca.certificatePem.trim());
    expect(run.droppedOutputs).toEqual([]);
    expect(logOf(run)).not.toContain(ca.keyPem.split('\n')[2]);
    expect(await lab.sh('infra0', 'cat /etc/kubernetes/pki/etcd/ca.crt')).toBe(ca.certificatePem);
    const checked = await lab.sh(
      'infra0',
      `cd /etc/kubernetes/pki
       openssl verify -x509_strict -partial_chain -CAfile etcd/ca.crt etcd/server.crt
       openssl x509 -in etcd/server.crt -noout -text | grep -o "(3072 bit)"
       grep -c BEGIN etcd/server.crt`,
    );
    expect(checked).toBe('etcd/server.crt: OK\n(3072 bit)\n1\n');
    expect(await placesOf(ca.keyPem)).toBe('');
    await waitReady(lab, 'infra0');
    expect(await assertOneClusterHealthy(lab)).toBe(run.outputs['ca-fingerprint']);
    const again = await runInLab(lab, inputs);
    expect(again.outputs).toMatchObject({ changed: 'false', healthy: 'true' });
  });
});
