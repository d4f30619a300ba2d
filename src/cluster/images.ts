import { type HostFacts, memberManifest } from '../facts/host.ts';
import type { Finding } from '../findings.ts';
import { type KubernetesVersion, refusesFlagsOf, startsWithFlagsOf } from '../kubeadm/version.ts';

/** What the user set about etcd's image. */
export interface ImageSettings {
  readonly imageRepository?: string;
  readonly etcdImageTag?: string;
}

/**
 * The image that kubeadm will write into this host's manifest (cmd/kubeadm/app/images/images.go): its own default,
 * unless the user named a repository or a tag.
 */
export function etcdImage(settings: ImageSettings, facts: HostFacts): string | undefined {
  if (facts.etcdImage === undefined) return undefined;
  const { repository, tag } = splitImage(facts.etcdImage);
  return imageOf(settings.imageRepository ?? repository, settings.etcdImageTag ?? tag);
}

/** The image that this host's manifest names; undefined without one. */
export function runningImage(facts: HostFacts): string | undefined {
  return memberManifest(facts)?.image;
}

/** The image that a member ought to have, and what its kubeadm configuration must say so that it gets it. */
export interface WantedImage extends ImageSettings {
  readonly image: string;
}

/**
 * A member keeps the image that it runs until the inputs name another: a newer kubeadm on the host is no reason to
 * change etcd. Where kubeadm would now choose another one, its configuration names the one to keep.
 * @param otherwise the image to keep where the host's manifest is missing.
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
  // refused later, and no image that exists nowhere is made of it
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

/** An image that runs, is to stay, and that kubeadm has no name for: it would put another one into the next manifest. */
export function unnamedFindings(host: string, running: string, wanted: string): Finding[] {
  if (running !== wanted || isKubeadmImage(running)) return [];
  return [
    {
      code: 'etcd-image-misnamed',
      host,
      at: 'image-repository',
      fact: `its manifest names the image ${running}, and kubeadm, which renders the next one, names images as REPOSITORY/etcd:TAG.`,
      cause: 'The manifest was written or edited by hand.',
      fix: 'Put the same image under such a name into your registry, with a tag that begins with its release (`3.6.5-0`), and write that name into the manifests, one member after the other, each healthy before the next. Then run again.',
    },
  ];
}

/** Another minor release, or an older one, is never put in place of the etcd that a member runs. */
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
        fact: `it runs etcd ${text(from)}, and the inputs ask for ${text(to)}, another minor release.`,
        cause: '`etcd-image-tag` was changed.',
        fix: `Set \`etcd-image-tag\` to a ${from.major}.${from.minor} release, or leave it out to keep the one that runs: a change of minor release is no part of deploy.`,
      },
    ];
  }
  if (to.patch >= from.patch) return [];
  return [
    {
      code: 'etcd-release-step',
      host,
      at: 'etcd-image-tag',
      fact: `it runs etcd ${text(from)}, and the inputs ask for the older ${text(to)}.`,
      cause: '`etcd-image-tag` was changed, or the member was updated in another way.',
      fix: `Leave \`etcd-image-tag\` out, or name ${text(from)} or a later release: an older etcd may not read what a newer one wrote.`,
    },
  ];
}

/**
 * An etcd that would not start with the manifest that the host's kubeadm renders: kubeadm may have been upgraded on the hosts of a
 * cluster that keeps its etcd, or the inputs name an etcd of another time.
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
        ? 'kubeadm was upgraded on the host, and etcd stayed; or `etcd-image-tag` names an old etcd.'
        : '`etcd-image-tag` names an etcd that is newer than this kubeadm.',
      fix: isOld
        ? 'Install kubeadm 1.34 or 1.35 on the hosts, which write flags by the release of etcd, and run again. A new cluster can also have a newer etcd: leave `etcd-image-tag` out.'
        : 'Leave `etcd-image-tag` out, or install a newer kubeadm on the hosts.',
    },
  ];
}

function unknownRelease(host: string, image: string): Finding {
  return {
    code: 'etcd-image-misnamed',
    host,
    at: 'etcd-image-tag',
    fact: `the tag of ${image} does not tell its etcd release, so an older one cannot be told from a newer.`,
    cause: 'The image comes from a registry with tags of its own.',
    fix: 'Use a tag that begins with the release, as `3.6.5-0` does.',
  };
}

interface Release {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** etcd's release from an image's tag: `3.6.5-0` or `v3.6.5`. */
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
 * Registry and path before `/etcd`, and the tag with the digest that may follow it; kubeadm takes both as `imageTag`. What it cannot
 * name so (`isKubeadmImage`) has an empty tag, or a path that does not end with `/etcd`.
 */
export function splitImage(image: string): { repository: string; tag: string } {
  const [name = '', ...digest] = image.split('@');
  const colon = name.lastIndexOf(':');
  // a colon before the last slash is that of a registry's port
  const end = colon > name.lastIndexOf('/') ? colon : name.length;
  return {
    repository: name.slice(0, end).replace(/\/etcd$/, ''),
    tag: [name.slice(end + 1), ...digest].join('@'),
  };
}

/** Whether kubeadm can name it, as `REPOSITORY/etcd:TAG`, with or without a digest behind. */
export function isKubeadmImage(image: string): boolean {
  const { repository, tag } = splitImage(image);
  return /^[^@]/.test(tag) && imageOf(repository, tag) === image;
}

/** Whether a host's runtime has an image; one that is pinned by its digest is listed by that alone. */
export function isStored(image: string, { images }: Pick<HostFacts, 'images'>): boolean {
  const [, path, digest] = /^(.+):[^:/@]+(@[^@]+)$/.exec(image) ?? [];
  return images.includes(image) || (path !== undefined && images.includes(`${path}${digest ?? ''}`));
}

/** The reference of etcd's image, as kubeadm puts it together. */
export function imageOf(repository: string, tag: string): string {
  return `${repository}/etcd:${tag}`;
}
