import { configurationFiles, kubeadmFiles } from '../../cluster/desired-member.ts';
import { isAsDesired } from '../../cluster/differences.ts';
import { mustRestart } from '../../cluster/disruption.ts';
import type { PlannedFile } from '../../cluster/planned-cluster.ts';
import type { EstablishedMember } from '../../cluster/planned-members.ts';
import type { ImageArchive } from '../../images/image-archive.ts';
import { CA_CERTIFICATE, CERTIFICATE_MODE, leafFiles } from '../../kubeadm/paths.ts';
import type { ClusterShape } from '../../kubeadm/kubeadm-config.ts';
import type { LeafProfileName } from '../../pki/leaf.ts';
import type { Stage } from '../../plan/plan.ts';
import type { Step } from '../../steps/index.ts';
import { imageSteps } from './image-supply.ts';
import { recordSteps, removalStage, restartStages } from './restart-stages.ts';

/**
 * Makes the differences good, the harmless ones first. What can cost a member is done to one member at a time behind a
 * gate, the leader last; those that do not run come before them.
 * @param archive where images come from that a host lacks; absent: from their registry.
 * @param keyKeeper the host that keeps the CA's key; if undefined, the key is removed in the end.
 * @param hasMajority whether the cluster works now.
 */
export function convergeStages(
  members: readonly EstablishedMember[],
  shape: ClusterShape,
  keyKeeper: string | undefined,
  hasMajority: boolean,
  archive: ImageArchive | undefined,
): { stages: Stage[]; afterVerify: Stage[] } {
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
    ...restartStages(ordered, shape, hasMajority, archive),
  ];
  const changed = members.filter(({ differences }) => !isAsDesired(differences));
  const afterVerify: Stage[] = [
    removalStage(members, keyKeeper),
    {
      title: 'Record of the run',
      steps: recordSteps(changed, 'records the present state of its files'),
    },
  ];
  const hasSteps = ({ steps }: Stage): boolean => steps.length > 0;
  return { stages: stages.filter(hasSteps), afterVerify: afterVerify.filter(hasSteps) };
}

function rank({ etcdRuns, isLeader }: EstablishedMember): number {
  if (!etcdRuns) return 0;
  return isLeader ? 2 : 1;
}

function setModes({ name: host, differences: { modes } }: EstablishedMember): Step[] {
  return modes.size === 0 ? [] : [{ kind: 'set-modes', host, modes, why: 'not as kubeadm creates them' }];
}

function deliverAuthority({ name: host, differences: { authority } }: EstablishedMember): Step[] {
  if (authority.length === 0) return [];
  const file: PlannedFile = {
    path: CA_CERTIFICATE,
    mode: CERTIFICATE_MODE,
    content: { from: 'authority', part: 'certificate' },
  };
  return [{ kind: 'deliver-files', host, files: [file], why: authority.join('; ') }];
}

/** etcd reads its pair anew at each handshake (client/pkg/transport/listener.go): no restart. */
function renewLeaves({ name: host, differences: { leaves }, etcdRuns }: EstablishedMember): Stage[] {
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
      kind: 'verify-served-certificate',
      host,
      leaves: served,
      why: 'etcd takes a new pair without a restart',
    });
  }
  return [{ title: `Certificates of ${host}`, steps, order: 'in-turn' }];
}

function deliverConfiguration({ name: host, desired, differences }: EstablishedMember): Step[] {
  const { kubeadmConfig, manifest } = differences;
  if (kubeadmConfig.length === 0) return [];
  const why = [...kubeadmConfig, ...manifest].join('; ');
  return [{ kind: 'deliver-files', host, files: configurationFiles(desired, kubeadmFiles(desired)), why }];
}

function renderManifest(member: EstablishedMember, archive: ImageArchive | undefined): Step[] {
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
      why: "the host's own kubeadm renders it, outside the manifest folder",
    },
  ];
  return [...steps, ...imageSteps(member, archive)];
}
