/**
 * Bash that has on the disk what the container runtime took in. It does not see to that itself: after a power cut layers of empty files
 * would count as unpacked. The folders are those of containerd and CRI-O; both may be there, on file systems of their own.
 */
export const SYNC_IMAGES =
  'stores=(); for store in /var/lib/containerd /var/lib/containers; do if [ -d "$store" ]; then stores+=("$store"); fi; done; sync ${stores[@]:+-f -- "${stores[@]}"} || sync';

/**
 * The same for what it wrote of a container that it has made. After a power cut CRI-O checks its store, and empties it, with all images,
 * if it finds a container that was only half written; a host without a registry then has no etcd any more. In containerd such a
 * container costs nothing else.
 */
export function syncContainer(criEndpoint: string): string {
  return /crio/.test(criEndpoint) ? SYNC_IMAGES : ':';
}
