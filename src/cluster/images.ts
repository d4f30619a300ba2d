import { type HostFacts, memberManifest } from '../facts/host.ts';
import { parseReference } from '../images/reference.ts';
import type { Finding } from '../findings.ts';
import { type KubernetesVersion, refusesFlagsOf, startsWithFlagsOf } from '../kubeadm/version.ts';

/** The user's settings for etcd's image. */
export interface ImageSettings {
  readonly imageRepository?: string;
  readonly etcdImageTag?: string;
}

/**
 * Returns the image that kubeadm will write into this host's manifest (cmd/kubeadm/app/images/images.go): its own
 * default, unless the inputs name a repository or a tag.
 */
export function etcdImage(settings: ImageSettings, facts: HostFacts): string | undefined {
  if (facts.etcdImage === undefined) return undefined;
  const { repository, tag } = splitImage(facts.etcdImage);
  return imageOf(settings.imageRepository ?? repository, settings.etcdImageTag ?? tag);
}

/** Returns the image in this host's manifest; undefined without a manifest. */
export function runningImage(facts: HostFacts): string | undefined {
  return memberManifest(facts)?.image;
}

/** The desired image of a member, and the settings by which its kubeadm configuration selects it. */
export interface WantedImage extends ImageSettings {
  readonly image: string;
}

/**
 * Returns the desired image. A member keeps the image that it runs until the inputs name another: a newer kubeadm on
 * the host is no reason to change etcd. If kubeadm would now choose another one, its configuration names the one to
 * keep.
 * @param otherwise the image to keep if the host's manifest is missing.
 */
export function wantedImage(
  settings: ImageSettings,
  facts: HostFacts,
  otherwise?: string,
): WantedImage | undefined {
  const shipped = etcdImage(settings, facts);
  const running = runningImage(facts) ?? otherwise;
  if (running === undefined) return shipped === undefined ? undefined : { ...settings, image: shipped };
  const { repository, tag } = splitImage(running);
  const isNamed = settings.imageRepository !== undefined && settings.etcdImageTag !== undefined;
  // Refused later; splitting it would name an image that does not exist.
  if (!isNamed && !isKubeadmImage(running)) return { ...settings, image: running };
  const image = imageOf(settings.imageRepository ?? repository, settings.etcdImageTag ?? tag);
  if (image === shipped) return { ...settings, image };
  const own = splitImage(image);
  const theirs = splitImage(shipped ?? '');
  return {
    image,
    ...(own.repository === theirs.repository && settings.imageRepository === undefined
      ? {}
      : { imageRepository: own.repository }),
    ...(own.tag === theirs.tag && settings.etcdImageTag === undefined ? {} : { etcdImageTag: own.tag }),
  };
}

/** Refuses to keep a running image that kubeadm cannot name: it would write another one into the next manifest. */
export function unnamedFindings(host: string, running: string, wanted: string): Finding[] {
  if (running !== wanted || isKubeadmImage(running)) return [];
  return [
    {
      code: 'etcd-image-misnamed',
      host,
      at: 'image-repository',
      fact: `its manifest names the image ${running}, but kubeadm, which renders the next one, names images as REPOSITORY/etcd:TAG.`,
      cause: 'The manifest was written or edited by hand.',
      fix: 'Push the same image under such a name to your registry, with a tag that begins with its release (`3.6.5-0`), and write that name into the manifests, one member at a time, each healthy before the next. Then run again.',
    },
  ];
}

/** Refuses to replace the etcd of a member by another minor release, or by an older one. */
export function imageFindings(host: string, running: string, wanted: string): Finding[] {
  const from = etcdRelease(running);
  const to = etcdRelease(wanted);
  if (from === undefined || to === undefined) {
    return running === wanted ? [] : [unknownRelease(host, from === undefined ? running : wanted)];
  }
  if (from.major !== to.major || from.minor !== to.minor) {
    return [
      {
        code: 'etcd-release-step',
        host,
        at: 'etcd-image-tag',
        fact: `it runs etcd ${text(from)}, but the inputs name ${text(to)}, another minor release.`,
        cause: '`etcd-image-tag` was changed.',
        fix: `Set \`etcd-image-tag\` to a ${from.major}.${from.minor} release, or leave it out to keep the running release: deploy does not change the minor release.`,
      },
    ];
  }
  if (to.patch >= from.patch) return [];
  return [
    {
      code: 'etcd-release-step',
      host,
      at: 'etcd-image-tag',
      fact: `it runs etcd ${text(from)}, but the inputs name the older ${text(to)}.`,
      cause: '`etcd-image-tag` was changed, or another tool updated the member.',
      fix: `Leave \`etcd-image-tag\` out, or name ${text(from)} or a later release: an older etcd may not be able to read the data of a newer one.`,
    },
  ];
}

/**
 * Refuses an etcd that would not start with the manifest of the host's kubeadm: kubeadm was upgraded on the hosts of a
 * cluster that keeps its etcd, or the inputs name an etcd that is too old or too new for it.
 */
export function flagFindings(host: string, kubeadm: KubernetesVersion, wanted: string): Finding[] {
  const release = etcdRelease(wanted);
  const knownBy = startsWithFlagsOf(kubeadm);
  if (release === undefined || knownBy === undefined || !refusesFlagsOf(kubeadm, release)) return [];
  const isOld = release.minor < knownBy.first;
  return [
    {
      code: 'kubeadm-flags-unknown',
      host,
      at: 'etcd-image-tag',
      fact: `its kubeadm ${kubeadm.text} writes flags into the manifest that etcd ${text(release)} does not know: etcd would not start.`,
      cause: isOld
        ? 'kubeadm was upgraded on the host but etcd was not, or `etcd-image-tag` names an old etcd.'
        : '`etcd-image-tag` names an etcd that is newer than this kubeadm.',
      fix: isOld
        ? 'Install kubeadm 1.34 or 1.35 on the hosts, which write flags that fit the release of etcd, and run again. For a new cluster you can also leave `etcd-image-tag` out, which gives a newer etcd.'
        : 'Leave `etcd-image-tag` out, or install a newer kubeadm on the hosts.',
    },
  ];
}

function unknownRelease(host: string, image: string): Finding {
  return {
    code: 'etcd-image-misnamed',
    host,
    at: 'etcd-image-tag',
    fact: `the tag of ${image} does not show its etcd release, so the action cannot tell whether it is older.`,
    cause: 'The registry of the image uses its own tags.',
    fix: 'Use a tag that begins with the release, as `3.6.5-0` does.',
  };
}

interface Release {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** Reads etcd's release from an image's tag: `3.6.5-0` or `v3.6.5`. */
function etcdRelease(image: string): Release | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(splitImage(image).tag);
  if (match === null) return undefined;
  const [, major, minor, patch] = match.map(Number);
  return { major: major ?? 0, minor: minor ?? 0, patch: patch ?? 0 };
}

function text({ major, minor, patch }: Release): string {
  return `${major}.${minor}.${patch}`;
}

/**
 * Returns registry and path before `/etcd`, and the tag with the digest that may follow it; kubeadm accepts both as
 * `imageTag`. An image that kubeadm cannot name (`isKubeadmImage`) has an empty tag, or a path that does not end with
 * `/etcd`.
 */
export function splitImage(image: string): { repository: string; tag: string } {
  const { path, tag = '', digest } = parseReference(image);
  return {
    repository: path.replace(/\/etcd$/, ''),
    tag: digest === undefined ? tag : `${tag}@${digest}`,
  };
}

/** Reports whether kubeadm can name an image, as `REPOSITORY/etcd:TAG`, with or without a digest. */
export function isKubeadmImage(image: string): boolean {
  const { repository, tag } = splitImage(image);
  return /^[^@]/.test(tag) && imageOf(repository, tag) === image;
}

/** Reports whether a host's runtime has an image; it lists an image that is pinned by its digest by the digest only. */
export function isStored(image: string, { images }: Pick<HostFacts, 'images'>): boolean {
  const { path, tag, digest } = parseReference(image);
  const byDigest = tag === undefined || digest === undefined ? undefined : `${path}@${digest}`;
  return images.includes(image) || (byDigest !== undefined && images.includes(byDigest));
}

/** Returns the reference of etcd's image, as kubeadm composes it. */
export function imageOf(repository: string, tag: string): string {
  return `${repository}/etcd:${tag}`;
}
