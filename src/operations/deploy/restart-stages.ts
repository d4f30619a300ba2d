import type { Member } from '../../cluster/members.ts';
import { holdsAuthorityKey } from '../../cluster/authority-key.ts';
import { configurationFiles } from '../../cluster/desired-member.ts';
import {
  gateAfter,
  gateBefore,
  kubeletEndsEtcd,
  losesQuorum,
  movesPods,
  mustRestart,
} from '../../cluster/disruption.ts';
import type { EstablishedMember } from '../../cluster/planned-members.ts';
import type { HostFacts } from '../../facts/host.ts';
import type { ImageArchive } from '../../images/image-archive.ts';
import type { ClusterShape } from '../../kubeadm/kubeadm-config.ts';
import { KUBELET_CONFIG, KUBELET_DROP_IN, placesOf } from '../../kubeadm/paths.ts';
import type { Stage } from '../../plan/plan.ts';
import type { Step } from '../../steps/index.ts';
import type { RecordMember } from '../../steps/record-member.ts';
import type { RemoveAuthorityKey } from '../../steps/remove-authority-key.ts';
import type { StartMember } from '../../steps/start-member.ts';
import { imageSteps } from './image-supply.ts';

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
    { title: 'Start of stopped members', steps: touched.flatMap((member) => prepareStart(member, archive)) },
    ...idle.flatMap((member) => convergeKubelet(member, shape)),
    ...startIdle(touched, shape, hasMajority),
  ];
  return [
    // a member that does not come up keeps the others from nothing that their own gates allow
    ...starts.map((stage): Stage => (hasMajority ? { ...stage, mayFail: 'reported' } : stage)),
    ...running.flatMap((member) => convergeKubelet(member, shape)),
    ...running.flatMap((member) => restart(member, shape)),
  ];
}

function prepareStart(member: EstablishedMember, archive: ImageArchive | undefined): Step[] {
  const { kubeletRuns, etcdRuns, differences } = member;
  if (kubeletRuns && etcdRuns) return [];
  // what it is to run may have gone from the host; a member that restarts gets its images with its manifest
  const images = mustRestart(member) ? [] : imageSteps(member, archive);
  // its kubelet is started anew with its configuration, or behind a gate
  const isLater = differences.kubelet.length > 0 || kubeletEndsEtcd(member);
  return isLater ? images : [...images, startKubeletOf(member)];
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
  if (differences.kubelet.length === 0) return kubeletEndsEtcd(member) ? [startKubeletOf(member)] : [];
  const files = configurationFiles(desired, [KUBELET_CONFIG, KUBELET_DROP_IN]);
  return [
    { kind: 'deliver-files', host, files, why: differences.kubelet.join('; ') },
    {
      kind: 'start-kubelet',
      host,
      restart: true,
      goBack: true,
      why: 'it reads its configuration only at startup',
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
  const title = 'Stopped members are ready';
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
  return [awaitMember(member, shape, 'it was not running')];
}

/** kubelet is healthy a second before it checks its pods and ends this one: until then, its etcd still answers. */
function awaitReplaced(member: EstablishedMember, shape: ClusterShape): StartMember {
  const why = movesPods(member)
    ? 'kubelet stops it and starts it again in other cgroups'
    : 'kubelet stops it if the manifest has changed';
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
  const move: Step = { kind: 'move-leadership', host, why: 'clients then do not wait for an election' };
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

/** An etcd that kept ending is started again by a kubelet that has just started, which has forgotten its back-off. */
export function startKubeletOf({ name, kubeletRuns }: { name: string; kubeletRuns: boolean }): Step {
  const why = kubeletRuns
    ? 'etcd is not running, and kubelet may wait for minutes'
    : 'kubelet is not running, or is not enabled at boot';
  return { kind: 'start-kubelet', host: name, restart: kubeletRuns, why };
}

/** Writes down what the members are now. */
export function recordSteps(members: readonly { readonly name: string }[], why: string): RecordMember[] {
  return members.map(({ name }) => ({ kind: 'record-member', host: name, why }));
}

/** Removes the CA's key from hosts after the cluster is verified: a cluster that does not work may still need it there. */
export function removalStage(
  members: readonly { readonly name: string; readonly facts: HostFacts }[],
  keyKeeper: string | undefined,
): Stage {
  const holders = keyKeeper === undefined ? members.filter(({ facts }) => holdsAuthorityKey(facts)) : [];
  return {
    title: 'Key of the CA',
    steps: holders.map(({ name }): RemoveAuthorityKey => ({
      kind: 'remove-authority-key',
      host: name,
      why: 'ca-custody: input-only; the inputs have it',
    })),
  };
}

/** Removes what a restore has left on hosts whose members have started: a whole copy of the database. */
export function discardStage(members: readonly Pick<Member, 'name'>[], dataDir: string, why: string): Stage {
  return {
    title: 'Copies of the backup',
    steps: members.map(({ name: host }) => ({ kind: 'discard-restore', host, dataDir, why })),
  };
}
