import { leafFiles, CERTIFICATE_MODE } from '../kubeadm/file-tree.ts';
import { placesOf } from '../kubeadm/data-places.ts';
import type { ClusterShape } from '../kubeadm/kubeadm-config.ts';
import { CA_CERTIFICATE, KUBELET_CONFIG, KUBELET_DROP_IN } from '../kubeadm/paths.ts';
import type { LeafProfileName } from '../pki/leaf-profiles.ts';
import type { ImageArchive } from '../images/image-archive.ts';
import { imageSteps } from './image-supply.ts';
import { removalStage } from './authority-key.ts';
import type { DesiredMember } from './desired.ts';
import { isAsDesired, type Differences } from './differences.ts';
import type { Member } from './members.ts';
import type { PlannedFile, Stage, Step } from './plan.ts';
import { configurationFiles, kubeadmFiles, recordSteps, wakeKubelet } from './steps-of-member.ts';

/** A member of a cluster that has been healthy, and what is not as it ought to be. */
export interface ConvergedMember extends Member {
  readonly desired: DesiredMember;
  readonly differences: Differences;
  readonly kubeletRuns: boolean;
  readonly etcdRuns: boolean;
  readonly isLeader: boolean;
}

/**
 * Makes the differences good, the harmless ones first. What can cost a member is done to one member at a time behind a
 * gate: those that do not run first, the leader last.
 * @param archive where images come from that a host lacks; absent: from their registry.
 * @param keyKeeper who keeps the CA's key; nobody: it is removed in the end.
 */
export function convergeStages(
  members: readonly ConvergedMember[],
  shape: ClusterShape,
  keyKeeper: string | undefined,
  archive: ImageArchive | undefined,
): { stages: Stage[]; afterProof: Stage[] } {
  const ordered = members.toSorted((one, other) => rank(one) - rank(other));
  const stages: Stage[] = [
    { title: 'Modes and owners', steps: ordered.flatMap(setModes) },
    { title: 'Certificate of the CA', steps: ordered.flatMap(deliverAuthority) },
    ...ordered.flatMap(renewLeaves),
    { title: 'Configurations and manifests', steps: ordered.flatMap(deliverConfiguration) },
    {
      title: 'Rendered manifests and images',
      steps: ordered.flatMap((member) => renderManifest(member, archive)),
    },
    { title: 'Start of members that do not run', steps: ordered.flatMap((member) => wake(member, archive)) },
    ...ordered.flatMap(convergeKubelet),
    ...startAndRestart(ordered, shape),
  ];
  const changed = members.filter(({ differences }) => !isAsDesired(differences));
  const afterProof: Stage[] = [
    removalStage(members, keyKeeper),
    {
      title: 'Record of what was done',
      steps: recordSteps(changed, 'its files are recorded as they are now'),
    },
  ];
  const hasSteps = ({ steps }: Stage): boolean => steps.length > 0;
  return { stages: stages.filter(hasSteps), afterProof: afterProof.filter(hasSteps) };
}

/** Whether the member is taken down and started again for it. */
export function mustRestart({ differences }: Pick<ConvergedMember, 'differences'>): boolean {
  return differences.manifest.length > 0;
}

/** Whether etcd is down on every host, so that nothing can be lost by starting it with other settings. */
export function noneRuns(members: readonly Pick<ConvergedMember, 'etcdRuns'>[]): boolean {
  return members.every(({ etcdRuns }) => !etcdRuns);
}

function rank({ etcdRuns, isLeader }: ConvergedMember): number {
  if (!etcdRuns) return 0;
  return isLeader ? 2 : 1;
}

function setModes({ name: host, differences: { modes } }: ConvergedMember): Step[] {
  return modes.size === 0 ? [] : [{ kind: 'set-modes', host, modes, why: 'not as kubeadm makes them' }];
}

function deliverAuthority({ name: host, differences: { authority } }: ConvergedMember): Step[] {
  if (authority.length === 0) return [];
  const file: PlannedFile = {
    path: CA_CERTIFICATE,
    mode: CERTIFICATE_MODE,
    content: { from: 'authority', part: 'certificate' },
  };
  return [{ kind: 'deliver-files', host, files: [file], why: authority.join('; ') }];
}

/** etcd reads its pair anew at each handshake (client/pkg/transport/listener.go): no restart. */
function renewLeaves({ name: host, differences: { leaves }, etcdRuns }: ConvergedMember): Stage[] {
  if (leaves.size === 0) return [];
  const files = leafFiles()
    .filter(({ name }) => leaves.has(name))
    .map(({ name, part, path, mode }): PlannedFile => ({
      path,
      mode,
      content: { from: 'leaf', name, part },
    }));
  const steps: Step[] = [{ kind: 'deliver-files', host, files, why: [...leaves.values()].join('; ') }];
  const served = (['server', 'peer'] as const).filter((name: LeafProfileName) => leaves.has(name));
  if (etcdRuns && served.length > 0) {
    steps.push({
      kind: 'prove-served',
      host,
      leaves: served,
      why: 'etcd takes a new pair without a restart',
    });
  }
  return [{ title: `Certificates of ${host}`, steps, order: 'in-turn' }];
}

function deliverConfiguration({ name: host, desired, differences }: ConvergedMember): Step[] {
  const { kubeadmConfig, manifest } = differences;
  if (kubeadmConfig.length === 0) return [];
  const why = [...kubeadmConfig, ...manifest].join('; ');
  return [{ kind: 'deliver-files', host, files: configurationFiles(desired, kubeadmFiles(desired)), why }];
}

function renderManifest(member: ConvergedMember, archive: ImageArchive | undefined): Step[] {
  const { name: host, desired } = member;
  if (!mustRestart(member)) return [];
  const { image } = desired;
  const steps: Step[] = [
    {
      kind: 'render-manifest',
      host,
      image,
      wanted: desired.arguments,
      ...desired.patches,
      why: "the host's own kubeadm renders it, aside",
    },
  ];
  return [...steps, ...imageSteps(member, archive)];
}

/** A restart of kubelet leaves the containers alone; one host at a time all the same. */
function convergeKubelet(member: ConvergedMember): Stage[] {
  const { name: host, desired, differences } = member;
  if (differences.kubelet.length === 0) return [];
  const files = configurationFiles(desired, [KUBELET_CONFIG, KUBELET_DROP_IN]);
  const after = member.etcdRuns ? { after: { kind: 'member', member: host } as const } : {};
  return [
    {
      title: `Kubelet of ${host}`,
      order: 'in-turn',
      steps: [
        { kind: 'deliver-files', host, files, why: differences.kubelet.join('; ') },
        {
          kind: 'start-kubelet',
          host,
          restart: true,
          goBack: true,
          why: 'it reads its configuration at its start only',
        },
      ],
      ...after,
    },
  ];
}

function wake(member: ConvergedMember, archive: ImageArchive | undefined): Step[] {
  const { kubeletRuns, etcdRuns, differences } = member;
  if (kubeletRuns && etcdRuns) return [];
  // what it is to run may have gone from the host; a member that restarts gets its images with its manifest
  const images = mustRestart(member) ? [] : imageSteps(member, archive);
  // its kubelet is started anew with its configuration
  return differences.kubelet.length > 0 ? images : [...images, wakeKubelet(member)];
}

function awaitReady(member: ConvergedMember, shape: ClusterShape): Step[] {
  const { name: host, kubeletRuns, etcdRuns, desired, facts } = member;
  if ((kubeletRuns && etcdRuns) || mustRestart(member)) return [];
  const { criEndpoint } = desired;
  const why = 'it did not run';
  const hadContainers = facts.containers.length > 0;
  const places = placesOf(shape);
  return [{ kind: 'start-member', host, ...places, criEndpoint, placeManifest: false, hadContainers, why }];
}

/** Where none runs, no member can be spared or lost, and none gets ready without the others: all at once, no gate. */
function startAndRestart(ordered: readonly ConvergedMember[], shape: ClusterShape): Stage[] {
  const awaited = ordered.flatMap((member) => awaitReady(member, shape));
  if (noneRuns(ordered)) {
    const restarts = ordered.filter(mustRestart).map((member) => restartStep(member, shape));
    return [{ title: 'Members that do not run are ready', steps: [...awaited, ...restarts] }];
  }
  return [
    { title: 'Members that do not run are ready', steps: awaited },
    ...ordered.flatMap((member) => restart(member, shape)),
  ];
}

function restartStep({ name: host, desired, differences }: ConvergedMember, shape: ClusterShape): Step {
  const { criEndpoint } = desired;
  const why = differences.manifest.join('; ');
  return { kind: 'restart-member', host, ...placesOf(shape), criEndpoint, mayLackData: false, why };
}

function restart(member: ConvergedMember, shape: ClusterShape): Stage[] {
  if (!mustRestart(member)) return [];
  const { name: host, etcdRuns } = member;
  const steps = [restartStep(member, shape)];
  // the only member cannot hand over, nor is there a majority without it
  const alone = shape.members.length === 1;
  if (!alone && etcdRuns) {
    steps.unshift({ kind: 'move-leadership', host, why: 'clients then wait for no election' });
  }
  return [
    {
      title: `Restart of ${host}`,
      order: 'in-turn',
      ...(alone ? {} : { before: { kind: 'quorum-without', member: host } as const }),
      steps,
      after: { kind: 'member', member: host },
    },
  ];
}
