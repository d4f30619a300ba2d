/**
 * Bash that has what the container runtime took in on the disk. It does not see to that itself: after a power cut layers of
 * empty files would count as unpacked. The folders are those of containerd and CRI-O.
 */
export const SYNC_IMAGES =
  'sync -f /var/lib/containerd 2> /dev/null || sync -f /var/lib/containers 2> /dev/null || sync';
