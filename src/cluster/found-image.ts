import type { Finding } from '../findings.ts';
import { readYamlDocuments } from '../kubeadm/yaml.ts';
import { ETCD_MANIFEST, KUBEADM_CONFIG } from '../kubeadm/paths.ts';
import { parseKubernetesVersion, type KubernetesVersion } from '../kubeadm/version.ts';
import { imageOf, runningImage, splitImage, type ImageSettings } from './images.ts';
import type { HostFacts } from '../facts/host.ts';
import type { Member } from './members.ts';
import { recordOn, type Ownership } from './ownership.ts';

/** What is known of the image that a member ran, where its manifest is missing. */
export type FoundImage = { readonly image?: string } | { readonly finding: Finding };

/**
 * The image that a member's data was written with, where its manifest does not tell any more. In this order: what the
 * host's own kubeadm configuration names, what its last container ran, what the release of kubeadm ships that it was set
 * up with, and what the other members run. One host's word is never enough for the image of another: two, and a majority of all others, have to agree, and
 * from the registry that kubeadm or the inputs name.
 * @param hosts.members those that could be looked at. @param hosts.total how many the cluster has.
 * @returns no image where the manifest is there.
 */
export function foundImage(
  member: Member,
  { members, total }: { readonly members: readonly Member[]; readonly total: number },
  ownership: ReadonlyMap<string, Ownership>,
  settings: ImageSettings,
): FoundImage {
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
  // a patch release of kubeadm brings no older etcd, and no other minor release
  if (age === 'later patch' && agreed === undefined) return itsOwn;
  return settings.etcdImageTag === undefined
    ? { finding: unknownImage(member, recorded, agreed) }
    : { image: imageOf(imageRepository, settings.etcdImageTag) };
}

/**
 * What the host itself says of the image of its etcd: the kubeadm configuration on it, else the container that ended
 * last; undefined where neither names one.
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

/** `etcd.local` of a kubeadm configuration (v1beta4), as far as it names an image. */
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

/** How kubeadm on the host compares with the release that the member was set up with. */
function compared(now: KubernetesVersion | undefined, recorded: string): 'same' | 'later patch' | 'other' {
  const then = parseKubernetesVersion(recorded);
  if (now === undefined || then === undefined) return 'other';
  if (now.text === then.text) return 'same';
  return now.major === then.major && now.minor === then.minor && now.patch > then.patch
    ? 'later patch'
    : 'other';
}

/** The image that more than half of the other members run, and two at least, by their manifests. */
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
    fact: `${ETCD_MANIFEST} is missing, and nothing on the host tells which etcd has written its data: ${KUBEADM_CONFIG} names none, no container of it is left, kubeadm is ${now} now, and ${recorded === '' ? 'there is no record' : `the member was set up with ${recorded}`}; ${others}.`,
    cause: 'The manifest was moved away, and kubeadm was upgraded or downgraded since.',
    fix: 'Put the manifest back, or give the image that ran as `image-repository` and `etcd-image-tag`.',
  };
}
