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
