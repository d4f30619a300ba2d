import type { EtcdManifest } from '../kubeadm/etcd-manifest.ts';
import type { EtcdArgument } from '../kubeadm/kubeadm-config.ts';

const FLAG = 'quota-backend-bytes';

/** etcd's own quota (DefaultQuotaBytes in server/storage/quota.go). */
const DEFAULT_BYTES = 2 * 1024 ** 3;

/**
 * Whether a member would get a larger quota for its database than it runs with, which etcd takes at its start only: the
 * one way out of the alarm NOSPACE where the data is large for good reason.
 */
export function raisesQuota(running: EtcdManifest | undefined, wanted: readonly EtcdArgument[]): boolean {
  if (running === undefined) return false;
  const asked = wanted.find(({ name }) => name === FLAG)?.value;
  return bytesOf(asked) > bytesOf(running.arguments.get(FLAG));
}

/** Negative: no quota at all (NewBackendQuota, the same file). NaN compares as neither larger nor smaller. */
function bytesOf(value: string | undefined): number {
  const bytes = value === undefined ? 0 : Number(value);
  if (bytes < 0) return Infinity;
  return bytes === 0 ? DEFAULT_BYTES : bytes;
}
