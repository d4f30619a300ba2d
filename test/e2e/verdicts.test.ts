import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../lab/client.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { changeMembers, etcdctl, waitReady } from './support/etcd.ts';
import { expectRefusal, finding, logOf, succeeded } from './support/expect-run.ts';
import { changesSince, snapshotHosts } from './support/snapshot.ts';

jest.setTimeout(15 * 60_000);

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab();
});
afterAll(() => lab.down());

type Inputs = Readonly<Record<string, string>>;

/** Expects a deploy to end for these reasons, with every host unchanged. */
async function refuses(reasons: readonly RegExp[], inputs: Inputs = {}): Promise<void> {
  const before = await snapshotHosts(lab);
  const run = await runInLab(lab, deployInputs(lab, inputs));
  expectRefusal(run, reasons);
  expect(await changesSince(lab, before)).toEqual([]);
}

/** Changes a host while the body runs. */
async function altered(host: string, make: string, undo: string, body: () => Promise<void>): Promise<void> {
  await lab.sh(host, make);
  try {
    await body();
  } finally {
    await lab.sh(host, undo);
  }
}

/** Creates an unknown CA, in the form of the inputs. */
function strangeAuthority(): { 'ca-certificate': string; 'ca-key': string } {
  const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-ca-'));
  try {
    const [certificate, key] = [join(folder, 'ca.crt'), join(folder, 'ca.key')];
    execFileSync(
      'openssl',
      // prettier-ignore
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-days', '900', '-subj', '/CN=strange CA',
       '-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-addext', 'basicConstraints=critical,CA:TRUE'],
      { stdio: 'ignore' },
    );
    return { 'ca-certificate': readFileSync(certificate, 'utf8'), 'ca-key': readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const PKI = '/etc/kubernetes/pki/etcd';

describe('hosts without a cluster', () => {
  test("the data of an old cluster's member on one host", async () => {
    const make =
      'mkdir -p -m 700 /var/lib/etcd/member/wal /var/lib/etcd/member/snap; echo log > /var/lib/etcd/member/wal/0-0.wal';
    await altered('infra1', make, 'rm -r /var/lib/etcd', () =>
      refuses([finding('infra1', "a member's data")]),
    );
  });

  test('a CA on disk that is not the one given', async () => {
    const make = `mkdir -p ${PKI} && openssl req -x509 -newkey rsa:2048 -nodes -keyout ${PKI}/ca.key -out ${PKI}/ca.crt -days 900 -subj /CN=etcd-ca 2>/dev/null`;
    await altered('infra0', make, `rm -r ${PKI}`, () =>
      refuses([finding('infra0', 'its CA .* is not the one in the inputs')], {
        ...strangeAuthority(),
        bootstrap: 'allow',
      }),
    );
  });

  test('a CA that was brought may belong to a cluster that lived: `allow` is asked for', async () => {
    const reason = /bootstrap: .*new, empty cluster.*Fix: .*`bootstrap: allow`/;
    await refuses([reason], strangeAuthority());
    const allowed = { ...strangeAuthority(), bootstrap: 'allow', 'dry-run': 'true' };
    expect(succeeded(await runInLab(lab, deployInputs(lab, allowed))).outputs['verdict']).toBe('create');
  });

  test('`never` means never', () =>
    refuses([/bootstrap: .*`bootstrap: never` forbids it.*Fix: /], { bootstrap: 'never' }));

  test('a node of a Kubernetes cluster, and a kubelet that manages other pods: both are reported at once', () =>
    altered('infra0', 'touch /etc/kubernetes/kubelet.conf', 'rm /etc/kubernetes/kubelet.conf', () =>
      altered(
        'infra2',
        'touch /etc/kubernetes/manifests/web.yaml',
        'rm /etc/kubernetes/manifests/web.yaml',
        () =>
          refuses([
            finding('infra0', 'node of a Kubernetes cluster .*kubelet\\.conf'),
            finding('infra2', 'manages other pods: .*web\\.yaml'),
          ]),
      ),
    ));

  test('the same machine behind two addresses', async () => {
    const device = (await lab.sh('infra0', "ip -o -4 addr show to 10.77.0.10 | awk '{ print $2 }'")).trim();
    const second = lab.knownHosts
      .split('\n')
      .filter((line) => line.startsWith('10.77.0.10 '))
      .map((line) => line.replace('10.77.0.10', '10.77.0.20'));
    await altered(
      'infra0',
      `ip addr add 10.77.0.20/24 dev ${device}`,
      `ip addr del 10.77.0.20/24 dev ${device}`,
      () =>
        refuses([/10\.77\.0\.10 and 10\.77\.0\.20 are the same machine.*Fix: /], {
          hosts: 'a=10.77.0.10,b=10.77.0.11,c=10.77.0.20',
          'ssh-known-hosts': [lab.knownHosts, ...second].join('\n'),
        }),
    );
  });

  test('the same machine id alone is a warning: clones have it', async () => {
    const id = (await lab.sh('infra0', 'cat /etc/machine-id')).trim();
    await altered(
      'infra1',
      `cp -p /etc/machine-id /root/machine-id; echo ${id} > /etc/machine-id`,
      'cat /root/machine-id > /etc/machine-id; rm /root/machine-id',
      async () => {
        const run = succeeded(await runInLab(lab, deployInputs(lab, { 'dry-run': 'true' })));
        expect(run.outputs['verdict']).toBe('create');
        const warnings = run.annotations.filter(({ level }) => level === 'warning');
        expect(warnings.map(({ message }) => message).join('\n')).toMatch(
          /infra0 and infra1 have the same machine.id/,
        );
      },
    );
  });

  test('flags of etcd that the action needs for itself', () =>
    refuses([/extra-args.*--initial-cluster-state cannot be given/], {
      'extra-args': 'initial-cluster-state: existing',
    }));

  test('hosts of different clusters, though all of them have the same cluster name', async () => {
    const runs = await Promise.all(
      lab.hosts.map(({ address }) => runInLab(lab, deployInputs(lab, { hosts: address }))),
    );
    try {
      runs.forEach(succeeded);
      await refuses([/different clusters.*infra0.*infra1.*infra2.*Fix: /]);
    } finally {
      await Promise.all(lab.hosts.map((host) => lab.reset(host)));
    }
  });
});

describe('a cluster that lives', () => {
  beforeAll(async () => {
    succeeded(await runInLab(lab, deployInputs(lab)));
  });

  const etcdctlOn = async (index: number, command: string): Promise<string> => {
    const host = lab.hosts[index];
    if (host === undefined) throw new Error(`the lab has no host ${index}`);
    return lab.sh(host.name, `${etcdctl(host.address)} ${command}`);
  };

  test('another CA than the one it has', () =>
    refuses([finding('infra0', 'is not the one in the inputs')], strangeAuthority()));

  test('a member list with a stranger in it', async () => {
    const said = await changeMembers(
      lab,
      'infra0',
      'add ghost --learner --peer-urls=https://10.77.0.99:2380',
    );
    const id = /^Member\s+(\w+) added/m.exec(said)?.[1] ?? '';
    try {
      await refuses([/not expected: .*10\.77\.0\.99:2380.*Fix: .*etcdctl member remove/]);
    } finally {
      await changeMembers(lab, 'infra0', `remove ${id}`);
    }
  });

  test('another minor release of etcd, and an older one', async () => {
    const image = await lab.sh('infra0', "grep -o 'image: .*/etcd:.*' /etc/kubernetes/manifests/etcd.yaml");
    const [, minor = 0, patch = 0] = (/:v?(\d+)\.(\d+)\.(\d+)/.exec(image) ?? []).slice(1).map(Number);
    const everywhere = (fact: string): RegExp[] => lab.hosts.map(({ name }) => finding(name, fact));
    await refuses(everywhere('another minor release'), { 'etcd-image-tag': `3.${minor + 1}.0-0` });
    await refuses(everywhere('the older'), { 'etcd-image-tag': `3.${minor}.${patch - 1}-0` });
  });

  test('fewer healthy members than a restart needs', async () => {
    await lab.partition('infra2', 'infra0');
    await lab.partition('infra2', 'infra1');
    try {
      // Wait until infra2 knows no leader, and the other two know one.
      await lab.sh('infra2', 'while curl -sf http://127.0.0.1:2381/readyz > /dev/null; do sleep 0.2; done');
      await waitReady(lab, 'infra0');
      await refuses(
        [finding('infra[01]', '1 of 3 members would be healthy without infra[01], and 2 are needed')],
        {
          'extra-args': 'snapshot-count: 5000',
        },
      );
    } finally {
      await lab.heal();
    }
    await waitReady(lab, 'infra2');
  });

  describe('a member whose log is gone, and whose kubelet would start it', () => {
    const STATE = '/etc/kubernetes/etcd-ha-action/state.json';
    const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml';
    beforeAll(async () => {
      await lab.sh(
        'infra2',
        `systemctl stop kubelet; crictl stop "$(crictl ps -q --name '^etcd$')"; mv /var/lib/etcd/member /root/member; cp -p ${STATE} /root/state.json; cp -p ${MANIFEST} /root/etcd.yaml`,
      );
    });
    afterAll(async () => {
      await lab.sh(
        'infra2',
        `mv /root/member /var/lib/etcd/member; mv /root/state.json ${STATE}; mv /root/etcd.yaml ${MANIFEST}; systemctl start kubelet`,
      );
      await waitReady(lab, 'infra2');
    });

    const existing = `sed -i 's/--initial-cluster-state=new/--initial-cluster-state=existing/' ${MANIFEST}`;
    const unfinished = `sed -i 's/"phase": "member"/"phase": "bootstrapping"/' ${STATE}`;
    test.each([
      ['initial-cluster-state new', 'true', 'no longer holds a log'],
      ['initial-cluster-state existing', existing, 'no longer holds a log'],
      ['no manifest', `rm ${MANIFEST}`, 'no longer holds a log'],
      ['a record that calls it unfinished', unfinished, 'no longer holds a log'],
      ['no record of ours', `rm ${STATE}`, 'no longer holds a log|did not set up|is empty'],
    ])('%s', (_, make, fact) => {
      const undo = `cp -p /root/state.json ${STATE}; cp -p /root/etcd.yaml ${MANIFEST}`;
      return altered('infra2', make, undo, () => refuses([finding('infra2', `(${fact})`)]));
    });
  });

  // From here on the cluster is incomplete.
  test('a member list that lacks one of the hosts', async () => {
    const id = /^(\w+), \w+, infra2,/m.exec(await etcdctlOn(0, 'member list'))?.[1] ?? '';
    await changeMembers(lab, 'infra0', `remove ${id}`);
    await lab.sh('infra2', 'systemctl stop kubelet');
    await refuses([finding(undefined, 'infra2 .*is not a member of the cluster')]);
  });

  test('data on one host while the others are empty', async () => {
    await Promise.all(['infra1', 'infra2'].map((host) => lab.reset(host)));
    await refuses(['infra1', 'infra2'].map((host) => finding(host, 'it is empty, while infra0 holds')));
    expect(logOf(await runInLab(lab, deployInputs(lab, { bootstrap: 'allow' })))).toMatch(/it is empty/);
  });
});
