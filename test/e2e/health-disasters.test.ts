import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Lab } from '../../lab/client.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { leaderOf } from './support/cluster.ts';
import { changeMembers, etcdctl, put } from './support/etcd.ts';
import { succeeded } from './support/expect-run.ts';
import { installHealthAccount } from './support/least-privilege.ts';
import { allHealthy, checkHealthOf, checkIn, startMember, stopMember } from './support/health.ts';

jest.setTimeout(15 * 60_000);

const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml';
/** Path of Debian's libfaketime (lab/machine/packages.ts). */
const LIBFAKETIME = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`;
const DB = '/var/lib/etcd/member/snap/db';

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab();
  // Small, so that it is soon full.
  const extra = { 'extra-args': `quota-backend-bytes: ${16 * 1024 * 1024}` };
  succeeded(await runInLab(lab, deployInputs(lab, extra)));
});
afterAll(() => lab.down());

const addressOf = (host: string): string => lab.hosts.find(({ name }) => name === host)?.address ?? '';

/** Runs a check that must fail the step, for any reason. */
async function failing(inputs: Readonly<Record<string, string>> = {}): ReturnType<typeof checkHealthOf> {
  const checked = await checkHealthOf(lab, inputs);
  expect([checked.run.conclusion, checked.report.healthy]).toEqual(['failure', false]);
  return checked;
}

describe('data', () => {
  test('the quota is reached: no writes any longer, and how to get out of it', async () => {
    const tool = etcdctl(addressOf('infra0'));
    await lab.sh(
      'infra0',
      `head -c 700000 /dev/zero | tr '\\0' x > /run/big; for i in $(seq 40); do ${tool.replace('crictl exec', 'crictl exec -i')} put big$i < /run/big > /dev/null 2>&1 || break; done; rm /run/big; ${tool} alarm list | grep -q NOSPACE`,
    );
    const { run, report } = await failing();
    expect(report.status).toBe('fail');
    // Each member that could not store the last write has raised one.
    const alarms = report.checks.filter(({ name, status }) => name === 'alarms' && status === 'fail');
    expect(alarms).not.toEqual([]);
    for (const { measured, fix } of alarms) {
      expect(measured).toContain('NOSPACE');
      expect(fix).toMatch(/compact.*defrag.*alarm disarm/s);
    }
    expect(report.checks.filter(({ name, status }) => name === 'db-size' && status === 'fail')).not.toEqual(
      [],
    );
    expect(run.annotations.some(({ message }) => message.includes('NOSPACE'))).toBe(true);
    // The commands of the fix.
    await lab.sh(
      'infra0',
      `${tool} del --prefix big > /dev/null
       ${tool} compact "$(${tool} endpoint status -w fields | sed -n 's/^"Revision" : //p')" > /dev/null
       ${tool} defrag --cluster > /dev/null; ${tool} alarm disarm`,
    );
    expect((await checkHealthOf(lab)).report.status).toBe('ok');
  });

  describe('changed on one member behind its back', () => {
    beforeAll(async () => {
      await put(lab, 'infra0', 'treasure', 'ORIGINAL-VALUE');
      await stopMember(lab, 'infra2');
      await lab.sh(
        'infra2',
        `LC_ALL=C sed -i 's/ORIGINAL-VALUE/TAMPERED-VALUE/' ${DB} && grep -qa TAMPERED-VALUE ${DB}`,
      );
    });

    test('etcd refuses to start, and its log is quoted', async () => {
      await startMember(lab, 'infra2');
      await lab.sh(
        'infra2',
        'for i in $(seq 150); do crictl logs "$(crictl ps -aq --name \'^etcd$\' | head -n 1)" 2>&1 | grep -q inconsisten && exit 0; sleep 0.2; done; exit 1',
      );
      const { report } = await failing();
      expect(report.failureTolerance).toBe(0);
      const pod = checkIn(report, 'pod', 'infra2', 'fail');
      expect(`${pod.measured} ${pod.cause ?? ''}`).toMatch(
        /data.*(corrupt|inconsisten)|(corrupt|inconsisten).*data/i,
      );
    });

    test('with the check at its start off, the hashes tell', async () => {
      await stopMember(lab, 'infra2');
      await lab.sh(
        'infra2',
        `sed -i 's/\\(initial-corrupt-check=\\)true/\\1false/; s/InitialCorruptCheck=true/InitialCorruptCheck=false/' /root/etcd.yaml`,
      );
      await startMember(lab, 'infra2');
      await allHealthy(lab);
      const { report } = await failing();
      const data = checkIn(report, 'data', null, 'fail');
      expect(data.measured).toContain('infra2');
      expect(data.fix).toMatch(/\S/);
    });

    afterAll(async () => {
      await stopMember(lab, 'infra2');
      await lab.sh('infra2', `LC_ALL=C sed -i 's/TAMPERED-VALUE/ORIGINAL-VALUE/' ${DB}`);
      await lab.sh(
        'infra2',
        `sed -i 's/\\(initial-corrupt-check=\\)false/\\1true/; s/InitialCorruptCheck=false/InitialCorruptCheck=true/' /root/etcd.yaml`,
      );
      await startMember(lab, 'infra2');
      await allHealthy(lab);
    });
  });
});

describe('no quorum', () => {
  test('two of three hosts are off: a whole report within the deadline', async () => {
    const [survivor = ''] = lab.hosts
      .map(({ name }) => name)
      .filter((name) => name !== 'infra1' && name !== 'infra2');
    await lab.kill('infra1');
    await lab.kill('infra2');
    try {
      const { report, tookMs } = await failing({ deadline: '30s' });
      expect(tookMs).toBeLessThan(35_000);
      expect(report.status).toBe('fail');
      expect(checkIn(report, 'quorum', null, 'fail').measured).toMatch(/1 of 3/);
      expect(report.failureTolerance).toBe(-1);
      expect(report.cluster.leader).toBeNull();
      expect(report.members.map(({ reachable }) => reachable)).toEqual([true, false, false]);
      expect(report.memberList).toHaveLength(3);
      expect(report.members.find(({ name }) => name === survivor)?.dbSizeBytes).toBeGreaterThan(0);
      for (const host of ['infra1', 'infra2'])
        expect(checkIn(report, 'host', host, 'warn').measured).toMatch(/\S/);
    } finally {
      await Promise.all(['infra1', 'infra2'].map((host) => lab.start(host)));
      await allHealthy(lab);
    }
  });

  test('etcd is stopped on all hosts', async () => {
    const hosts = lab.hosts.map(({ name }) => name);
    await Promise.all(hosts.map((host) => stopMember(lab, host)));
    try {
      const { report } = await failing();
      expect(report.status).toBe('fail');
      expect(report.members.map(({ reachable }) => reachable)).toEqual([false, false, false]);
      expect(checkIn(report, 'quorum', null, 'fail').fix).toMatch(/\S/);
      for (const host of hosts) expect(checkIn(report, 'endpoint', host, 'fail').measured).toContain(host);
    } finally {
      await Promise.all(hosts.map((host) => startMember(lab, host)));
      await allHealthy(lab);
    }
  });

  test('no host can be reached: nothing is known, and that is said', async () => {
    const hosts = lab.hosts.map(({ name }) => name);
    await Promise.all(hosts.map((host) => lab.link(host, 'down')));
    try {
      const { report, tookMs } = await failing({ deadline: '20s' });
      expect(tookMs).toBeLessThan(25_000);
      expect(report.status).toBe('unknown');
      expect(report.checks.filter(({ status }) => status === 'fail')).toEqual([]);
    } finally {
      await lab.heal();
      await allHealthy(lab);
    }
  });
});

describe('a host', () => {
  // Hosts of the lab share the machine's clock: the probe of one host sees another time (by libfaketime).
  test('whose clock is two minutes ahead', async () => {
    const account = await installHealthAccount(lab);
    const program = '/usr/local/sbin/etcd-ha-health-probe';
    await lab.exec('infra1', 'cat > /opt/faketime.so', { stdin: readFileSync(LIBFAKETIME) });
    await lab.sh(
      'infra1',
      // The probe restarts with an environment of its own, to which this adds the library.
      `sed -i 's/| PWD |/| PWD | LD_PRELOAD |/; s|env -i |env -i LD_PRELOAD=/opt/faketime.so |' ${program}
       echo +120s > /etc/faketimerc`, // bash has a getenv of its own, which hides FAKETIME
    );
    const { report } = await checkHealthOf(lab, { ...account.inputs, 'fail-on': 'never' });
    expect(checkIn(report, 'clock', 'infra1', 'warn').measured).toMatch(/ 2 min ahead| 120(\.\d)? s ahead/);
    expect(report.checks.filter(({ name, status }) => name === 'clock' && status !== 'ok')).toHaveLength(1);
  });

  test('whose member was removed from the cluster', async () => {
    const leader = await leaderOf(lab);
    const gone = lab.hosts.map(({ name }) => name).find((name) => name !== leader && name !== 'infra0') ?? '';
    const tool = etcdctl(addressOf('infra0'));
    const id = (await lab.sh('infra0', `${tool} member list | grep ${addressOf(gone)} | cut -d, -f1`)).trim();
    await changeMembers(lab, 'infra0', `remove ${id}`);
    await lab.sh(
      gone,
      "for i in $(seq 150); do crictl ps -aq --name '^etcd$' --state Exited | grep -q . && exit 0; sleep 0.2; done; exit 1",
    );
    const { report } = await failing();
    expect(checkIn(report, 'membership', gone, 'fail').measured).toContain(gone);
    const pod = report.checks.find(({ name, member }) => name === 'pod' && member === gone);
    expect(`${pod?.measured} ${pod?.cause}`).toMatch(/removed/);
    expect(report.failureTolerance).toBe(0);
    expect(await lab.sh(gone, `test -s ${MANIFEST} && echo kept`)).toContain('kept');
  });
});
