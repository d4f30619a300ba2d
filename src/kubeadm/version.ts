/** A Kubernetes release as `kubeadm version -o short` prints it. */
export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** As printed, e.g. `v1.34.4`. */
  readonly text: string;
}

/**
 * kubeadm minors that the action supports: 1.31 is the first with the v1beta4 configuration API, 1.37 the newest it was
 * tested with.
 */
export const OLDEST_MINOR = 31;
export const NEWEST_MINOR = 37;

/** Reads `v1.34.4` or `v1.34.4+vendor`; returns undefined if the text is not a version. */
export function parseKubernetesVersion(text: string): KubernetesVersion | undefined {
  const match = /^v(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, major, minor, patch] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), text: text.trim() };
}

/** Reports whether the action supports the configuration API and manifests of this kubeadm release. */
export function isSupported(version: KubernetesVersion): boolean {
  return version.major === 1 && version.minor >= OLDEST_MINOR && version.minor <= NEWEST_MINOR;
}

/** A minor release of etcd. */
export interface EtcdMinor {
  readonly major: number;
  readonly minor: number;
}

/** The range of etcd releases that know the flags that a kubeadm writes by default. */
export interface KnownBy {
  /** The first minor release 3.x. */
  readonly first: number;
  /** The last minor release 3.x; absent if no later one is known to have dropped them. */
  readonly last?: number;
}

/** The first minor release whose kubeadm chooses etcd's flags by the release in the image's tag. */
const CHOOSES_SINCE = 34;
/** The last such minor release. */
const CHOOSES_UNTIL = 35;

/**
 * Returns the releases of etcd that start with the flags of this kubeadm (cmd/kubeadm/app/phases/etcd/local.go,
 * getEtcdCommand, of 1.31.0, 1.32.13, 1.33.13, 1.34.4, 1.35.4, 1.36.3 and 1.37.2). kubeadm before 1.34 always writes
 * `experimental-initial-corrupt-check` and `experimental-watch-progress-notify-interval`, which etcd 3.7 no longer has;
 * from 1.36 on it always writes `feature-gates` and `watch-progress-notify-interval`, which etcd 3.5 does not have yet.
 * @returns undefined if kubeadm chooses the flags by the image's tag.
 */
export function startsWithFlagsOf({ minor }: KubernetesVersion): KnownBy | undefined {
  if (minor < CHOOSES_SINCE) return { first: 5, last: 6 };
  return minor > CHOOSES_UNTIL ? { first: 6 } : undefined;
}

/** Reports whether this etcd would exit at once, because it does not know a flag that this kubeadm writes. */
export function refusesFlagsOf(kubeadm: KubernetesVersion, { major, minor }: EtcdMinor): boolean {
  const knownBy = startsWithFlagsOf(kubeadm);
  if (knownBy === undefined || major !== 3) return false;
  return minor < knownBy.first || minor > (knownBy.last ?? Number.POSITIVE_INFINITY);
}
