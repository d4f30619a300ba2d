import type { OpenedBackup } from '../../backup/open-backup.ts';
import type { Member } from '../../cluster/members.ts';
import type { PlanInput } from '../../engine/operation.ts';
import type { RestoredData } from '../../facts/restored-data.ts';
import { httpsUrl } from '../../etcd/endpoint.ts';
import type { Finding } from '../../findings.ts';
import { initialClusterOf } from '../../kubeadm/kubeadm-config.ts';
import { ETCD_MANIFEST, placesOf } from '../../kubeadm/paths.ts';
import type { Plan, Stage } from '../../plan/plan.ts';
import type { Step } from '../../steps/index.ts';
import type { StartMember } from '../../steps/start-member.ts';
import { classify, type ClassifiedInput } from '../deploy/classify.ts';
import { decideNew } from '../deploy/new-cluster.ts';
import { hasStarted } from '../deploy/compare-members.ts';
import { refuseIf } from '../deploy/refusals.ts';
import { discardStage } from '../deploy/restart-stages.ts';
import {
  backupRefusals,
  backupWarnings,
  describeBackup,
  requireBackup,
  revisionBump,
} from './backup-findings.ts';

/**
 * The plan of a restore onto hosts without a cluster: that of a new cluster, whose members get the data of the backup before
 * they are started. After a run that was cut off, members that were started on this data are left as they are.
 * @throws RefusedError if a host has data of etcd that is not from this backup, or belongs to a cluster that was verified; if
 * the hosts lack what a member needs; if the backup does not fit.
 */
export function planOntoEmptyHosts(input: PlanInput): Plan {
  const backup = requireBackup(input.backup);
  const { settings, now } = input;
  // the backup is the data that an earlier cluster of this CA had
  const classified = classify({
    ...input,
    members: input.members.map((member) => beforeItsStart(member, backup)),
    settings: { ...settings, bootstrap: 'allow' },
  });
  refuseIf(clusterThere(classified, backup));
  const plan = decideNew(classified);
  const started = plan.stages.flatMap(({ steps }) => steps.filter(startsFromNothing));
  const images = imagesOf(plan);
  refuseIf(backupRefusals(backup.manifest, { clusterName: settings.clusterName, images }));
  const data = {
    sha256: backup.snapshotSha256,
    token: classified.shape.token,
    // members of one cluster have one revision: what an earlier run has begun with stays
    bumpRevision: notedBump(classified.members, backup) ?? revisionBump(backup.manifest, now),
  };
  // etcdutl counts from the last record, and a database without keys may have none (modifyLatestRevision in
  // etcdutl/snapshot/v3_snapshot.go)
  const { keys, revision: last } = backup.manifest;
  const revision = (keys === 0 ? 0 : last) + data.bumpRevision;
  return {
    ...plan,
    verdict: VERDICT,
    // they depend on the second of the run
    madeUp: [...(plan.madeUp ?? []), String(data.bumpRevision), String(revision)],
    reasons: [describeBackup(backup.manifest, now), ...plan.reasons],
    warnings: [...plan.warnings, ...backupWarnings(backup.manifest)],
    stages: [
      ...plan.stages.flatMap((stage) =>
        withData(stage, data, dataStage(started, classified, data, { images, bytes: backup.snapshotBytes })),
      ),
      {
        title: 'Restored data',
        steps: classified.members.slice(0, 1).map(({ name: host }) => ({
          kind: 'verify-restored',
          host,
          why: 'every member must have what the backup has, and no client may go on from an older revision',
          lastRevision: backup.manifest.revision,
          revision,
          keys: backup.manifest.keys,
        })),
      },
    ],
    afterVerify: [
      ...plan.afterVerify,
      discardStage(classified.members, settings.dataDir, 'its data is in the cluster now'),
    ],
  };
}

const VERDICT = {
  name: 'restore',
  meaning: 'set up a cluster with the data of the backup',
  done: 'restored from the backup by this run',
} as const;

type Start = StartMember & { readonly placeManifest: true };

/** Whether a step starts a member that has never been started. */
function startsFromNothing(step: Step): step is Start {
  return step.kind === 'start-member' && step.placeManifest;
}

/** The images that the members of a plan are rendered with, by the host's name. */
function imagesOf({ stages }: Plan): ReadonlyMap<string, string> {
  return new Map(
    stages.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.kind === 'render-manifest' ? [[step.host, step.image] as const] : [])),
    ),
  );
}

/** What the data of all members is made from. */
type Data = Omit<RestoredData, 'memberName'>;

/** Returns a stage with the data before it if members are started in it. */
function withData(stage: Stage, restoredFrom: Data, before: Stage): Stage[] {
  if (!stage.steps.some(startsFromNothing)) return [stage];
  const steps = stage.steps.map((step) => (startsFromNothing(step) ? { ...step, restoredFrom } : step));
  return [before, { ...stage, steps }];
}

function dataStage(
  started: readonly Start[],
  { shape, settings }: ClassifiedInput,
  data: Data,
  { images, bytes }: { readonly images: ReadonlyMap<string, string>; readonly bytes: number },
): Stage {
  const initialCluster = initialClusterOf(shape);
  return {
    title: 'Data of each host',
    order: 'by-host',
    steps: started.flatMap(({ host, criEndpoint }): Step[] => {
      const member = shape.members.find(({ name }) => name === host);
      const image = images.get(host);
      if (member === undefined || image === undefined) throw new Error(`${host} is not prepared by the plan`);
      return [
        {
          kind: 'put-database',
          host,
          why: 'every member is restored from the same copy',
          dataDir: settings.dataDir,
          bytes,
          sha256: data.sha256,
        },
        {
          kind: 'restore-database',
          host,
          why: 'etcdutl of the image writes the data dir, with a new identity',
          ...placesOf(settings),
          image,
          criEndpoint,
          ...data,
          memberName: host,
          peerUrl: httpsUrl(member.address, shape.peerPort),
          initialCluster,
        },
      ];
    }),
  };
}

/** What a host notes of the data of this backup, for the cluster that it is set up for; undefined if it notes nothing of it. */
function noteOf({ facts }: Member, { snapshotSha256 }: OpenedBackup): RestoredData | undefined {
  const data = facts.dataDir.restore?.data;
  const token = typeof facts.state === 'object' ? facts.state.cluster.token : undefined;
  return data?.sha256 === snapshotSha256 && data.token === token ? data : undefined;
}

/**
 * A host on which an earlier run was cut off while it moved this data to its place: the start of the member completes that, and
 * until then it counts as one without data. With a folder for the log, a log without its database may be there.
 */
function beforeItsStart(member: Member, backup: OpenedBackup): Member {
  const { facts } = member;
  if (noteOf(member, backup) === undefined || facts.files.has(ETCD_MANIFEST)) return member;
  const { walDir } = facts.dataDir;
  const dataDir = {
    ...facts.dataDir,
    empty: true,
    hasLog: false,
    hasBlankLog: false,
    ...(walDir && { walDir: { ...walDir, empty: true } }),
  };
  return { ...member, facts: { ...facts, dataDir } };
}

/**
 * By how much an earlier run of this restore has raised the revision; undefined if there was none.
 * @throws RefusedError if the hosts differ: their members would form one cluster with different data.
 */
function notedBump(members: readonly Member[], backup: OpenedBackup): number | undefined {
  const noted = members.flatMap((member) => noteOf(member, backup) ?? []);
  const [bump, ...others] = new Set(noted.map(({ bumpRevision }) => bumpRevision));
  refuseIf(others.length === 0 ? [] : [differentData(noted.map(({ memberName }) => memberName))]);
  return bump;
}

/**
 * Hosts whose member was started without the data of this backup, or belongs to a cluster that was verified: together with
 * restored members it would be one cluster by its ids, with different data.
 */
function clusterThere(
  { members, ownership, isEstablished }: ClassifiedInput,
  backup: OpenedBackup,
): Finding[] {
  const held = members.filter((member) =>
    isEstablished
      ? ownership.get(member.name)?.kind !== 'pristine'
      : hasStarted(member) && noteOf(member, backup) === undefined,
  );
  return held.map((member) => ({
    ...(noteOf(member, backup) === undefined ? OTHER_DATA : RESTORED_ALREADY),
    host: member.name,
  }));
}

const OTHER_DATA = {
  code: 'restore-cluster-there',
  at: 'restore',
  fact: 'it belongs to a cluster, or has data of etcd that is not from this backup.',
  cause: 'The hosts were not reinstalled, or a deploy or the restore of another backup was cut off on them.',
  fix: 'Restore onto reinstalled or other hosts. To use these, set what they hold aside first, as docs/restore.md says.',
} as const;

/** The last steps of a run may still be carried out on the hosts after its runner was lost. */
const RESTORED_ALREADY = {
  code: 'restore-cluster-there',
  at: 'restore',
  fact: 'it belongs to a cluster with the data of this backup.',
  cause: 'An earlier run has restored it, and was cut off at its end.',
  fix: 'Run operation: deploy: it verifies the cluster, and removes what the restore has left.',
} as const;

function differentData(names: readonly string[]): Finding {
  return {
    code: 'restore-cluster-there',
    at: 'restore',
    fact: `the data on ${names.join(', ')} was restored with different revisions.`,
    cause: 'Several runs have restored this backup at the same time, or files were copied from host to host.',
    fix: 'Restore onto reinstalled or other hosts.',
  };
}
