import { expect, test } from '@jest/globals';
import { refreshStaleHosts } from '../../src/engine/cluster.ts';
import { RunError } from '../../src/findings.ts';
import { parseHostProbe } from '../../src/hosts/probe/parse-probe.ts';
import { Timeline } from '../../src/run/timeline.ts';
import { clusterFacts, type ClusterState } from '../cluster/example-health.ts';
import { exampleSettings, MEMBERS } from '../cluster/example.ts';
import { recorded, withSections } from '../hosts/probe/recorded.ts';
import { type Behaviour, observedHost, standInTransport } from './stand-ins.ts';

const settings = exampleSettings();
const withoutLog = recorded('pristine');

/** The repeated part of the probe, on a host on which etcd has written its log. */
const WITH_LOG = laterAnswer(
  'data-dir yes /d',
  'log yes /d/member/wal',
  '0 700 /d',
  '1 700 /d',
  '0 700 /d/member/wal',
  '1 600 /d/member/wal',
);

function laterAnswer(...entries: readonly string[]): Buffer {
  const dataDir = entries.map((entry) => `${entry}\0`).join('');
  return Buffer.from(`mark\n\nmark data-dir\n${dataDir}\nmark ran.data-dir\n0\n\nmark end\n`);
}

/** Returns the hosts that were observed again, and those that have a log then. */
async function look(cluster: ClusterState, behave: Behaviour): Promise<{ asked: string[]; logs: boolean[] }> {
  const asked: string[] = [];
  const observed = MEMBERS.map(({ name, address }) => {
    const answer = withSections(withoutLog, { hostname: name });
    return observedHost(parseHostProbe(address, answer), standInTransport(name, asked, behave), answer);
  });
  const timeline = new Timeline(() => performance.now());
  const seen = await refreshStaleHosts(observed, clusterFacts(cluster), settings, timeline);
  return { asked, logs: seen.map(({ facts }) => facts.dataDir.hasLog) };
}

// A run was lost while the members were starting: the next one has observed them before they wrote anything, and asked
// them afterwards.
test('a member that has published itself since it was probed without a log is probed again', async () => {
  expect(await look({}, () => ({ stdout: WITH_LOG }))).toEqual({
    asked: ['infra0: look again', 'infra1: look again', 'infra2: look again'],
    logs: [true, true, true],
  });
});

test('one that has lost its log is still without one then', async () => {
  const still = laterAnswer('data-dir yes /d', 'log no /d/member/wal', '0 700 /d');
  const { logs } = await look({}, (_, host) => ({ stdout: host === 'infra1' ? still : WITH_LOG }));
  expect(logs).toEqual([true, false, true]);
});

test('one that has not published itself may well have none', async () => {
  const cluster = { down: ['infra2'], unpublished: ['infra2'] };
  const { asked, logs } = await look(cluster, () => ({ stdout: WITH_LOG }));
  expect(asked).toEqual(['infra0: look again', 'infra1: look again']);
  expect(logs).toEqual([true, true, false]);
});

test('a host that cannot be examined then ends the run', async () => {
  const cutOff = { stdout: Buffer.from('mark\n\nmark data-dir\n') };
  await expect(
    look({}, (_, host) => (host === 'infra0' ? cutOff : { stdout: WITH_LOG })),
  ).rejects.toBeInstanceOf(RunError);
});
