import type { MemberMetrics } from '../etcd/metrics.ts';
import type { KubernetesVersion } from '../kubeadm/version.ts';

/** One active swap area. */
export interface SwapFact {
  readonly device: string;
  readonly bytes: number;
}

/** The filesystem of the data dir, or of its future place. */
export interface FilesystemFact {
  /** The kernel's name of it, e.g. `ext4`, `xfs`, `nfs4`, `overlay`. */
  readonly type: string;
  /** Device or export, e.g. `/dev/sda1`. */
  readonly source: string;
  readonly mountPoint: string;
  readonly readOnly: boolean;
  readonly sizeBytes: number;
  /** Free for users other than root. */
  readonly freeBytes: number;
  /** 0: the filesystem has no fixed number of inodes. */
  readonly inodes: number;
  readonly freeInodes: number;
  /** The size of the data dir's contents, in bytes. */
  readonly dataDirBytes: number;
}

/** Times of TCP connections from one host to a port of another. `ReachFact` says whether it is reachable at all. */
export interface ConnectTimes {
  readonly address: string;
  readonly port: number;
  /** One per attempt, in microseconds, in order. A refusal takes a round trip as well. */
  readonly microseconds: readonly number[];
}

/** The file from which kubelet gives each pod its resolver. */
export interface ResolvConfFact {
  readonly path: string;
  /** `dangling`: a link that leads to no file. */
  readonly state: 'file' | 'missing' | 'dangling' | 'other';
  /** The target of a link. */
  readonly target?: string;
}

/** A file or folder that a deploy writes, and that root cannot write. */
export interface UnwritableFact {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** File attributes as `lsattr` prints them, e.g. `i` for immutable; absent if unknown. */
  readonly attributes?: string;
}

/** Free space on the filesystem of a folder in which a deploy writes small files. */
export interface RoomFact {
  readonly path: string;
  /** Free for root. */
  readonly freeBytes: number;
  /** Absent: the file system has no fixed number of inodes. */
  readonly freeInodes?: number;
}

/** The facts of preflight beyond `HostFacts`. Read without changing anything. */
export interface PreflightFacts {
  /** Absent: kubelet is missing or did not report its version. */
  readonly kubeletVersion?: KubernetesVersion;
  /** Its output instead of a version, cleaned and bounded; empty: nothing. */
  readonly kubeletSaid?: string;
  /** By the files below /sys/fs/cgroup; `unknown` if they match neither version. */
  readonly cgroups: 'v1' | 'v2' | 'unknown';
  /** The configured driver of the running kubelet, and its source; absent if none runs. */
  readonly kubeletCgroupDriver?: { readonly driver: string; readonly from: string };
  readonly swaps: readonly SwapFact[];
  /** MemTotal of /proc/meminfo. */
  readonly memoryBytes?: number;
  /** Online processors. */
  readonly processors?: number;
  /** Drop-ins of kubelet.service that set ExecStart, in the order in which systemd reads them. */
  readonly execStartDropIns: readonly string[];
  readonly filesystem?: FilesystemFact;
  /** Of the folder of the log; absent if the inputs name none, or it could not be read. */
  readonly walFilesystem?: FilesystemFact;
  /** Absent: no etcd responds on the metrics port. */
  readonly member?: MemberMetrics;
  readonly connectTimes: readonly ConnectTimes[];
  /** Private keys that the guide's steps by hand left outside /etc/kubernetes. Names only. */
  readonly leftoverKeys: readonly string[];
  /** There are more of them than listed. */
  readonly moreLeftoverKeys?: true;
  /** Absent: not checked. */
  readonly resolvConf?: ResolvConfFact;
  /** Absent: not checked. */
  readonly unwritable?: readonly UnwritableFact[];
  /** Absent: not checked. */
  readonly room?: readonly RoomFact[];
}

/** The result of a write test of the data dir's filesystem. */
export type DiskTestFact =
  | {
      readonly outcome: 'measured';
      /** Writes of {@link https://etcd.io/docs/latest/op-guide/hardware/ | etcd's usual size}, each synced. */
      readonly writes: number;
      /** Milliseconds. */
      readonly p50Ms: number;
      readonly p99Ms: number;
      readonly maxMs: number;
    }
  /** The data dir is a mount point: a file on its filesystem would be inside it. */
  | { readonly outcome: 'mount-point' }
  /** Too little space for a harmless test. */
  | { readonly outcome: 'no-space' };

/** What the kubeadm of a host has made of the patches. */
export type PatchTrialFact =
  | { readonly outcome: 'rendered'; readonly patched: string; readonly plain: string }
  /** Without any patch. `said`: by kubeadm. */
  | { readonly outcome: 'configuration-refused' | 'patches-refused'; readonly said: string };
