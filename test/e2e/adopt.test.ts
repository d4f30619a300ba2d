import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import type { Check } from '../../src/checks/check.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { buildByHand } from './support/by-hand.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { containerIds, get, put } from './support/etcd.ts';
import { expectRefusal, finding, succeeded } from './support/expect-run.ts';
import { leftoversOfAll } from './support/leftovers.ts';
import { changesSince, snapshotHosts } from './support/snapshot.ts';
import { lostWrites, Writer } from './support/writer.ts';

jest.setTimeout(15 * 60_000);

let lab: Lab;
let authority: string;
beforeAll(async () => {
  lab = await freshLab();
  await buildByHand(lab);
  authority = await assertOneClusterHealthy(lab);
  await put(lab, 'infra0', 'before', 'adoption');
});
afterAll(() => lab.down());

const KEYS_LEFT = ['11', '12'].map((last) => `/tmp/10.77.0.${last}/pki/etcd/peer.key`);

async function preflight(): Promise<Check[]> {
  const run = succeeded(await runInLab(lab, deployInputs(lab, { operation: 'preflight' })));
  return JSON.parse(run.outputs['findings'] ?? '') as Check[];
}

test('inputs that would make it another cluster, which takes a restart, are refused', async () => {
  const before = await snapshotHosts(lab);
  const run = await runInLab(lab, deployInputs(lab, { 'extra-args': 'snapshot-count: 5000' }));
  expectRefusal(
    run,
    lab.hosts.map(({ name }) => finding(name, 'snapshot-count')),
  );
  expect(await changesSince(lab, before)).toEqual([]);
});

test('a dry run says that it would be adopted, and changes nothing', async () => {
  const before = await snapshotHosts(lab);
  const run = succeeded(await runInLab(lab, deployInputs(lab, { 'dry-run': 'true' })));
  expect(run.outputs).toMatchObject({ verdict: 'adopt', changed: 'false' });
  const plan = JSON.parse(run.outputs['plan'] ?? '') as {
    hosts: { restarts: string[]; files: { path: string }[] }[];
  };
  expect(plan.hosts).toHaveLength(3);
  for (const { restarts, files } of plan.hosts) {
    expect(restarts.join('; ')).not.toMatch(/etcd|member/);
    expect(files.map(({ path }) => path).join('\n')).not.toMatch(/\/pki\/|\/manifests\//);
  }
  expect(await changesSince(lab, before)).toEqual([]);
});

test('it is taken over without a restart, with its CA, its data and every write that was acknowledged', async () => {
  const before = await containerIds(lab);
  const writer = await Writer.start(lab);
  const run = await runInLab(lab, deployInputs(lab));
  const { acknowledged } = await writer.stop();
  succeeded(run);
  expect(run.outputs).toMatchObject({
    verdict: 'adopt',
    changed: 'true',
    healthy: 'true',
    'ca-fingerprint': authority,
  });
  expect(await containerIds(lab)).toEqual(before);
  expect(await lostWrites(lab, acknowledged)).toEqual([]);
  expect(await get(lab, 'infra2', 'before')).toBe('adoption');
  expect(await assertOneClusterHealthy(lab)).toBe(authority);
  expect(await leftoversOfAll(lab)).toEqual([]);
});

test('the second run changes nothing', async () => {
  const before = await snapshotHosts(lab);
  const run = succeeded(await runInLab(lab, deployInputs(lab)));
  expect(run.outputs).toMatchObject({ verdict: 'unchanged', changed: 'false', healthy: 'true' });
  expect(await changesSince(lab, before)).toEqual([]);
});

test('preflight names the keys that the guide leaves in /tmp, and its command removes them', async () => {
  const before = await snapshotHosts(lab);
  const [told, ...others] = (await preflight()).filter(({ name }) => name === 'leftovers');
  expect(await changesSince(lab, before)).toEqual([]);
  expect(others).toEqual([]); // the copies on the other two hosts were moved to where they belong
  expect(told).toMatchObject({ member: 'infra0', status: 'warn' });
  for (const key of KEYS_LEFT) expect(told?.measured).toContain(key);
  const command = /`(?:sudo )?(rm .*)`/.exec(told?.fix ?? '')?.[1] ?? '';
  expect(command).toContain(KEYS_LEFT[0]);
  await lab.sh('infra0', command);
  expect(await lab.sh('infra0', "find /tmp /root /home -name '*.key'")).toBe('');
  expect((await preflight()).filter(({ name }) => name === 'leftovers')).toEqual([]);
  expect(succeeded(await runInLab(lab, deployInputs(lab))).outputs['verdict']).toBe('unchanged');
});

test('from then on it is changed like any other: a flag, one member at a time', async () => {
  const before = await containerIds(lab);
  const run = succeeded(await runInLab(lab, deployInputs(lab, { 'extra-args': 'snapshot-count: 5000' })));
  expect(run.outputs).toMatchObject({ verdict: 'converge', changed: 'true', healthy: 'true' });
  for (const [index, id] of (await containerIds(lab)).entries()) expect(id).not.toBe(before[index]);
  expect(await assertOneClusterHealthy(lab)).toBe(authority);
  expect(await leftoversOfAll(lab)).toEqual([]);
});
