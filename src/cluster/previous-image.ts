import type { Finding } from '../findings.ts';
import { readYamlDocuments } from '../kubeadm/yaml.ts';
import { ETCD_MANIFEST, KUBEADM_CONFIG } from '../kubeadm/paths.ts';
import { parseKubernetesVersion, type KubernetesVersion } from '../kubeadm/version.ts';
import { imageOf, runningImage, splitImage, type ImageSettings } from './images.ts';
import type { HostFacts } from '../facts/host.ts';
import type { Member } from './members.ts';
import { recordOn, type Ownership } from './ownership.ts';

/** The image that a member ran before its manifest was lost. */
export type PreviousImage = { readonly image?: string } | { readonly finding: Finding };

/**
 * Returns the image that a member's data was written with, if its manifest is missing. Sources in this order: the
 * host's own kubeadm configuration, its last container, the image of the kubeadm release that it was set up with, and
 * the images of the other members. One host alone never determines the image of another: two, and a majority of all
 * others, have to agree, and the registry has to be that of kubeadm or of the inputs.
 * @param hosts.members those that could be observed.
 * @param hosts.total number of members of the cluster.
 * @returns no image if the manifest exists.
 */
export function previousImage(
  member: Member,
  { members, total }: { readonly members: readonly Member[]; readonly total: number },
  ownership: ReadonlyMap<string, Ownership>,
  settings: ImageSettings,
): PreviousImage {
  const { facts } = member;
  if (runningImage(facts) !== undefined || facts.etcdImage === undefined) return {};
  const own = ownImage(facts);
  if (own !== undefined) return { image: own };
  const shipped = splitImage(facts.etcdImage);
  const { imageRepository = shipped.repository } = imageFieldsOf(configurationOn(facts));
  const recorded = recordOn(ownership.get(member.name))?.kubernetesVersion ?? '';
  const age = compared(facts.kubeadmVersion, recorded);
  const itsOwn = { image: imageOf(imageRepository, shipped.tag) };
  if (age === 'same') return itsOwn;
  const agreed = agreedImage(member, members, total);
  const known = [settings.imageRepository, imageRepository, shipped.repository];
  if (agreed !== undefined && known.includes(splitImage(agreed).repository)) return { image: agreed };
  // A patch release of kubeadm ships no older etcd, and no other minor release.
  if (age === 'later patch' && agreed === undefined) return itsOwn;
  return settings.etcdImageTag === undefined
    ? { finding: unknownImage(member, recorded, agreed) }
    : { image: imageOf(imageRepository, settings.etcdImageTag) };
}

/**
 * Returns the image of etcd according to the host itself: the kubeadm configuration on it, else the last container that
 * ended; undefined if neither names one.
 */
export function ownImage(facts: HostFacts): string | undefined {
  if (facts.etcdImage === undefined) return undefined;
  const { imageRepository = splitImage(facts.etcdImage).repository, imageTag } = imageFieldsOf(
    configurationOn(facts),
  );
  if (imageTag !== undefined) return imageOf(imageRepository, imageTag);
  const ran = facts.containers.toSorted((one, other) => other.attempt - one.attempt);
  return ran.map(({ image }) => image).find((image) => /\/etcd:v?\d+\.\d+\.\d+[^/@]*$/.test(image));
}

function configurationOn({ files }: HostFacts): string {
  return files.get(KUBEADM_CONFIG)?.text ?? '';
}

interface ImageFields {
  readonly imageRepository?: string;
  readonly imageTag?: string;
}

/** Reads `etcd.local` of a kubeadm configuration (v1beta4), if it names an image. */
function imageFieldsOf(configuration: string): ImageFields {
  return Object.assign(
    {},
    ...readYamlDocuments(configuration).map((document): ImageFields => {
      const read = document as { readonly etcd?: { readonly local?: unknown } | null } | null;
      const local = read?.etcd?.local;
      if (typeof local !== 'object' || local === null) return {};
      const { imageRepository, imageTag } = local as Readonly<Record<string, unknown>>;
      return {
        ...(typeof imageRepository === 'string' && imageRepository !== '' && { imageRepository }),
        ...(typeof imageTag === 'string' && imageTag !== '' && { imageTag }),
      };
    }),
  ) as ImageFields;
}

/** Compares kubeadm on the host with the release that the member was set up with. */
function compared(now: KubernetesVersion | undefined, recorded: string): 'same' | 'later patch' | 'other' {
  const then = parseKubernetesVersion(recorded);
  if (now === undefined || then === undefined) return 'other';
  if (now.text === then.text) return 'same';
  return now.major === then.major && now.minor === then.minor && now.patch > then.patch
    ? 'later patch'
    : 'other';
}

/** Returns the image that more than half of the other members, and at least two, run according to their manifests. */
function agreedImage({ name }: Member, members: readonly Member[], total: number): string | undefined {
  const others = members.filter((member) => member.name !== name);
  const told = Map.groupBy(others, ({ facts }) => runningImage(facts));
  return [...told].find(
    ([image, group]) => image !== undefined && group.length > 1 && group.length * 2 > total - 1,
  )?.[0];
}

function unknownImage({ name, facts }: Member, recorded: string, agreed: string | undefined): Finding {
  const now = facts.kubeadmVersion?.text ?? 'unknown';
  const others =
    agreed === undefined
      ? 'too few of the other members agree on one'
      : `the other members run ${agreed}, whose registry is neither kubeadm's nor the one in the inputs`;
  return {
    code: 'etcd-image-unknown',
    host: name,
    at: 'etcd-image-tag',
    fact: `${ETCD_MANIFEST} is missing, and nothing on the host shows which etcd release wrote its data: ${KUBEADM_CONFIG} names none, no container of it is left, kubeadm is ${now} now, and ${recorded === '' ? 'there is no record' : `the member was set up with ${recorded}`}; ${others}.`,
    cause: 'The manifest was moved, and kubeadm was upgraded or downgraded since.',
    fix: 'Put the manifest back, or give the image that ran as `image-repository` and `etcd-image-tag`.',
  };
}
