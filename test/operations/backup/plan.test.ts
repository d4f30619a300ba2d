import { describe, expect, test } from '@jest/globals';
import { chooseSource, planBackup } from '../../../src/operations/backup/backup.ts';
import { describePlan } from '../../../src/plan/describe-plan.ts';
import { RefusedError } from '../../../src/findings.ts';
import { exampleSettings, finishedCluster, MEMBERS, NOW } from '../../cluster/example.ts';
import { clusterFacts, type ClusterState } from '../../cluster/example-health.ts';
import { FRESH, membersOf, outline } from '../deploy/deciding.ts';

const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
const settings = exampleSettings({
  operation: 'backup',
  backup: { path: '/backups/etcd.db.age', isOwnPath: false, recipients: [RECIPIENT] },
});

const plan = (state: ClusterState = {}, changes: Partial<Parameters<typeof planBackup>[0]> = {}) =>
  planBackup({
    settings,
    members: membersOf(settings, finishedCluster()),
    cluster: clusterFacts(state),
    newToken: FRESH,
    now: NOW,
    ...changes,
  });

const source = (state: ClusterState) => chooseSource(clusterFacts(state).health);

const [first, second, third] = MEMBERS.map(({ name }) => name) as [string, string, string];

/** Codes of the findings with which it refuses. */
function codesOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof RefusedError) return error.findings.map(({ code }) => code);
    throw error;
  }
  throw new Error('it was not refused');
}

describe('the member that sends the database', () => {
  test('a healthy follower', () => {
    expect(source({ leader: first })).toMatchObject({ name: second, hasQuorum: true });
    expect(source({ leader: second })).toMatchObject({ name: first, hasQuorum: true });
  });

  test('not one that lags, nor one that is down', () => {
    expect(source({ leader: first, lagging: [second] })).toMatchObject({ name: third });
    expect(source({ leader: first, down: [second] })).toMatchObject({ name: third });
  });

  test('the leader if no follower is fit', () => {
    expect(source({ leader: first, lagging: [second, third] })).toMatchObject({
      name: first,
      hasQuorum: true,
    });
  });

  test('without a majority, a member that answers, and it is known that there is none', () => {
    expect(source({ down: [first, second] })).toMatchObject({ name: third, hasQuorum: false });
  });

  test('during an election, the one that is furthest ahead', () => {
    expect(source({ leader: null, lagging: [first, third] })).toMatchObject({
      name: second,
      hasQuorum: false,
    });
  });

  test('a member that claims to be far ahead of the leader is not believed', () => {
    const { health } = clusterFacts({ leader: first });
    const liar = { ...health.endpoints[1], raftIndex: 2 ** 52, raftAppliedIndex: 2 ** 52 };
    const endpoints = [health.endpoints[0], liar, health.endpoints[2]] as typeof health.endpoints;
    expect(chooseSource({ ...health, endpoints })).toMatchObject({ name: third, hasQuorum: true });
  });

  test('an alarm for want of space is no lost majority', () => {
    expect(source({ leader: first, alarm: first })).toMatchObject({ name: second, hasQuorum: true });
  });

  test('never a learner', () => {
    expect(source({ leader: first, learners: [second, third] })).toMatchObject({ name: first });
    expect(source({ down: [first, second], learners: [third] })).toBeUndefined();
  });

  test('none if no member answers', () => {
    expect(source({ down: [first, second, third] })).toBeUndefined();
  });
});

test('the plan copies the database, with path and recipients, and then leaves a note on each reached host', () => {
  const { stages, verdict, warnings } = plan({ leader: first });
  expect(outline({ ...plan({ leader: first }) })).toEqual([
    [`take-backup ${second}`],
    MEMBERS.map(({ name }) => `note-backup ${name}`),
  ]);
  expect(stages[0]?.steps[0]).toMatchObject({ path: '/backups/etcd.db.age', recipients: [RECIPIENT] });
  expect({ verdict: verdict.name, warnings }).toEqual({
    verdict: 'backup',
    warnings: [],
  });
});

test('who leads does not count for an approval; path and recipients do', () => {
  const digestOf = (made: ReturnType<typeof plan>) =>
    describePlan({ plan: made, operation: 'backup', facts: new Map() }).digest;
  const digest = digestOf(plan({ leader: first }));
  expect(digestOf(plan({ leader: second }))).toBe(digest);
  const elsewhere = exampleSettings({ backup: { ...settings.backup, path: '/other/etcd.db.age' } });
  expect(digestOf(plan({ leader: first }, { settings: elsewhere }))).not.toBe(digest);
  const forOthers = exampleSettings({ backup: { ...settings.backup, recipients: [] } });
  expect(digestOf(plan({ leader: first }, { settings: forOthers }))).not.toBe(digest);
});

test('the artifact is uploaded before anything is noted, and a plain file never', () => {
  const artifacts = { upload: true, isOwnName: true, name: 'etcd-1' };
  const uploading = exampleSettings({ backup: settings.backup, artifacts });
  expect(plan({}, { settings: uploading }).stages.map(({ title }) => title)).toEqual(['Backup', 'Upload']);
  const plain = exampleSettings({ backup: { ...settings.backup, recipients: [] }, artifacts });
  expect(plan({}, { settings: plain }).stages.map(({ title }) => title)).toEqual(['Backup']);
});

test('a path that the action has chosen is not part of the approved plan', () => {
  const own = exampleSettings({ ...settings, backup: { ...settings.backup, isOwnPath: true } });
  expect(plan({}, { settings: own }).madeUp).toContain('/backups/etcd.db.age');
});

test('it warns of a missing majority and of a file that is not encrypted', () => {
  const plain = exampleSettings({ backup: { path: '/backups/etcd.db', isOwnPath: false, recipients: [] } });
  expect(plan({ down: [first, second] }, { settings: plain }).warnings.map(({ code }) => code)).toEqual([
    'backup-without-quorum',
    'backup-not-encrypted',
  ]);
});

test('a raised CORRUPT alarm refuses, NOSPACE does not', () => {
  expect(codesOf(() => plan({ alarm: third, alarmKind: 'CORRUPT' }))).toEqual(['alarm-corrupt']);
  expect(plan({ alarm: third }).verdict.name).toBe('backup');
});

test('without a member that answers, or without a client pair, it refuses and says why', () => {
  expect(codesOf(() => plan({ down: [first, second, third] }))).toContain('backup-source-missing');
  const members = membersOf(settings, finishedCluster());
  const blind = { settings, members, newToken: FRESH, now: NOW };
  expect(codesOf(() => planBackup(blind))).toEqual(['backup-source-missing']);
});
