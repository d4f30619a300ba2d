import { describe, expect, test } from '@jest/globals';
import type { OpenedBackup } from '../../../src/backup/open-backup.ts';
import type { BackupManifest } from '../../../src/backup/manifest.ts';
import type { HostFacts } from '../../../src/facts/host.ts';
import { RefusedError } from '../../../src/findings.ts';
import { revisionBump } from '../../../src/operations/restore/backup-findings.ts';
import { restore } from '../../../src/operations/restore/restore.ts';
import { describePlan } from '../../../src/plan/describe-plan.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import type { RestoredData } from '../../../src/facts/restored-data.ts';
import type { RestoreDatabase } from '../../../src/steps/restore-database.ts';
import { exampleSettings, finishedCluster, MEMBERS, NOW, ownHost, TOKEN } from '../../cluster/example.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import { FRESH, membersOf, outline, pristine } from '../deploy/deciding.ts';

const SHA256 = 'a'.repeat(64);

const MANIFEST = {
  clusterName: 'etcd',
  etcdVersion: '3.6.5',
  takenAt: '2026-05-30T00:00:00.000Z',
  source: 'infra1',
  revision: 4_200,
  keys: 77,
  verified: true,
} as BackupManifest;

function backupOf(changes: Partial<BackupManifest> = {}, sha256 = SHA256): OpenedBackup {
  return {
    path: '/backups/etcd.db.age',
    manifest: { ...MANIFEST, ...changes },
    snapshotBytes: 20_512,
    snapshotSha256: sha256,
    snapshot: () => {
      throw new Error('a plan reads nothing');
    },
    hashKv: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
}

interface Situation {
  readonly facts?: readonly HostFacts[];
  readonly backup?: Partial<BackupManifest>;
  readonly cluster?: ReturnType<typeof clusterFacts>;
  readonly drill?: boolean;
  readonly now?: Date;
  readonly newToken?: string;
  /** Of the snapshot. */
  readonly sha256?: string;
}

function plan({
  facts = pristine(),
  backup = {},
  cluster,
  drill = false,
  now = NOW,
  newToken = FRESH,
  sha256 = SHA256,
}: Situation = {}): Plan {
  const example = exampleSettings();
  const hosts = drill ? example.hosts.slice(0, 1) : example.hosts;
  const settings = { ...example, hosts, operation: 'restore', restore: { ...example.restore, drill } };
  return restore.plan({
    settings,
    members: membersOf(settings, facts),
    newToken,
    now,
    backup: backupOf(backup, sha256),
    ...(cluster && { cluster }),
  });
}

/** Codes of the findings with which it refuses. */
function codesOf(situation: Situation): string[] {
  try {
    plan(situation);
  } catch (error) {
    if (error instanceof RefusedError) return [...new Set(error.findings.map(({ code }) => code))];
    throw error;
  }
  return [];
}

function restoreSteps(made: Plan): RestoreDatabase[] {
  return made.stages.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === 'restore-database' ? [step] : [])),
  );
}

describe('onto empty hosts', () => {
  test('the data is on every host before any member is started, and verified before the record', () => {
    const made = plan();
    expect(made.verdict.name).toBe('restore');
    const titles = made.stages.map(({ title }) => title);
    expect(titles).toEqual([
      'Kubelet, certificates and manifest of each host',
      'Data of each host',
      'Start of the members',
      'Restored data',
    ]);
    expect(outline(made)[1]?.toSorted()).toEqual(
      MEMBERS.flatMap(({ name }) => [`put-database ${name}`, `restore-database ${name}`]).toSorted(),
    );
    expect(outline(made)[3]).toEqual(['verify-restored infra0']);
    const started = made.stages[2]?.steps ?? [];
    expect(started.map((step) => step.kind === 'start-member' && step.restoredFrom?.sha256)).toEqual(
      MEMBERS.map(() => SHA256),
    );
    expect(made.afterVerify.at(-1)?.steps.map(({ kind }) => kind)).toEqual(
      MEMBERS.map(() => 'discard-restore'),
    );
  });

  test('all members get the same data, token, members and revision, each its own name and address', () => {
    const steps = restoreSteps(plan());
    expect(
      new Set(
        steps.map(({ token, sha256, initialCluster, bumpRevision }) =>
          [token, sha256, initialCluster, bumpRevision].join(),
        ),
      ).size,
    ).toBe(1);
    expect(steps[0]).toMatchObject({
      memberName: 'infra0',
      peerUrl: 'https://10.0.0.6:2380',
      initialCluster:
        'infra0=https://10.0.0.6:2380,infra1=https://10.0.0.7:2380,infra2=https://10.0.0.8:2380',
      token: FRESH,
      sha256: SHA256,
    });
  });

  test('a CA on the hosts is no reason to refuse: a backup is the data that its cluster had', () => {
    expect(plan({ facts: finishedCluster().map(withAuthorityOnly) }).verdict.name).toBe('restore');
  });

  test('a database without keys may have no record that its revision could be counted from', () => {
    const begins = (keys: number): number[] =>
      plan({ backup: { keys } }).stages.flatMap(({ steps }) =>
        steps.flatMap((step) => (step.kind === 'verify-restored' ? [step.revision] : [])),
      );
    expect(begins(1)[0]).toBe((begins(0)[0] ?? 0) + MANIFEST.revision);
  });

  test('two dry runs have one digest, whatever the token and the second', () => {
    const digest = (situation: Situation): string =>
      describePlan({ plan: plan(situation), operation: 'restore', facts: new Map() }).digest;
    const later = new Date(NOW.getTime() + 90_000);
    expect(digest({ newToken: 'etcd-000000000000000000000000', now: later })).toBe(digest({}));
    expect(digest({ backup: { keys: 78 } })).not.toBe(digest({}));
    // two backups of one size and number of keys
    expect(digest({ sha256: 'b'.repeat(64) })).not.toBe(digest({}));
  });
});

test.each([
  ['another cluster', { clusterName: 'other' }, 'restore-other-cluster'],
  ['a newer minor release of etcd', { etcdVersion: '3.7.0' }, 'restore-older-etcd'],
  ['a release that is none', { etcdVersion: 'main' }, 'restore-older-etcd'],
] as const)('a backup of %s is refused, for a drill too', (_what, backup, code) => {
  expect(codesOf({ backup })).toEqual([code]);
  expect(codesOf({ backup, drill: true })).toEqual([code]);
});

test('an older minor release of etcd and a newer patch release are accepted; an unconfirmed backup is a warning', () => {
  expect(codesOf({ backup: { etcdVersion: '3.5.24' } })).toEqual([]);
  expect(codesOf({ backup: { etcdVersion: '3.6.14' } })).toEqual([]);
  expect(plan({ backup: { verified: false } }).warnings.map(({ code }) => code)).toContain(
    'restore-unconfirmed',
  );
});

test('the revision rises by more than any cluster has written since, from one second to the next', () => {
  const after = (seconds: number): number =>
    revisionBump(MANIFEST, new Date(Date.parse(MANIFEST.takenAt) + seconds * 1000));
  expect(after(0)).toBe(1_000_000_000);
  expect(after(1) - after(0)).toBe(10_000);
  expect(Number.isSafeInteger(MANIFEST.revision + after(100 * 365 * 24 * 3600))).toBe(true);
  // a clock that is behind
  expect(after(-3600)).toBe(1_000_000_000);
});

/** A host whose member was set aside: the CA stays. */
function withAuthorityOnly({ address, files }: HostFacts): HostFacts {
  const empty = pristine().find((host) => host.address === address);
  if (empty === undefined) throw new Error('it is no host of the example');
  const kept = [...files].filter(([path]) => path.endsWith('/ca.crt') || path.endsWith('/ca.key'));
  return { ...empty, files: new Map(kept) };
}

describe('hosts that hold something', () => {
  /** A host on which an earlier run has begun, with what it notes of the restored data. */
  const begun = (index: number, changes: Partial<RestoredData> | undefined, started: boolean): HostFacts => {
    const member = MEMBERS[index];
    if (member === undefined) throw new Error('there are three');
    const host = ownHost(member, started ? 'started' : 'files delivered', { keepsKey: index === 0 });
    const data = { sha256: SHA256, token: TOKEN, memberName: member.name, bumpRevision: 5_000, ...changes };
    const restore = { stage: started ? 'placed' : 'restored', data } as const;
    return changes === undefined ? host : { ...host, dataDir: { ...host.dataDir, restore } };
  };

  test('members of a cluster are refused, running or not', () => {
    expect(codesOf({ facts: finishedCluster() })).toEqual(['restore-cluster-there']);
    expect(codesOf({ facts: finishedCluster(), cluster: clusterFacts() })).toEqual(['restore-cluster-there']);
    // also with what a restore has left: the cluster was verified, and has gone on since
    const left = {
      stage: 'placed',
      data: { sha256: SHA256, token: TOKEN, memberName: 'infra0', bumpRevision: 5 },
    } as const;
    const facts = finishedCluster().map((host) => ({ ...host, dataDir: { ...host.dataDir, restore: left } }));
    expect(() => plan({ facts })).toThrow(/with the data of this backup.*Run operation: deploy/);
    expect(() => plan({ facts, sha256: 'b'.repeat(64) })).toThrow(
      /data of etcd that is not from this backup/,
    );
  });

  test('a cut-off run goes on with the revision that it has begun with, whatever the time is', () => {
    const facts = MEMBERS.map((_, index) => begun(index, {}, index < 2));
    const made = plan({ facts, now: new Date(NOW.getTime() + 30 * 24 * 3600_000) });
    expect(restoreSteps(made).map(({ host, token, bumpRevision }) => [host, token, bumpRevision])).toEqual([
      ['infra2', TOKEN, 5_000],
    ]);
  });

  test('a run that was cut off while it moved the data to its place completes that with the start', () => {
    const moving = MEMBERS.map((_, index): HostFacts => {
      const host = begun(index, {}, false);
      const { restore } = host.dataDir;
      // the log is there, and the manifest is not
      const cut = {
        ...host.dataDir,
        empty: false,
        hasLog: true,
        ...(restore && { restore: { ...restore, stage: 'placing' as const } }),
      };
      return index === 0 ? { ...host, dataDir: cut } : host;
    });
    const started = plan({ facts: moving }).stages.flatMap(({ steps }) =>
      steps.filter(({ kind }) => kind === 'start-member'),
    );
    expect(started.map((step) => step.kind === 'start-member' && step.restoredFrom?.bumpRevision)).toEqual([
      5_000, 5_000, 5_000,
    ]);
  });

  test('members that were started on other data, or none, are refused', () => {
    const with0 = (changes: Partial<RestoredData> | undefined): HostFacts[] =>
      MEMBERS.map((_, index) => begun(index, index === 0 ? changes : {}, true));
    expect(codesOf({ facts: with0(undefined) })).toEqual(['restore-cluster-there']);
    expect(codesOf({ facts: with0({ sha256: 'b'.repeat(64) }) })).toEqual(['restore-cluster-there']);
    expect(codesOf({ facts: with0({ token: 'etcd-ffffffffffffffff' }) })).toEqual(['restore-cluster-there']);
    expect(codesOf({ facts: with0({ bumpRevision: 6_000 }) })).toEqual(['restore-cluster-there']);
  });
});

describe('a drill', () => {
  test('copies the backup, restores it, and changes nothing else', () => {
    const made = plan({ drill: true });
    expect(made.verdict.name).toBe('drill');
    expect(outline(made).flat()).toEqual(['put-database infra0', 'drill-database infra0']);
    expect([made.members.before, made.members.after, made.afterVerify]).toEqual([[], [], []]);
  });

  test('never on a member', () => {
    expect(codesOf({ drill: true, facts: finishedCluster() })).toContain('drill-host-in-use');
  });
});
