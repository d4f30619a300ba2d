/** A Kubernetes release as `kubeadm version -o short` prints it. */
export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** As printed, e.g. `v1.34.4`. */
  readonly text: string;
}

/**
 * kubeadm minors that the action knows: 1.31 is the first with the v1beta4 configuration API, 1.37 the newest
 * it has been run against.
 */
export const OLDEST_MINOR = 31;
export const NEWEST_MINOR = 37;

/** Reads `v1.34.4` or `v1.34.4+vendor`; `undefined` when the text is no version. */
export function parseKubernetesVersion(text: string): KubernetesVersion | undefined {
  const match = /^v(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, major, minor, patch] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), text: text.trim() };
}

/** True for kubeadm releases whose configuration API and manifests the action knows. */
export function isSupported(version: KubernetesVersion): boolean {
  return version.major === 1 && version.minor >= OLDEST_MINOR && version.minor <= NEWEST_MINOR;
}

/** A minor release of etcd. */
export interface EtcdMinor {
  readonly major: number;
  readonly minor: number;
}

/** Which etcd knows the flags that a kubeadm writes without being asked to. */
export interface KnownBy {
  /** The first minor release 3.x. */
  readonly first: number;
  /** The last one; absent: none is known to have dropped them. */
  readonly last?: number;
}

/** From this minor release on kubeadm writes etcd's flags by the release in the image's tag. */
const CHOOSES_SINCE = 34;
/** The last minor release that does. */
const CHOOSES_UNTIL = 35;

/**
 * The releases of etcd that start with the flags of this kubeadm (cmd/kubeadm/app/phases/etcd/local.go, getEtcdCommand, of
 * 1.31.0, 1.32.13, 1.33.13, 1.34.4, 1.35.4, 1.36.3 and 1.37.2). kubeadm before 1.34 always writes
 * `experimental-initial-corrupt-check` and `experimental-watch-progress-notify-interval`, which etcd 3.7 no longer has; from
 * 1.36 on it always writes `feature-gates` and `watch-progress-notify-interval`, which etcd 3.5 does not have yet.
 * @returns undefined where kubeadm chooses the flags by the image's tag.
 */
export function startsWithFlagsOf({ minor }: KubernetesVersion): KnownBy | undefined {
  if (minor < CHOOSES_SINCE) return { first: 5, last: 6 };
  return minor > CHOOSES_UNTIL ? { first: 6 } : undefined;
}

/** Whether this etcd would end at once, because it does not know a flag that this kubeadm writes. */
export function refusesFlagsOf(kubeadm: KubernetesVersion, { major, minor }: EtcdMinor): boolean {
  const knownBy = startsWithFlagsOf(kubeadm);
  if (knownBy === undefined || major !== 3) return false;
  return minor < knownBy.first || minor > (knownBy.last ?? Number.POSITIVE_INFINITY);
}
