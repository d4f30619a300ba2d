import type { GroupedInputs } from './input.ts';

/** Where etcd listens on the hosts. */
export const portInputs = {
  'client-port': {
    description: 'TCP port on which the members serve clients.',
    default: '2379',
  },
  'peer-port': {
    description: 'TCP port on which the members talk to each other.',
    default: '2380',
  },
  'metrics-port': {
    description:
      'TCP port on which each member shows its metrics and its health, only on the loopback address; the ' +
      'probes of kubelet use it.',
    default: '2381',
  },
} as const satisfies GroupedInputs;

/** Where etcd keeps its data on the hosts. */
export const dataPlaceInputs = {
  'data-dir': {
    description: "Folder of etcd's data on every host.",
    default: '/var/lib/etcd',
  },
  'wal-dir': {
    description:
      "Folder of etcd's write-ahead log on every host, preferably on its own disk; the log itself is in " +
      'a folder `wal` within it. You cannot change it after the setup. Left out: the log is in ' +
      '`data-dir`.',
  },
} as const satisfies GroupedInputs;

/** Which images the members run, and where they come from. */
export const imageInputs = {
  'image-archive': {
    description:
      "Path of a file on the runner with etcd's image, as `docker save` or an OCI tool writes it, with " +
      'or without gzip or zstd, for hosts that cannot reach a registry: hosts without the image get it ' +
      'over SSH, into containerd. The archive also supplies the pause image.',
  },
  'image-repository': {
    description: "Registry and path of the etcd image, without `/etcd` and tag. Left out: kubeadm's own.",
  },
  'registry-username': {
    description:
      'User name for the registry in `image-repository`, to pull the etcd image; needs ' +
      '`registry-password`. Needs curl on the hosts.',
  },
  'registry-password': {
    description:
      'Password or token of that name. Pass it from a secret. It reaches the container runtime in memory: ' +
      'it is in no command line, no environment and no file of a host.',
    secret: true,
  },
  'etcd-image-tag': {
    description: 'Tag of the etcd image, 3.5.11 or later. Left out: the tag that kubeadm on the hosts uses.',
  },
} as const satisfies GroupedInputs;

/** Flags of etcd. */
export const etcdFlagInputs = {
  'heartbeat-interval': {
    description:
      "Interval of the leader's heartbeats in milliseconds, about the longest round trip between two " +
      "hosts (a preflight measures it). Left out: etcd's own, 100.",
  },
  'election-timeout': {
    description:
      'Milliseconds without a heartbeat after which an election begins: at least five times ' +
      "`heartbeat-interval`, preferably ten times, at most 50000. Left out: etcd's own, 1000.",
  },
  'quota-backend-bytes': {
    description:
      "Size at which the database accepts no more writes, in bytes or as `8Gi`. Left out: etcd's own, " +
      '2Gi. More than 8Gi gives a warning.',
  },
  'auto-compaction-mode': {
    description:
      'What `auto-compaction-retention` counts: `periodic`, time, or `revision`, revisions. API servers ' +
      "compact every five minutes. Left out: etcd's own, `periodic`.",
  },
  'auto-compaction-retention': {
    description:
      'How much history etcd keeps when it compacts by itself: a time such as `1h` or, with ' +
      '`auto-compaction-mode: revision`, a number of revisions. Left out: etcd does not compact by ' +
      'itself.',
  },
  'extra-args': {
    description:
      'Flags of etcd, the same for all members: a YAML mapping such as `snapshot-count: 5000`, or one ' +
      '`--snapshot-count=5000` per line. The action refuses flags that it needs itself.',
    common: true,
  },
} as const satisfies GroupedInputs;

/** What kubeadm is to change of the static pod. */
export const patchInputs = {
  patches: {
    description:
      'Patches that kubeadm applies to the static pod: YAML of file names such as `etcd+strategic.yaml` ' +
      'and their contents, or the path of a folder of such files in the workspace. You cannot patch ' +
      'fields that the action relies on, such as flags, probes and volumes.',
  },
} as const satisfies GroupedInputs;

/** What the kubelet is to be configured with. */
export const kubeletInputs = {
  'kubelet-config': {
    description:
      'YAML that is merged into the KubeletConfiguration of every host, for example `failSwapOn: false`. ' +
      'The action refuses fields that it sets itself.',
  },
} as const satisfies GroupedInputs;
