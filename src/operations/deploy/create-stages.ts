import type { AuthorityChoice } from '../../cluster/authority.ts';
import { configurationFiles } from '../../cluster/desired-member.ts';
import { gateAfter, gateBefore } from '../../cluster/disruption.ts';
import type { Member } from '../../cluster/members.ts';
import type { PlannedFile } from '../../cluster/planned-cluster.ts';
import { type NewMember, runs } from '../../cluster/planned-members.ts';
import { httpsUrl } from '../../etcd/endpoint.ts';
import type { ImageArchive } from '../../images/image-archive.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  CERTIFICATE_MODE,
  expectedPkiTree,
  leafFiles,
  placesOf,
  PRIVATE_MODE,
  STATE_FILE,
} from '../../kubeadm/paths.ts';
import type { ClusterShape } from '../../kubeadm/kubeadm-config.ts';
import type { Stage } from '../../plan/plan.ts';
import type { Step } from '../../steps/index.ts';
import { imageSteps } from './image-supply.ts';
import { afterLeadership, recordSteps, removalStage, startKubeletOf } from './restart-stages.ts';

/** What the stages are made from. */
export interface CreateStagesInput {
  readonly shape: ClusterShape;
  readonly authority: AuthorityChoice;
  readonly members: readonly NewMember[];
  /** Whether the cluster has a majority that works, though it was never verified as healthy: it may be in use. */
  readonly works: boolean;
  /** The member that leads now. */
  readonly leader?: string;
  /** Where images come from that a host lacks; absent: from their registry. */
  readonly archive?: ImageArchive;
}

/**
 * The guide's steps as stages. The CA's key is on its host before anything that it signed leaves the runner; no
 * member is started before all hosts are ready for it.
 */
export function createStages(input: CreateStagesInput): { stages: Stage[]; afterVerify: Stage[] } {
  const { members } = input;
  const fresh = members.filter(({ progress }) => progress !== 'begun');
  const begun = members.filter(({ progress }) => progress === 'begun');
  const stages: Stage[] = [
    {
      title: 'Kubelet, certificates and manifest of each host',
      order: 'by-host',
      steps: [
        ...fresh.flatMap((member) => prepareMember(member, input)),
        ...begun
          .filter((member) => !runs(member))
          .flatMap((member) => [...imageSteps(member, input.archive), startKubeletOf(member)]),
      ],
    },
    { title: 'Start of the members', steps: startMembers(input) },
    ...restartsInTurn(input),
  ];
  const afterVerify: Stage[] = [
    removalStage(members, input.authority.keyKeeper),
    {
      title: 'Record of the finished cluster',
      steps: recordSteps(members, 'the cluster has been verified as healthy'),
    },
  ];
  const hasSteps = ({ steps }: Stage): boolean => steps.length > 0;
  return { stages: stages.filter(hasSteps), afterVerify: afterVerify.filter(hasSteps) };
}

/**
 * The record is delivered first: if the run is interrupted after any file, the record shows that the action has begun on
 * this host, so that its CA and certificates do not count as foreign.
 */
function deliverConfiguration(member: NewMember, { authority }: CreateStagesInput): Step {
  const files: PlannedFile[] = [
    { path: STATE_FILE, mode: PRIVATE_MODE, content: { from: 'state' } },
    ...configurationFiles(member.desired),
  ];
  const takesKey = member.name === authority.keyKeeper && authority.source.from !== 'host';
  if (takesKey) {
    files.push(
      { path: CA_KEY, mode: PRIVATE_MODE, content: { from: 'authority', part: 'key' } },
      { path: CA_CERTIFICATE, mode: CERTIFICATE_MODE, content: { from: 'authority', part: 'certificate' } },
    );
  }
  const why = takesKey ? "guide steps 1 to 3; the CA's key is kept here" : 'guide steps 1 and 2';
  return { kind: 'deliver-files', host: member.name, why, files };
}

/** kubelet takes a while to get healthy, and a new cluster needs it only in the end. */
function prepareMember(member: NewMember, input: CreateStagesInput): Step[] {
  const { name: host, desired } = member;
  const { image } = desired;
  return [
    deliverConfiguration(member, input),
    {
      kind: 'start-kubelet',
      host,
      restart: true,
      awaitedLater: true,
      why: 'guide step 1: kubelet as service manager for etcd',
    },
    {
      kind: 'render-manifest',
      host,
      image,
      wanted: desired.arguments,
      ...desired.patches,
      why: "guide step 7: the host's own kubeadm renders it",
    },
    {
      kind: 'deliver-files',
      host,
      why: 'guide steps 4 and 5: certificates made on the runner',
      files: [
        { path: CA_CERTIFICATE, mode: CERTIFICATE_MODE, content: { from: 'authority', part: 'certificate' } },
        ...leafFiles().map(({ name, part, path, mode }): PlannedFile => ({
          path,
          mode,
          content: { from: 'leaf', name, part },
        })),
        { path: STATE_FILE, mode: PRIVATE_MODE, content: { from: 'state' } },
      ],
    },
    verifyFiles(member, input),
    ...imageSteps(member, input.archive),
    { kind: 'await-kubelet', host, why: 'it reads the manifest from there' },
  ];
}

function verifyFiles(member: NewMember, { authority }: CreateStagesInput): Step {
  const { name, facts } = member;
  // a key that will be removed stays there until the verification
  const isLeaving = authority.keyKeeper === undefined && facts.files.has(CA_KEY);
  return {
    kind: 'verify-files',
    host: name,
    why: 'guide step 6',
    pkiTree: expectedPkiTree(name === authority.keyKeeper || isLeaving),
  };
}

/** Whether a member runs that others may need, and has to be restarted. */
function isSpared({ progress, etcdRuns }: NewMember, works: boolean): boolean {
  return works && etcdRuns && progress === 'other';
}

/** If a majority works, running members restart as those of a finished cluster: one at a time, behind gates, the leader last. */
function restartsInTurn({ members, shape, works, leader }: CreateStagesInput): Stage[] {
  const count = shape.members.length;
  const restarted = members
    .filter((member) => isSpared(member, works))
    .toSorted((one, other) => Number(one.name === leader) - Number(other.name === leader));
  return restarted.map((member): Stage => {
    const { name: host } = member;
    const before = gateBefore(member, count);
    return {
      title: `Restart of ${host}`,
      order: 'in-turn',
      ...(before === undefined ? {} : { before }),
      steps: afterLeadership(host, count, [startMember(member, shape, undefined)]),
      after: gateAfter(member),
    };
  });
}

/**
 * All at once, but for the one that the others ask first (getRemotePeerURLs in etcd's server/etcdserver/cluster_util.go): it
 * begins a moment before them.
 */
function startMembers({ members, shape, works }: CreateStagesInput): Step[] {
  const peerUrl = ({ address }: Member): string => httpsUrl(address, shape.peerPort);
  const [first] = members.toSorted((one, other) => (peerUrl(one) < peerUrl(other) ? -1 : 1));
  const started = members.filter((member) => !isSpared(member, works));
  return started.map((member) =>
    startMember(member, shape, member !== first && first?.progress === 'nothing' ? first.name : undefined),
  );
}

function startMember(
  { name: host, desired, progress, facts }: NewMember,
  shape: ClusterShape,
  behind: string | undefined,
): Step {
  const places = placesOf(shape);
  const { criEndpoint } = desired;
  if (progress === 'other') {
    const why = facts.dataDir.hasBlankLog
      ? 'etcd ended before it wrote anything to its log, and cannot start with such a log; the log is moved aside'
      : 'an earlier run has placed a manifest that no longer matches the inputs';
    return { kind: 'restart-member', host, ...places, criEndpoint, mayLackData: true, why };
  }
  const placeManifest = progress === 'nothing';
  const why = placeManifest ? 'guide step 7: the static pod' : 'an earlier run has placed its manifest';
  const hadContainers = facts.containers.length > 0;
  return {
    kind: 'start-member',
    host,
    ...places,
    criEndpoint,
    placeManifest,
    hadContainers,
    ...(placeManifest && behind !== undefined && { behind }),
    why,
  };
}
