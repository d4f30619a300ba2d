import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';
import type { Lab } from '../../lab/client.ts';
import { authorityOf } from '../../src/pki/authority.ts';
import { issueLeaf, type Leaf } from '../../src/pki/leaf.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { leaderOf } from './support/cluster.ts';
import { changeMembers, etcdctl, waitReady } from './support/etcd.ts';
import { succeeded } from './support/expect-run.ts';
import {
  allHealthy,
  checkHealthOf,
  checkIn,
  judgedIn,
  startMember,
  stopMember,
  troubles,
  type CheckedCluster,
} from './support/health.ts';
import { installHealthAccount, type HealthAccount } from './support/least-privilege.ts';
import { changesSince, snapshotHosts } from './support/snapshot.ts';

jest.setTimeout(15 * 60_000);

const QUOTA = 16 * 1024 * 1024;
const DAY_MS = 86_400_000;
const PKI = '/etc/kubernetes/pki/etcd';
const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml';

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab();
  const extra = { 'extra-args': `quota-backend-bytes: ${QUOTA}` };
  succeeded(await runInLab(lab, deployInputs(lab, extra)));
});
afterAll(() => lab.down());

/** Breaks a host while the body runs, and restores the healthy cluster afterwards. */
async function broken(
  host: string,
  breakIt: string | (() => Promise<unknown>),
  mend: string | (() => Promise<unknown>),
  body: () => Promise<void>,
): Promise<void> {
  const act = (what: string | (() => Promise<unknown>)): Promise<unknown> =>
    typeof what === 'string' ? lab.sh(host, what) : what();
  await act(breakIt);
  try {
    await body();
  } finally {
    await act(mend);
    await allHealthy(lab);
  }
}

/** Runs a check that must fail the step. */
async function failing(inputs: Readonly<Record<string, string>> = {}): Promise<CheckedCluster> {
  const checked = await checkHealthOf(lab, inputs);
  expect([checked.run.conclusion, checked.report.status, checked.report.healthy]).toEqual([
    'failure',
    'fail',
    false,
  ]);
  return checked;
}

const addressOf = (host: string): string => lab.hosts.find(({ name }) => name === host)?.address ?? '';
const others = (host: string): string[] => lab.hosts.map(({ name }) => name).filter((name) => name !== host);

describe('a healthy cluster', () => {
  let checked: CheckedCluster;
  beforeAll(async () => {
    const before = await snapshotHosts(lab);
    checked = await checkHealthOf(lab, { 'metrics-window': '2s' });
    expect(await changesSince(lab, before)).toEqual([]);
  });

  test('is said to be so, with nothing to complain of', () => {
    const { run, report } = checked;
    expect(troubles(report)).toEqual([]);
    expect(run.conclusion).toBe('success');
    expect(run.outputs).toMatchObject({
      healthy: 'true',
      status: 'ok',
      'failure-tolerance': '1',
      changed: 'false',
    });
    expect(run.outputs['summary']).toContain('can lose 1 more member');
    expect(run.annotations).toEqual([]);
  });

  test("says the same as etcd's own tool", async () => {
    const { report, run } = checked;
    const tool = etcdctl(addressOf('infra0'));
    const status = JSON.parse(await lab.sh('infra0', `${tool} endpoint status --cluster -w json`)) as {
      Endpoint: string;
      Status: {
        header: { cluster_id: bigint; member_id: number };
        version: string;
        dbSize: number;
        dbSizeInUse?: number;
        leader: number;
        raftTerm: number;
      };
    }[];
    expect(status).toHaveLength(3);
    const health = JSON.parse(await lab.sh('infra0', `${tool} endpoint health --cluster -w json`)) as {
      endpoint: string;
      health: boolean;
    }[];
    expect(health.filter((each) => each.health)).toHaveLength(3);
    expect(report.members.map(({ reachable, status: verdict }) => [reachable, verdict])).toEqual(
      health.map(() => [true, 'ok']),
    );
    const hex = await lab.sh('infra0', `${tool} endpoint status --cluster -w fields --hex`);
    for (const { Endpoint, Status } of status) {
      const member = report.members.find(({ address }) => Endpoint === `https://${address}:2379`);
      expect(member).toMatchObject({ version: Status.version, dbSizeBytes: Status.dbSize });
      expect(hex).toContain(`"MemberID" : ${member?.memberId}`);
      expect(report.cluster.raftTerm).toBe(Status.raftTerm);
    }
    expect(hex).toContain(`"ClusterID" : ${report.cluster.id}`);
    expect(report.cluster.leader).toBe(await leaderOf(lab));
    expect(run.outputs['leader']).toBe(report.cluster.leader);
    const hashes = JSON.parse(
      await lab.sh('infra0', `${tool} endpoint hashkv --cluster -w json --rev ${report.cluster.revision}`),
    ) as {
      HashKV: { hash: number };
    }[];
    const [hash] = hashes.map(({ HashKV }) => HashKV.hash);
    expect(checkIn(report, 'data', null, 'ok').measured).toContain(String(hash));
  });

  test('every check was made', () => {
    expect(checked.report.checks.filter(({ status }) => status === 'unknown')).toEqual([]);
    expect(checked.report.certificates.filter(({ place }) => place !== 'disk')).toHaveLength(6);
  });
});

describe('a member is gone', () => {
  test('stopped: named, the cluster can lose none more, and the fix is reported', () =>
    broken(
      'infra1',
      () => stopMember(lab, 'infra1'),
      () => startMember(lab, 'infra1'),
      async () => {
        const { run, report } = await failing();
        expect(checkIn(report, 'endpoint', 'infra1', 'fail').fix).toMatch(/\S/);
        expect(checkIn(report, 'manifest', 'infra1', 'fail').measured).toContain(MANIFEST);
        expect(report.failureTolerance).toBe(0);
        expect(
          report.checks.filter(({ member, status }) => member === 'infra0' && status === 'fail'),
        ).toEqual([]);
        expect(run.annotations.filter(({ message }) => message.includes('infra1'))).not.toEqual([]);
        expect(run.annotations.length).toBeLessThanOrEqual(4);
      },
    ));

  test("its host's cable is pulled: the host is a warning, the member is asked through another", () =>
    broken(
      'infra2',
      () => lab.link('infra2', 'down'),
      () => lab.link('infra2', 'up'),
      async () => {
        const { report, tookMs } = await failing({ deadline: '20s' });
        expect(tookMs).toBeLessThan(25_000);
        expect(checkIn(report, 'host', 'infra2', 'warn').fix).toMatch(/\S/);
        expect(checkIn(report, 'endpoint', 'infra2', 'fail').measured).toContain('infra2');
        expect(report.members.find(({ name }) => name === 'infra2')?.askedThrough).toMatch(/^infra[01]$/);
      },
    ));

  test('sshd alone is down: the member is well, and asked through another host', () =>
    broken(
      'infra2',
      'systemctl stop ssh.socket ssh sshd 2>/dev/null || true',
      'systemctl start ssh',
      async () => {
        const { run, report } = await checkHealthOf(lab, { deadline: '20s' });
        expect([run.conclusion, report.status]).toEqual(['success', 'warn']);
        expect(checkIn(report, 'host', 'infra2', 'warn').measured).toMatch(/\S/);
        expect(checkIn(report, 'endpoint', 'infra2', 'ok').measured).toMatch(/\S/);
        expect(report.failureTolerance).toBe(1);
        expect(report.checks.filter(({ status }) => status === 'fail')).toEqual([]);
      },
    ));
});

describe('the network', () => {
  test('the leader is cut off from the others: it is named, and the others lead', async () => {
    const cut = await leaderOf(lab);
    await broken(
      cut,
      () => Promise.all(others(cut).map((other) => lab.partition(cut, other))),
      () => lab.heal(),
      async () => {
        const [other = ''] = others(cut);
        await lab.sh(
          other,
          `for i in $(seq 100); do ${etcdctl(addressOf(other))} endpoint health >/dev/null 2>&1 && exit 0; sleep 0.2; done; exit 1`,
        );
        const { report } = await failing();
        expect(report.cluster.leader).not.toBe(cut);
        expect(others(cut)).toContain(report.cluster.leader);
        expect(report.failureTolerance).toBe(0);
        const fails = report.checks.filter(({ status }) => status === 'fail');
        expect(fails.map(({ member }) => member)).toContain(cut);
      },
    );
  });

  test('a slow link and a slow disk are distinguished', async () => {
    const [slow = ''] = others(await leaderOf(lab));
    // Far beyond the delays of a busy machine.
    const limits = { 'fsync-warning-ms': '100', 'peer-latency-warning-ms': '150', 'fail-on': 'never' };
    await lab.slowDisk(slow, 200);
    try {
      const tool = etcdctl(addressOf(slow));
      // An idle member writes nothing that could be slow.
      const writes = lab.exec(slow, `for i in $(seq 60); do ${tool} put load $i > /dev/null || true; done`);
      const { report } = await checkHealthOf(lab, { ...limits, 'metrics-window': '10s' });
      await writes;
      expect(checkIn(report, 'wal-fsync', slow, 'warn').measured).toMatch(/\d+ ms/);
      const others = report.checks.filter(({ name, member }) => name === 'wal-fsync' && member !== slow);
      expect(others.map(({ status }) => status)).toEqual(['ok', 'ok']);
    } finally {
      await lab.slowDisk(slow, 0);
    }
    await lab.delay(slow, 300);
    try {
      // a peer is timed every 30 s
      const { report } = await checkHealthOf(lab, {
        ...limits,
        'metrics-window': '35s',
        deadline: '2m',
      });
      expect(report.checks.filter(({ name, status }) => name === 'wal-fsync' && status !== 'ok')).toEqual([]);
      const links = report.checks.filter(({ name, status }) => name === 'peer-latency' && status === 'warn');
      // etcd reports a smoothed round trip, which in other links still includes the cuts of earlier tests.
      expect(links.filter(({ member, subject }) => [member, subject].includes(slow))).not.toEqual([]);
      expect(report.members.find(({ name }) => name === slow)?.sshRoundTripMs).toBeGreaterThan(290);
    } finally {
      await lab.delay(slow, 0);
      await allHealthy(lab);
    }
  });
});

describe('the member list', () => {
  test('a learner that was left over', async () => {
    const said = await changeMembers(
      lab,
      'infra0',
      'add left-over --learner --peer-urls https://10.77.0.99:2380',
    );
    const id = /Member +([0-9a-f]+) added/.exec(said)?.[1] ?? '';
    await broken(
      'infra0',
      'true',
      () => changeMembers(lab, 'infra0', `remove ${id}`),
      async () => {
        const { report } = await failing();
        const told = checkIn(report, 'membership', null, 'fail');
        expect(told.measured).toMatch(/learner.*10\.77\.0\.99/);
        expect(told.fix).toContain(`etcdctl member remove ${id}`);
        expect(report.failureTolerance).toBe(1);
      },
    );
  });

  test('a stranger with a vote: the cluster needs three of four', async () => {
    const said = await changeMembers(lab, 'infra0', 'add stranger --peer-urls https://10.77.0.98:2380');
    const id = /Member +([0-9a-f]+) added/.exec(said)?.[1] ?? '';
    await broken(
      'infra0',
      'true',
      () => changeMembers(lab, 'infra0', `remove ${id}`),
      async () => {
        const { report } = await failing();
        expect(checkIn(report, 'membership', null, 'fail').measured).toContain('10.77.0.98');
        expect(report.failureTolerance).toBe(0);
      },
    );
  });
});

describe('files and certificates', () => {
  /** Issues a server certificate of a host with its key, by the cluster's CA, with this many days left. */
  async function serverLeaf(host: string, daysLeft: number): Promise<Leaf> {
    const [certificatePem, keyPem] = await Promise.all(
      ['ca.crt', 'ca.key'].map((file) => lab.sh('infra0', `cat ${PKI}/${file}`)),
    );
    const authority = { ...authorityOf(certificatePem ?? ''), key: createPrivateKey(keyPem ?? '') };
    const now = new Date(Date.now() - (365 - daysLeft) * DAY_MS + DAY_MS / 2);
    const member = { name: host, address: addressOf(host) };
    return issueLeaf(authority, 'server', { member, algorithm: 'RSA-2048', now });
  }

  /** Writes both halves below a folder. */
  const placing = (folder: string, { certificatePem, keyPem }: Leaf): string =>
    [
      ['server.crt', certificatePem],
      ['server.key', keyPem],
    ]
      .map(([file, text = '']) => `base64 -d <<< ${Buffer.from(text).toString('base64')} > ${folder}/${file}`)
      .join('\n');

  test('5 days left on one host only', async () => {
    const file = `${PKI}/server.crt`;
    await broken(
      'infra1',
      async () => {
        const leaf = await serverLeaf('infra1', 5);
        await lab.sh('infra1', `cp -a ${PKI}/server.* /root/\n${placing(PKI, leaf)}`);
      },
      `cp -a /root/server.* ${PKI}/`,
      async () => {
        const { run, report } = await failing();
        const told = report.checks.filter(({ name, status }) => name === 'certificate' && status === 'fail');
        expect(told.map(({ member, subject }) => [member, subject])).toEqual([['infra1', file]]);
        expect(told[0]?.measured).toMatch(/\b[45] days/);
        const ends = await lab.sh(
          'infra1',
          `date -u +%Y-%m-%dT%H:%M -d "$(openssl x509 -in ${file} -noout -enddate | cut -d= -f2)"`,
        );
        expect(run.outputs['certificates-expire-at']).toContain(ends.trim());
        // The same, with a threshold that warns early enough.
        const milder = { 'certificate-failure-days': '3', 'certificate-warning-days': '30' };
        expect((await checkHealthOf(lab, milder)).report.status).toBe('warn');
        expect((await checkHealthOf(lab, { ...milder, 'fail-on': 'warn' })).run.conclusion).toBe('failure');
      },
    );
  });

  // etcd rereads its files for each connection; a replaced folder stays the old one in its mount.
  test('renewed on disk while an old one is served', () =>
    broken(
      'infra1',
      async () => {
        const leaf = await serverLeaf('infra1', 300);
        await lab.sh(
          'infra1',
          `cp -a ${PKI} /root/etcd-new\n${placing('/root/etcd-new', leaf)}\nmv ${PKI} /root/etcd-old && mv /root/etcd-new ${PKI}`,
        );
      },
      `mv ${PKI} /root/etcd-new && mv /root/etcd-old ${PKI}`,
      async () => {
        const { report } = await checkHealthOf(lab);
        expect(report.status).toBe('warn');
        const told = checkIn(report, 'served-certificate', 'infra1', 'warn');
        expect(told.measured).toMatch(/server\.crt/);
        expect(told.fix).toMatch(/\S/);
      },
    ));

  test('another CA on one host', () =>
    broken(
      'infra2',
      `cp -a ${PKI}/ca.crt /root/ca.crt && openssl req -x509 -newkey rsa:2048 -nodes -keyout /run/x.key -out ${PKI}/ca.crt -days 900 -subj /CN=etcd-ca 2>/dev/null; rm /run/x.key`,
      `cp -a /root/ca.crt ${PKI}/ca.crt`,
      async () => {
        const { report } = await failing();
        expect(checkIn(report, 'authority', null, 'fail').measured).toContain('infra2');
      },
    ));

  test('the manifest was edited by hand: what differs is reported', () =>
    broken(
      'infra1',
      `cp -a ${MANIFEST} /root/etcd.yaml && sed -i 's/--snapshot-count=10000/--snapshot-count=9000/; t; s/- --name=infra1/&\\n    - --heartbeat-interval=150/' ${MANIFEST}`,
      `cp -a /root/etcd.yaml ${MANIFEST}; sleep 2`,
      async () => {
        await waitReady(lab, 'infra1');
        const { report } = await checkHealthOf(lab, { 'fail-on': 'never' });
        const told = checkIn(report, 'manifest', 'infra1', 'warn');
        expect(told.measured).toMatch(/edited|differs|not what/);
      },
    ));

  test('a private key that others may read, a stray file among the manifests', () =>
    broken(
      'infra0',
      `chmod 644 ${PKI}/peer.key; cp ${MANIFEST} /root/backup.yaml; sed -i 's/name: etcd$/name: etcd-backup/' /root/backup.yaml; cp /root/backup.yaml /etc/kubernetes/manifests/.hidden; echo 'not: a pod' > /etc/kubernetes/manifests/etcd.yaml.bak`,
      `chmod 600 ${PKI}/peer.key; rm /etc/kubernetes/manifests/etcd.yaml.bak /etc/kubernetes/manifests/.hidden`,
      async () => {
        const { report } = await checkHealthOf(lab, { 'fail-on': 'never' });
        expect(
          report.checks.some(
            ({ name, member, status, measured }) =>
              name === 'modes' && member === 'infra0' && status !== 'ok' && measured.includes('peer.key'),
          ),
        ).toBe(true);
        expect(
          report.checks.some(
            ({ name, member, status, measured }) =>
              name === 'stray-files' &&
              member === 'infra0' &&
              status !== 'ok' &&
              measured.includes('etcd.yaml.bak'),
          ),
        ).toBe(true);
      },
    ));

  test('a full disk', () =>
    broken(
      'infra2',
      () => lab.fill('infra2'),
      () => lab.unfill('infra2'),
      async () => {
        const { report } = await failing();
        expect(checkIn(report, 'disk-space', 'infra2', 'fail').measured).toMatch(/\S/);
      },
    ));
});

describe('an account that may run nothing but the probe', () => {
  let account: HealthAccount;
  beforeAll(async () => {
    account = await installHealthAccount(lab);
  });

  test('sees what root sees', async () => {
    const [seen, asRoot] = [await checkHealthOf(lab, account.inputs), await checkHealthOf(lab)];
    expect(seen.run.conclusion).toBe('success');
    expect(judgedIn(seen.report)).toEqual(judgedIn(asRoot.report));
  });

  test('cannot do anything else as root', async () => {
    for (const command of ['true', 'cat /etc/kubernetes/pki/etcd/ca.key', 'bash', '/bin/sh -c id']) {
      const { code } = await lab.exec('infra0', `su - ${account.user} -c 'sudo -n ${command}'`);
      expect(code).not.toBe(0);
    }
    const deploy = await runInLab(lab, deployInputs(lab, { ...account.inputs, 'health-probe': '' }));
    expect(deploy.conclusion).toBe('failure');
    expect(deploy.outputs['changed']).toBe('false');
  });

  test('another probe than this release reads, and none at all, are reported with the fix', async () => {
    const program = '/usr/local/sbin/etcd-ha-health-probe';
    await broken(
      'infra1',
      `cp -a ${program} /root/probe && sed -i "/^section health.format/{n;s/[0-9]/0/}" ${program}`,
      `cp -a /root/probe ${program}`,
      () =>
        broken('infra2', `mv ${program} /root/probe`, `mv /root/probe ${program}`, async () => {
          const { report } = await checkHealthOf(lab, { ...account.inputs, 'fail-on': 'never' });
          expect(checkIn(report, 'host', 'infra1', 'warn').fix).toContain('docs/least-privilege.md');
          expect(checkIn(report, 'host', 'infra2', 'warn').fix).toContain('docs/least-privilege.md');
          expect(report.failureTolerance).toBe(1);
        }),
    );
  });
});
