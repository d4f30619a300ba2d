import type { Settings } from '../inputs/settings.ts';
import {
  CONFIGURATION_MODES,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  PATCHES_DIR,
  placesOf,
  PRIVATE_MODE,
} from '../kubeadm/paths.ts';
import {
  type ClusterShape,
  type EtcdArgument,
  etcdArguments,
  renderKubeadmConfig,
} from '../kubeadm/kubeadm-config.ts';
import { renderKubeletConfig, renderKubeletDropIn } from '../kubeadm/kubelet-config.ts';
import { allPatches, patchFiles, patchFolder } from '../kubeadm/patches.ts';
import { parseKubernetesVersion } from '../kubeadm/version.ts';
import { wantedImage } from './images.ts';
import type { Member } from './members.ts';
import type { PlannedFile, Rendering } from './planned-cluster.ts';

/** The desired state of a member, as far as it is known before kubeadm renders its manifest. */
export interface DesiredMember {
  /** Text files by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Flags that the action or the user sets. */
  readonly arguments: readonly EtcdArgument[];
  readonly image: string;
  /** The release that kubeadm's configuration names. */
  readonly kubernetesVersion: string;
  /** CRI endpoint. */
  readonly criEndpoint: string;
  /** In the form of a step that renders the manifest. */
  readonly patches: Pick<Rendering, 'patches'>;
}

/**
 * Returns the desired state of a member.
 * @param founded facts about a member that was set up before: kubeadm's release then, and the image that it ran if its
 *   manifest is missing.
 * @throws Error if the host lacks what the prerequisites require: those are checked first.
 */
export function desiredMember(
  member: Member,
  shape: ClusterShape,
  settings: Settings,
  founded: { readonly kubernetesVersion?: string; readonly image?: string } = {},
): DesiredMember {
  const { facts, name } = member;
  const { runtime } = facts.runtime;
  const wanted = wantedImage(settings, facts, founded.image);
  if (
    runtime === undefined ||
    wanted === undefined ||
    facts.kubeadmVersion === undefined ||
    facts.kubeletPath === undefined
  ) {
    throw new Error(`${name}: prerequisites are checked before anything else is decided`);
  }
  const kubernetesVersion = versionToName(founded.kubernetesVersion, facts.kubeadmVersion.text);
  const { imageRepository, etcdImageTag } = wanted;
  const own: ClusterShape = {
    members: shape.members,
    token: shape.token,
    clientPort: shape.clientPort,
    peerPort: shape.peerPort,
    metricsPort: shape.metricsPort,
    ...placesOf(shape),
    extraArgs: shape.extraArgs,
    patches: shape.patches,
    ...(imageRepository === undefined ? {} : { imageRepository }),
    ...(etcdImageTag === undefined ? {} : { etcdImageTag }),
  };
  return {
    texts: new Map([
      [KUBELET_CONFIG, renderKubeletConfig(runtime, settings.kubeletConfig)],
      [KUBELET_DROP_IN, renderKubeletDropIn(facts.kubeletPath, shape)],
      // Before the configuration that names their folder.
      ...patchFiles(allPatches(shape.patches, shape.walDir)),
      [KUBEADM_CONFIG, renderKubeadmConfig(own, member, kubernetesVersion, settings.certificates)],
    ]),
    arguments: etcdArguments(shape, member),
    image: wanted.image,
    kubernetesVersion,
    criEndpoint: runtime.endpoint,
    patches: patchesToRender(shape),
  };
}

function patchesToRender({ patches, walDir }: ClusterShape): DesiredMember['patches'] {
  const all = allPatches(patches, walDir);
  const folder = patchFolder(all);
  return folder === undefined ? {} : { patches: { folder, names: all.map(({ name }) => name) } };
}

/**
 * kubeadm accepts its own minor release and the one before (its version skew policy); a member keeps its own if
 * possible.
 */
function versionToName(recorded: string | undefined, installed: string): string {
  const old = parseKubernetesVersion(recorded ?? '');
  const now = parseKubernetesVersion(installed);
  if (old === undefined || now === undefined) return installed;
  const back = now.minor - old.minor;
  return old.major === now.major && (back === 0 || back === 1) ? old.text : installed;
}

/**
 * Returns the configurations of kubelet and kubeadm, patches among them, as files to deliver; all of them, or those
 * named.
 */
export function configurationFiles(
  { texts }: DesiredMember,
  paths: readonly string[] = [...texts.keys()],
): PlannedFile[] {
  return paths.map((path) => {
    const text = texts.get(path);
    if (text === undefined) throw new Error(`${path} is no configuration file`);
    return { path, mode: CONFIGURATION_MODES.get(path) ?? PRIVATE_MODE, content: { from: 'text', text } };
  });
}

/** Returns the configuration of kubeadm and the patches that it names, in the order of delivery. */
export function kubeadmFiles({ texts }: DesiredMember): string[] {
  return [...texts.keys()].filter((path) => path === KUBEADM_CONFIG || path.startsWith(`${PATCHES_DIR}/`));
}
