import { isStored } from '../../cluster/images.ts';
import type { Member } from '../../cluster/members.ts';
import type { HostFacts } from '../../facts/host.ts';
import type { Finding } from '../../findings.ts';
import type { ArchivedImage } from '../../images/archive-index.ts';
import type { ImageArchive } from '../../images/image-archive.ts';
import { normalName, tagOf } from '../../images/reference.ts';
import type { RegistryLogin } from '../../inputs/settings.ts';
import type { ImportImage } from '../../steps/import-image.ts';
import type { PullImage } from '../../steps/pull-image.ts';

/** A member and the images that its host is to have. */
export interface SuppliedMember extends Pick<Member, 'name' | 'facts'> {
  readonly desired: { readonly image: string; readonly criEndpoint: string };
}

/**
 * How a host comes by the images that it lacks: etcd's from the archive that was given, else by the container runtime from
 * its registry; and the pause image, which the runtime itself wants, from the archive if that has it.
 */
export function imageSteps(
  member: SuppliedMember,
  archive: ImageArchive | undefined,
): (ImportImage | PullImage)[] {
  const { name: host, facts, desired } = member;
  const { image, criEndpoint } = desired;
  const steps: (ImportImage | PullImage)[] = [];
  const importing = (wanted: string, imageId: string): ImportImage => ({
    kind: 'import-image',
    host,
    image: wanted,
    imageId,
    criEndpoint,
    why: 'the image is not on this host yet, and image-archive has it',
  });
  if (!isStored(image, facts)) {
    const archived = archive && imageFor(archive, image, facts);
    steps.push(
      archived === undefined
        ? { kind: 'pull-image', host, image, criEndpoint, why: 'the image is not on this host yet' }
        : importing(image, archived.id),
    );
  }
  const pause = missingPause(facts);
  const archivedPause = archive && pause !== undefined ? imageFor(archive, pause, facts) : undefined;
  if (pause !== undefined && archivedPause !== undefined) steps.push(importing(pause, archivedPause.id));
  return steps;
}

/** Sources of missing images, in addition to registries without a login. */
export interface ImageSources {
  readonly archive: ImageArchive | undefined;
  readonly registry: Pick<RegistryLogin, 'server'> | undefined;
}

/**
 * Why hosts cannot be supplied: the archive does not hold the image that they lack, or not for their processor; their runtime
 * is none into which it could be imported; or they have nothing to log in to the registry with.
 */
export function supplyFindings(
  members: readonly SuppliedMember[],
  { archive, registry }: ImageSources,
): Finding[] {
  const lacking = members.filter(({ facts, desired }) => !isStored(desired.image, facts));
  if (archive === undefined) return lacking.flatMap((member) => withoutCurl(member, registry));
  return [
    ...[...Map.groupBy(lacking, ({ facts, desired }) => missingFrom(archive, desired.image, facts))].flatMap(
      ([fact, group]) => (fact === undefined ? [] : [notHeld(archive, fact, group)]),
    ),
    ...lacking.flatMap(({ name, facts, desired }) =>
      missingFrom(archive, desired.image, facts) === undefined
        ? cannotImport(name, facts, desired, archive)
        : [],
    ),
  ];
}

/**
 * Hosts that have another image under the same name than the archive: what is to be trusted is not what would run there.
 */
export function otherImages(
  members: readonly SuppliedMember[],
  archive: ImageArchive | undefined,
): Finding[] {
  return members.flatMap(({ name, facts, desired: { image } }) => {
    const found = facts.imageIds.get(image);
    const archived = archive && imageFor(archive, image, facts);
    if (found === undefined || archived === undefined || found === archived.id) return [];
    return [
      {
        code: 'image-differs',
        host: name,
        at: 'image-archive',
        fact: `its ${image} is ${found}, and the one in the archive is ${archived.id}.`,
        cause: 'The image is from another source, or was rebuilt under the same tag.',
        fix: `Find out which one is right. For the one in the archive: \`crictl rmi ${image}\` on that host while no etcd runs there. For the one on the host: leave \`image-archive\` out.`,
      },
    ];
  });
}

/** Hosts that lack the pause image, where the archive that was given does not hold it either. */
export function pauseFindings(
  members: readonly SuppliedMember[],
  archive: ImageArchive | undefined,
): Finding[] {
  if (archive === undefined) return [];
  return members.flatMap(({ name, facts }) => {
    const pause = missingPause(facts);
    if (pause === undefined || imageFor(archive, pause, facts) !== undefined) return [];
    return [
      {
        code: 'image-not-in-archive',
        host: name,
        at: 'image-archive',
        fact: `the host lacks the pause image of its container runtime, ${pause}, and the archive does not hold it.`,
        cause: 'Each pod has a container of that image, but the archive holds only etcd.',
        fix: `Add it to the archive, if the host cannot reach its registry: \`docker save ${pause} …\`.`,
      },
    ];
  });
}

/** The image in the archive that a host would run under a name; Linux and the host's processor are meant. */
export function imageFor(
  { images }: ImageArchive,
  reference: string,
  { architecture }: Pick<HostFacts, 'architecture'>,
): ArchivedImage | undefined {
  return namedSo(images, reference).find(
    (image) => image.os === 'linux' && image.architecture === architecture,
  );
}

/** A tag that came without a name is of any repository. */
function namedSo(images: readonly ArchivedImage[], reference: string): ArchivedImage[] {
  const name = normalName(reference);
  const tag = tagOf(reference);
  return images.filter(
    ({ names, tags }) =>
      names.includes(name) || (names.length === 0 && tag !== undefined && tags.includes(tag)),
  );
}

/** crictl takes credentials as arguments only; see pull-image.ts. */
function withoutCurl(
  { name: host, facts, desired: { image } }: SuppliedMember,
  registry: ImageSources['registry'],
): Finding[] {
  if (registry === undefined || facts.curlPath !== undefined || !image.startsWith(`${registry.server}/`))
    return [];
  return [
    {
      code: 'image-import-unsupported',
      host,
      at: 'registry-username',
      fact: `curl is not installed; the action needs it to have ${image} pulled with credentials.`,
      cause: 'The host is a minimal installation.',
      fix: 'Install curl on the host (`apt-get install curl`, `dnf install curl`), or give `image-archive`.',
    },
  ];
}

function missingPause({ sandboxImage, images }: HostFacts): string | undefined {
  return sandboxImage === undefined || images.includes(sandboxImage) ? undefined : sandboxImage;
}

function missingFrom(archive: ImageArchive, image: string, facts: HostFacts): string | undefined {
  if (imageFor(archive, image, facts) !== undefined) return undefined;
  const others = namedSo(archive.images, image).map(({ os, architecture }) => `${os}/${architecture}`);
  return others.length === 0
    ? `${archive.path} does not hold ${image}`
    : `${archive.path} holds ${image} for ${others.join(' and ')} and not for ${facts.architecture ?? 'its processor'}`;
}

function notHeld({ images }: ImageArchive, fact: string, group: readonly SuppliedMember[]): Finding {
  const { image } = group[0]?.desired ?? { image: '' };
  const [host, ...others] = group.map(({ name }) => name);
  const hosts = others.length === 0 && host !== undefined ? { host } : {};
  return {
    code: 'image-not-in-archive',
    ...hosts,
    at: 'image-archive',
    fact: `${fact}, which ${group.map(({ name }) => name).join(', ')} ${others.length === 0 ? 'lacks' : 'lack'}. It holds ${describe(images)}.`,
    cause: 'The archive was made for another release of kubeadm, another processor, or another registry.',
    fix: `Make it from that image: \`docker save ${image} …\`; or name the image that it holds with \`image-repository\` and \`etcd-image-tag\`.`,
  };
}

function describe(images: readonly ArchivedImage[]): string {
  const told = images.map(({ names, tags, os, architecture }) => {
    const called =
      names.length > 0
        ? names.join(' = ')
        : tags.length > 0
          ? `tag ${tags.join(', ')}`
          : 'an image without a name';
    return `${called} (${os}/${architecture})`;
  });
  return told.join(', ');
}

/** Only containerd takes an image from a stream; for other runtimes, the message has the manual command. */
function cannotImport(
  host: string,
  { ctrPath }: HostFacts,
  { criEndpoint, image }: SuppliedMember['desired'],
  { path }: ImageArchive,
): Finding[] {
  const isContainerd = /containerd/.test(criEndpoint);
  if (isContainerd && ctrPath !== undefined) return [];
  const load = /crio/.test(criEndpoint) ? 'podman load -i FILE' : 'docker load -i FILE';
  return [
    {
      code: 'image-import-unsupported',
      host,
      at: 'image-archive',
      fact: isContainerd
        ? `ctr is not installed; the action needs it to import ${path}.`
        : `its container runtime (${criEndpoint}) is not containerd; the action imports images into containerd only.`,
      cause: isContainerd
        ? "It is part of containerd's packages, but only the daemon is installed."
        : 'CRI-O and cri-dockerd have no tool that imports an image for the CRI.',
      fix: isContainerd
        ? 'Install it from the same package as containerd.'
        : `Copy the archive to the host and run \`${load}\` there, which shares the runtime's store; then run again: the action does not import ${image} again.`,
    },
  ];
}
