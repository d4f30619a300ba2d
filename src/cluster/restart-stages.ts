import { placesOf } from '../kubeadm/data-places.ts';
import type { ClusterShape } from '../kubeadm/kubeadm-config.ts';
import { KUBELET_CONFIG, KUBELET_DROP_IN } from '../kubeadm/paths.ts';
import type { ImageArchive } from '../images/image-archive.ts';
import type { Step } from '../steps/index.ts';
import type { StartMember } from '../steps/start-member.ts';
import { gateAfter, gateBefore, kubeletEndsEtcd, losesQuorum, movesPods, mustRestart } from './disruption.ts';
import { imageSteps } from './image-supply.ts';
import type { Stage } from './plan.ts';
import type { EstablishedMember } from './planned-members.ts';
import { configurationFiles, wakeKubelet } from './steps-of-member.ts';

/**
 * Kubelets and members, started and restarted. Members that do not run come first, without a gate, because nothing is
 * taken away with them; then those that run, in turn and behind gates.
 * @param ordered with the leader last.
 * @param hasMajority whether the cluster works now.
 */
export function restartStages(
  ordered: readonly EstablishedMember[],
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

function wake(member: EstablishedMember, archive: ImageArchive | undefined): Step[] {
  const { kubeletRuns, etcdRuns, differences } = member;
  if (kubeletRuns && etcdRuns) return [];
  // what it is to run may have gone from the host; a member that restarts gets its images with its manifest
  const images = mustRestart(member) ? [] : imageSteps(member, archive);
  // its kubelet is started anew with its configuration, or behind a gate
  const isLater = differences.kubelet.length > 0 || kubeletEndsEtcd(member);
  return isLater ? images : [...images, wakeKubelet(member)];
}

/** A restart of kubelet leaves the containers alone; one host at a time all the same. */
function convergeKubelet(member: EstablishedMember, shape: ClusterShape): Stage[] {
  // the restart of its member has these steps
  if (kubeletEndsEtcd(member) && mustRestart(member)) return [];
  const steps = kubeletSteps(member);
  if (steps.length === 0) return [];
  const { name: host, etcdRuns } = member;
  const count = shape.members.length;
  const ends = kubeletEndsEtcd(member);
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
function kubeletSteps(member: EstablishedMember): Step[] {
  const { name: host, desired, differences } = member;
  if (differences.kubelet.length === 0) return kubeletEndsEtcd(member) ? [wakeKubelet(member)] : [];
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
function startIdle(
  ordered: readonly EstablishedMember[],
  shape: ClusterShape,
  hasMajority: boolean,
): Stage[] {
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

function awaitReady(member: EstablishedMember, shape: ClusterShape): Step[] {
  const { kubeletRuns, etcdRuns } = member;
  if ((kubeletRuns && etcdRuns) || mustRestart(member) || kubeletEndsEtcd(member)) return [];
  return [awaitMember(member, shape, 'it did not run')];
}

/** kubelet is healthy a second before it looks at its pods and ends this one: until then its etcd answers, as if nothing were to come. */
function awaitReplaced(member: EstablishedMember, shape: ClusterShape): StartMember {
  const why = movesPods(member)
    ? 'kubelet ends it and starts it again in other cgroups'
    : 'kubelet ends it where it finds another manifest';
  const running = member.facts.containers.filter((container) => container.running);
  return { ...awaitMember(member, shape, why), outgoing: running.map(({ id }) => id) };
}

function awaitMember(
  { name: host, desired, facts }: EstablishedMember,
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
  return losesQuorum(members) ? [...steps] : [move, ...steps];
}

function restartStep({ name: host, desired, differences }: EstablishedMember, shape: ClusterShape): Step {
  const { criEndpoint } = desired;
  const why = differences.manifest.join('; ');
  return { kind: 'restart-member', host, ...placesOf(shape), criEndpoint, mayLackData: false, why };
}

function restart(member: EstablishedMember, shape: ClusterShape): Stage[] {
  if (!mustRestart(member)) return [];
  const { name: host } = member;
  const count = shape.members.length;
  const before = gateBefore(member, count);
  const steps = [...(kubeletEndsEtcd(member) ? kubeletSteps(member) : []), restartStep(member, shape)];
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
