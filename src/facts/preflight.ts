import type { MemberMetrics } from '../etcd/metrics.ts';
import type { KubernetesVersion } from '../kubeadm/version.ts';

/** One area of swap space that is switched on. */
export interface SwapFact {
  readonly device: string;
  readonly bytes: number;
}

/** The filesystem that the data dir lies on, or will lie on. */
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
  /** What the data dir holds already, in bytes. */
  readonly dataDirBytes: number;
}

/** Times of some TCP connects from one host to a port of another. Whether it is reachable at all says `ReachFact`. */
export interface ConnectTimes {
  readonly address: string;
  readonly port: number;
  /** One per try, in microseconds, in the order of the tries. A refusal takes a round trip as well. */
  readonly microseconds: readonly number[];
}

/** The file from which kubelet gives each pod its resolver. */
export interface ResolvConfFact {
  readonly path: string;
  /** `dangling`: a link that leads to no file. */
  readonly state: 'file' | 'missing' | 'dangling' | 'other';
  /** Where a link leads. */
  readonly target?: string;
}

/** A file or folder that a deploy writes, and that root may not write. */
export interface UnwritableFact {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** Attributes of the file system as `lsattr` has them, e.g. `i` for immutable; absent where it did not tell. */
  readonly attributes?: string;
}

/** Room on the file system of a folder that a deploy writes small files in. */
export interface RoomFact {
  readonly path: string;
  /** Free for root. */
  readonly freeBytes: number;
  /** Absent: the file system has no fixed number of inodes. */
  readonly freeInodes?: number;
}

/** What preflight looks at beyond `HostFacts`. Read without changing anything. */
export interface PreflightFacts {
  /** Absent: kubelet is not there or did not say its version. */
  readonly kubeletVersion?: KubernetesVersion;
  /** What it said instead, cleaned and bounded; empty: nothing. */
  readonly kubeletSaid?: string;
  /** By the files below /sys/fs/cgroup; `unknown` where they are those of neither version. */
  readonly cgroups: 'v1' | 'v2' | 'unknown';
  /** Of the kubelet that runs: the driver it was told, and where; absent when none runs. */
  readonly kubeletCgroupDriver?: { readonly driver: string; readonly from: string };
  readonly swaps: readonly SwapFact[];
  /** MemTotal of /proc/meminfo. */
  readonly memoryBytes?: number;
  /** Processors that are online. */
  readonly processors?: number;
  /** Drop-ins of kubelet.service that set ExecStart, in the order in which systemd reads them. */
  readonly execStartDropIns: readonly string[];
  readonly filesystem?: FilesystemFact;
  /** Of the folder of the log; absent where the inputs name none, or it could not be read. */
  readonly walFilesystem?: FilesystemFact;
  /** Absent: nothing on the metrics port answers as etcd does. */
  readonly member?: MemberMetrics;
  readonly connectTimes: readonly ConnectTimes[];
  /** Private keys that following the guide by hand left outside /etc/kubernetes. Names only. */
  readonly leftoverKeys: readonly string[];
  /** There are more of them than are named. */
  readonly moreLeftoverKeys?: true;
  /** Absent: it was not looked at. */
  readonly resolvConf?: ResolvConfFact;
  /** Absent: it was not looked at. */
  readonly unwritable?: readonly UnwritableFact[];
  /** Absent: it was not looked at. */
  readonly room?: readonly RoomFact[];
}

/** How a write test of the data dir's filesystem went. */
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
  /** The data dir is a mount point: a file on its filesystem would lie inside of it. */
  | { readonly outcome: 'mount-point' }
  /** Too little room for a test that does no harm. */
  | { readonly outcome: 'no-space' };

/** What the kubeadm of a host has made of the patches. */
export type PatchTrialFact =
  | { readonly outcome: 'rendered'; readonly patched: string; readonly plain: string }
  /** Without any patch. `said`: by kubeadm. */
  | { readonly outcome: 'configuration-refused' | 'patches-refused'; readonly said: string };
