import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';
import type { Lab } from '../../lab/client.ts';
import { authorityOf } from '../../src/pki/authority.ts';
import { issueLeaf } from '../../src/pki/leaf.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { expectRefusal, logOf, succeeded } from './support/expect-run.ts';
import { loseRunner, stepsOf } from './support/faults.ts';
import { checkHealthOf, checkIn, troubles } from './support/health.ts';
import { differences, snapshotHost } from './support/snapshot.ts';

// test/control-plane covers a real control plane with these files.

jest.setTimeout(15 * 60_000);

const PKI = '/etc/kubernetes/pki';
const CERTIFICATE = `${PKI}/apiserver-etcd-client.crt`;
const KEY = `${PKI}/apiserver-etcd-client.key`;
const CA = `${PKI}/etcd/ca.crt`;
const DAY_MS = 86_400_000;

/** One member, and two hosts of a control plane: the inputs name the first, the second has its own name. */
let lab: Lab;
beforeAll(async () => {
  lab = await freshLab();
});
afterAll(() => lab.down());

function hosts(): Record<string, string> {
  const [member = '', first = '', second = ''] = lab.hosts.map(({ address }) => address);
  return { hosts: member, 'control-plane-hosts': `cp0=${first}, ${second}` };
}

function deploy(changes: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  return runInLab(lab, deployInputs(lab, { ...hosts(), ...changes }));
}

/** Connects to the member with the files of the hand-over, as `kubeadm init` does. */
function ask(host: string): Promise<string> {
  const member = lab.hosts[0]?.address ?? '';
  return lab.sh(
    host,
    `curl -sS --cacert ${CA} --cert ${CERTIFICATE} --key ${KEY} https://${member}:2379/version`,
  );
}

const digests = (host: string): Promise<string> => lab.sh(host, `sha256sum ${CA} ${CERTIFICATE} ${KEY}`);

test('a new cluster is handed to its control plane, and nothing else of those hosts is touched', async () => {
  const before = await Promise.all(['infra1', 'infra2'].map((host) => snapshotHost(lab, host)));
  const run = succeeded(await deploy());
  expect(run.outputs).toMatchObject({ verdict: 'create', healthy: 'true', changed: 'true' });
  const keys = new Set([await lab.sh('infra0', `sha256sum < ${KEY}`)]);
  for (const [index, host] of ['infra1', 'infra2'].entries()) {
    expect(await lab.sh(host, `stat -c '%a %U:%G %n' ${CA} ${CERTIFICATE} ${KEY}`)).toBe(
      `644 root:root ${CA}\n644 root:root ${CERTIFICATE}\n600 root:root ${KEY}\n`,
    );
    expect(JSON.parse(await ask(host))).toMatchObject({ etcdserver: expect.stringMatching(/^3\./) });
    keys.add(await lab.sh(host, `sha256sum < ${KEY}`));
    const changed = differences(before[index] ?? new Map(), await snapshotHost(lab, host))
      .map((line) => line.replace(/: .*/, ''))
      .filter((thing) => !/^(file \/run\/etcd-ha-action|unit file run-)/.test(thing));
    expect(changed.toSorted()).toEqual(
      [
        '',
        '/pki',
        '/pki/apiserver-etcd-client.crt',
        '/pki/apiserver-etcd-client.key',
        '/pki/etcd',
        '/pki/etcd/ca.crt',
      ]
        .map((path) => `file /etc/kubernetes${path}`)
        .toSorted(),
    );
  }
  // Each host has a key of its own, which has never been anywhere else.
  expect(keys.size).toBe(3);
});

test('the same run again changes nothing; a health check says how long it lasts', async () => {
  const before = await digests('infra1');
  const run = succeeded(await deploy());
  expect(run.outputs).toMatchObject({ verdict: 'unchanged', changed: 'false' });
  expect(await digests('infra1')).toBe(before);
  const { report } = await checkHealthOf(lab, hosts());
  expect(troubles(report)).toEqual([]);
  const told = report.checks.filter(({ name }) => name === 'control-plane');
  expect(told.map(({ subject, status }) => [subject, status])).toEqual([
    ['cp0', 'ok'],
    ['infra2', 'ok'],
  ]);
});

test('a pair that ends soon is reported by the health check, planned, and replaced on that host alone', async () => {
  const [certificatePem = '', keyPem = ''] = await Promise.all(
    ['ca.crt', 'ca.key'].map((file) => lab.sh('infra0', `cat ${PKI}/etcd/${file}`)),
  );
  const authority = { ...authorityOf(certificatePem), key: createPrivateKey(keyPem) };
  const member = { name: 'cp0', address: lab.hosts[1]?.address ?? '' };
  const now = new Date(Date.now() - 360 * DAY_MS);
  const old = await issueLeaf(authority, 'apiserverEtcdClient', { member, algorithm: 'RSA-2048', now });
  for (const [path, text] of [
    [CERTIFICATE, old.certificatePem],
    [KEY, old.keyPem],
  ] as const)
    await lab.sh('infra1', `base64 -d <<< ${Buffer.from(text).toString('base64')} > ${path}`);
  const other = await digests('infra2');

  const { run: checked, report } = await checkHealthOf(lab, hosts());
  expect(checked.conclusion).toBe('failure');
  expect(troubles(report)).toEqual(['fail cluster control-plane cp0']);
  expect(checkIn(report, 'control-plane', null, 'fail').measured).toMatch(/ends in [45] days/);

  const planned = succeeded(await deploy({ 'dry-run': 'true' }));
  expect(planned.outputs).toMatchObject({ verdict: 'converge', changed: 'false' });
  const plan = JSON.parse(planned.outputs['plan'] ?? '') as {
    controlPlane: { name: string; files: { change: string; path: string; note?: string }[] }[];
  };
  expect(
    plan.controlPlane.map(({ name, files }) => [name, files.map(({ change, path }) => `${change} ${path}`)]),
  ).toEqual([
    ['cp0', [`replace ${KEY}`, `renew ${CERTIFICATE}`]],
    ['infra2', []],
  ]);

  const run = succeeded(await deploy({ 'approved-plan': planned.outputs['plan-digest'] ?? '' }));
  expect(stepsOf(run)).toEqual([
    { host: 'cp0', title: 'deliver files' },
    { host: 'cp0', title: 'verify client certificate' },
  ]);
  expect(await digests('infra2')).toBe(other);
  expect(
    await lab.sh('infra1', `openssl x509 -in ${CERTIFICATE} -noout -checkend ${300 * 86_400}`),
  ).toContain('not expire');
  await ask('infra1');
});

test('what belongs to another etcd is left as it is, and nothing is done anywhere', async () => {
  await lab.sh(
    'infra1',
    `cp -a ${CA} /root/ca.crt && openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out ${CA} -days 900 -subj /CN=etcd-ca 2>/dev/null`,
  );
  const before = await digests('infra1');
  const looked = await deploy({ operation: 'preflight' });
  expect([looked.conclusion, logOf(looked)]).toEqual([
    'failure',
    expect.stringMatching(/\[cp0\] .* is another CA/),
  ]);
  const run = await deploy({ 'extra-args': 'snapshot-count: 5000' });
  expectRefusal(run, [
    /\[cp0\] control-plane-hosts: its \S+ca\.crt is another CA .*the action did not replace it.*Fix: \S/,
  ]);
  expect(await digests('infra1')).toBe(before);
  await lab.sh('infra1', `cp -a /root/ca.crt ${CA}`);
});

test('a host that refuses logins stops no other work, and fails the step', async () => {
  await lab.sh('infra2', 'systemctl stop ssh.socket ssh sshd 2>/dev/null || true');
  await lab.sh('infra1', `chmod 644 ${KEY}`);
  const run = await deploy();
  expect(run.conclusion).toBe('failure');
  expect(run.outputs).toMatchObject({ healthy: 'true', changed: 'true' });
  expect(logOf(run)).toMatch(/the cluster is healthy, but not every host of the control plane has its files/);
  expect(logOf(run)).toMatch(/##\[error\]\[10\.77\.0\.12\] connect: .*Fix: \S/);
  expect(await lab.sh('infra1', `stat -c %a ${KEY}`)).toBe('600\n');
  await lab.sh('infra2', 'systemctl start ssh');
  expect(succeeded(await deploy()).outputs).toMatchObject({ changed: 'false' });
});

test('a run that is lost in a hand-over is gone on with by the next', async () => {
  await lab.sh('infra1', `rm -r ${PKI}`);
  const lost = await loseRunner(lab, deployInputs(lab, hosts()), { atLine: /^Hand-over to cp0/ });
  expect(lost.reached).toBe(true);
  succeeded(await deploy());
  await ask('infra1');
  expect(succeeded(await deploy()).outputs).toMatchObject({ changed: 'false' });
  expect(await lab.sh('infra1', "find /etc/kubernetes /run -xdev -name '*.etcd-ha-action'")).toBe('');
});
