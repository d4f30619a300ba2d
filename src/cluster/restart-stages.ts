import { isDeepStrictEqual } from 'node:util';
import { placesOf } from '../kubeadm/data-places.ts';
import { readYamlDocuments } from '../kubeadm/foreign-yaml.ts';
import type { ClusterShape } from '../kubeadm/kubeadm-config.ts';
import { KUBELET_CONFIG, KUBELET_DROP_IN } from '../kubeadm/paths.ts';
import type { ImageArchive } from '../images/image-archive.ts';
import type { Step } from '../steps/index.ts';
import type { StartMember } from '../steps/start-member.ts';
import type { ConvergedMember } from './converge-stages.ts';
import type { Gate } from './gates.ts';
import { imageSteps } from './image-supply.ts';
import { memberManifest } from './member-manifest.ts';
import type { Stage } from './plan.ts';
import { quorumOf } from './quorum.ts';
import { raisesQuota } from './quota.ts';
import { configurationFiles, wakeKubelet } from './steps-of-member.ts';

/** Whether the member is taken down and started again for it. */
export function mustRestart({ differences }: Pick<ConvergedMember, 'differences'>): boolean {
  return differences.manifest.length > 0;
}

/**
 * Whether the cluster loses its majority while one of its members restarts. With one or two members there is no way
 * around that.
 */
export function isDownMeanwhile(members: number): boolean {
  return members - 1 < quorumOf(members);
}

/** Whether a member that runs may end by what is done to it: restarted, or by a kubelet that finds another manifest. */
export function isTakenDown(member: ConvergedMember): boolean {
  return member.etcdRuns && (mustRestart(member) || endsWithKubelet(member));
}

/**
 * What must hold before a running member is taken down; nothing for the only one, which nothing else depends on. Of two,
 * both have to be healthy: it is then certain that the cluster comes back with the member.
 */
export function gateBefore(
  member: Pick<ConvergedMember, 'name' | 'facts' | 'desired'>,
  members: number,
): Gate | undefined {
  if (members === 1) return undefined;
  const despite = despiteOf(member);
  return isDownMeanwhile(members)
    ? { kind: 'all', ...despite }
    : { kind: 'quorum-without', member: member.name, ...despite };
}

/** What must hold before the next member is touched. */
export function gateAfter(member: Pick<ConvergedMember, 'name' | 'facts' | 'desired'>): Gate {
  return { kind: 'member', member: member.name, ...despiteOf(member) };
}

/** A larger quota is the way out of the alarm NOSPACE, which stays until it is disarmed. */
function despiteOf({ facts, desired }: Pick<ConvergedMember, 'facts' | 'desired'>): Pick<Gate, 'despite'> {
  return raisesQuota(memberManifest(facts), desired.arguments) ? { despite: 'NOSPACE' } : {};
}

/**
 * Kubelets and members, started and restarted. Members that do not run come first, without a gate, because nothing is
 * taken away with them; then those that run, in turn and behind gates.
 * @param ordered with the leader last.
 * @param hasMajority whether the cluster works now.
 */
export function restartStages(
  ordered: readonly ConvergedMember[],
  shape: ClusterShape,
  hasMajority: boolean,
  archive: ImageArchive | undefined,
): Stage[] {
  const touched = ordered.filter(({ isHeld }) => !isHeld);
  const idle = touched.filter(({ etcdRuns }) => !etcdRuns);
  const running = touched.filter(({ etcdRuns }) => etcdRuns);
  const starts: Stage[] = [
    { title: 'Start of members that do not run', steps: touched.flatMap((member) => wake(member, archive)) },
    ...idle.flatMap((member) => convergeKubelet(member, shape)),
    ...startIdle(touched, shape, hasMajority),
  ];
  return [
    // a member that does not come up keeps the others from nothing that their own gates allow
    ...starts.map((stage): Stage => (hasMajority ? { ...stage, mayFail: true } : stage)),
    ...running.flatMap((member) => convergeKubelet(member, shape)),
    ...running.flatMap((member) => restart(member, shape)),
  ];
}

/**
 * kubelet does not run, or has to be restarted, while etcd goes on with a manifest that is another one by now, or gone:
 * kubelet ends such an etcd when it starts (podWorkers in kubelet's pkg/kubelet/pod_workers.go). So it does with pods whose
 * cgroups are elsewhere by its new configuration.
 */
export function endsWithKubelet(member: ConvergedMember): boolean {
  const { etcdRuns, facts, differences, manifestIsRecorded } = member;
  const isStarted = !facts.kubelet.active || differences.kubelet.length > 0;
  // one that is managed by the kubelet that runs, and has no record yet, is left alone by a restart of kubelet
  return (
    etcdRuns &&
    isStarted &&
    (movesPods(member) ||
      manifestIsRecorded === false ||
      (!facts.kubelet.active && manifestIsRecorded !== true))
  );
}

/**
 * What tells in which cgroups kubelet's pods are. kubelet ends a running pod that has none there when it first looks at it after
 * its start (`SyncPod` in pkg/kubelet/kubelet.go: `!pcm.Exists(pod) && !firstSync`).
 */
const CGROUP_FIELDS = ['cgroupDriver', 'cgroupRoot', 'cgroupsPerQOS'] as const;

/** Whether the new configuration of kubelet has its pods in other cgroups than the present one. */
function movesPods({
  facts,
  desired,
  differences,
}: Pick<ConvergedMember, 'facts' | 'desired' | 'differences'>): boolean {
  const present = facts.files.get(KUBELET_CONFIG)?.text;
  if (differences.kubelet.length === 0 || present === undefined) return false;
  const [before, after] = [present, desired.texts.get(KUBELET_CONFIG) ?? ''].map(
    (text) => (readYamlDocuments(text)[0] ?? {}) as Readonly<Record<string, unknown>>,
  );
  return CGROUP_FIELDS.some((field) => !isDeepStrictEqual(before?.[field], after?.[field]));
}

function wake(member: ConvergedMember, archive: ImageArchive | undefined): Step[] {
  const { kubeletRuns, etcdRuns, differences } = member;
  if (kubeletRuns && etcdRuns) return [];
  // what it is to run may have gone from the host; a member that restarts gets its images with its manifest
  const images = mustRestart(member) ? [] : imageSteps(member, archive);
  // its kubelet is started anew with its configuration, or behind a gate
  const isLater = differences.kubelet.length > 0 || endsWithKubelet(member);
  return isLater ? images : [...images, wakeKubelet(member)];
}

/** A restart of kubelet leaves the containers alone; one host at a time all the same. */
function convergeKubelet(member: ConvergedMember, shape: ClusterShape): Stage[] {
  // the restart of its member has these steps
  if (endsWithKubelet(member) && mustRestart(member)) return [];
  const steps = kubeletSteps(member);
  if (steps.length === 0) return [];
  const { name: host, etcdRuns } = member;
  const count = shape.members.length;
  const ends = endsWithKubelet(member);
  const before = ends ? gateBefore(member, count) : undefined;
  if (ends) steps.push(awaitReplaced(member, shape));
  return [
    {
      title: `Kubelet of ${host}`,
      order: 'in-turn',
      ...(before === undefined ? {} : { before }),
      steps: ends ? afterLeadership(host, count, steps) : steps,
      ...(etcdRuns ? { after: gateAfter(member) } : {}),
    },
  ];
}

/** What a kubelet needs that is not started with the others. */
function kubeletSteps(member: ConvergedMember): Step[] {
  const { name: host, desired, differences } = member;
  if (differences.kubelet.length === 0) return endsWithKubelet(member) ? [wakeKubelet(member)] : [];
  const files = configurationFiles(desired, [KUBELET_CONFIG, KUBELET_DROP_IN]);
  return [
    { kind: 'deliver-files', host, files, why: differences.kubelet.join('; ') },
    {
      kind: 'start-kubelet',
      host,
      restart: true,
      goBack: true,
      why: 'it reads its configuration at its start only',
    },
  ];
}

/**
 * While a majority is healthy, those that only have to be started are waited for, and then the others start with their
 * new manifests one by one. Without a majority none gets ready without the others: all at once.
 */
function startIdle(ordered: readonly ConvergedMember[], shape: ClusterShape, hasMajority: boolean): Stage[] {
  const awaited = ordered.flatMap((member) => awaitReady(member, shape));
  const restarted = ordered.filter((member) => !member.etcdRuns && mustRestart(member));
  const title = 'Members that do not run are ready';
  if (!hasMajority)
    return [{ title, steps: [...awaited, ...restarted.map((member) => restartStep(member, shape))] }];
  return [
    { title, steps: awaited },
    ...restarted.map((member): Stage => {
      const { name: host } = member;
      return {
        title: `Restart of ${host}`,
        order: 'in-turn',
        steps: [restartStep(member, shape)],
        after: gateAfter(member),
      };
    }),
  ];
}

function awaitReady(member: ConvergedMember, shape: ClusterShape): Step[] {
  const { kubeletRuns, etcdRuns } = member;
  if ((kubeletRuns && etcdRuns) || mustRestart(member) || endsWithKubelet(member)) return [];
  return [awaitMember(member, shape, 'it did not run')];
}

/** kubelet is healthy a second before it looks at its pods and ends this one: until then its etcd answers, as if nothing were to come. */
function awaitReplaced(member: ConvergedMember, shape: ClusterShape): StartMember {
  const why = movesPods(member)
    ? 'kubelet ends it and starts it again in other cgroups'
    : 'kubelet ends it where it finds another manifest';
  const running = member.facts.containers.filter((container) => container.running);
  return { ...awaitMember(member, shape, why), replaces: running.map(({ id }) => id) };
}

function awaitMember(
  { name: host, desired, facts }: ConvergedMember,
  shape: ClusterShape,
  why: string,
): StartMember {
  const { criEndpoint } = desired;
  const hadContainers = facts.containers.length > 0;
  const places = placesOf(shape);
  return { kind: 'start-member', host, ...places, criEndpoint, placeManifest: false, hadContainers, why };
}

/**
 * Steps that take a member down which others need, behind a move of leadership. One or two members are no majority without it, whichever
 * leads.
 */
export function afterLeadership(host: string, members: number, steps: readonly Step[]): Step[] {
  const move: Step = { kind: 'move-leadership', host, why: 'clients then wait for no election' };
  return isDownMeanwhile(members) ? [...steps] : [move, ...steps];
}

function restartStep({ name: host, desired, differences }: ConvergedMember, shape: ClusterShape): Step {
  const { criEndpoint } = desired;
  const why = differences.manifest.join('; ');
  return { kind: 'restart-member', host, ...placesOf(shape), criEndpoint, mayLackData: false, why };
}

function restart(member: ConvergedMember, shape: ClusterShape): Stage[] {
  if (!mustRestart(member)) return [];
  const { name: host } = member;
  const count = shape.members.length;
  const before = gateBefore(member, count);
  const steps = [...(endsWithKubelet(member) ? kubeletSteps(member) : []), restartStep(member, shape)];
  return [
    {
      title: `Restart of ${host}`,
      order: 'in-turn',
      ...(before === undefined ? {} : { before }),
      steps: afterLeadership(host, count, steps),
      after: gateAfter(member),
    },
  ];
}
