import { type EtcdManifest, parseEtcdManifest } from '../kubeadm/etcd-manifest.ts';
import type { RuntimeFacts } from '../kubeadm/kubelet-config.ts';
import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import type { KubernetesVersion } from '../kubeadm/version.ts';
import type { HostState } from './host-state.ts';
import type { RestoreFact } from './restored-data.ts';

/** A file on a host; its contents only if they are public and the action needs them. */
export interface FileFact {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Permission bits in octal, e.g. `600`. */
  readonly mode: string;
  /** `uid:gid`. */
  readonly owner: string;
  readonly size: number;
  /** SHA-256 of the contents, hex; absent for folders and large files. */
  readonly sha256?: string;
  readonly text?: string;
}

/** The result of a TCP connection attempt from one host to another's address and port. */
export interface ReachFact {
  readonly address: string;
  readonly port: number;
  /** `refused` is a success before etcd runs: the packet got there and back. */
  readonly outcome: 'open' | 'refused' | 'timeout' | 'unreachable' | 'unknown';
  /** Bash's message for the attempt, if its outcome is unknown. */
  readonly words?: string;
}

/** A container of etcd's static pod as the CRI lists it. */
export interface ContainerFact {
  readonly id: string;
  readonly running: boolean;
  readonly image: string;
  /** Number of kubelet's restarts of it in the same pod. */
  readonly attempt: number;
}

/** The kubelet unit as systemd shows it. */
export interface KubeletFact {
  readonly installed: boolean;
  /** systemd's LoadState, e.g. `loaded`, `masked`, `not-found`, `error`, `bad-setting`; absent if unseen. */
  readonly loadState?: string;
  readonly active: boolean;
  readonly subState: string;
  /** `systemctl is-enabled` counts the unit as enabled, which includes e.g. `static` and `alias`. */
  readonly enabled: boolean;
  readonly dropIns: readonly string[];
}

/** etcd's data dir. */
export interface DataDirFact extends FolderFact {
  /** The configured place of the write-ahead log is not empty: this host has been a member of a cluster. */
  readonly hasLog: boolean;
  /** A write-ahead log exists without any entry; etcd neither bootstraps with it nor resumes from it. */
  readonly hasBlankLog: boolean;
  /** A write-ahead log is in the data dir, although the inputs name another folder for it. */
  readonly hasLogElsewhere?: boolean;
  /** The folder that the inputs name for the log; absent if they name none. */
  readonly walDir?: FolderFact;
  /** The folder of a restore in the data dir, which does not count as its contents; absent if there is none. */
  readonly restore?: RestoreFact;
}

/** A folder for etcd alone. */
export interface FolderFact {
  readonly exists: boolean;
  /** It contains at most `lost+found`, which a new filesystem has, and the folder of a restore. */
  readonly empty: boolean;
  readonly mode: string;
}

/** The real location of a folder in which the action writes. */
export interface PlaceFact {
  /** The action's path, e.g. `/etc/kubernetes/manifests`. */
  readonly path: string;
  /** Its type: `link` for any target, `other` if it is not a folder. */
  readonly kind: 'folder' | 'link' | 'other';
  /** The folder without any link in its path; absent if the path leads to no folder. */
  readonly resolved?: string;
  /** The mount point that contains the folder, `resolved` itself for a mount. */
  readonly mountPoint?: string;
}

/** The container runtimes that were found. */
export interface RuntimeDiscovery {
  /** The one to use; absent if there is none, or the choice is ambiguous. */
  readonly runtime?: RuntimeFacts;
  /** Existing CRI sockets. */
  readonly sockets: readonly string[];
  /** The endpoint in /etc/crictl.yaml, if it has no socket. No other is used instead. */
  readonly absent?: string;
  /** The endpoint that was queried, if it did not report its cgroup driver. */
  readonly asked?: string;
  /** The runtime's answer, if its cgroup driver could not be read. */
  readonly problem?: string;
  /** The settings that disable containerd's plugins, if it did not answer. */
  readonly pluginsOff?: PluginsOff;
}

/** Possible reasons for a missing plugin of containerd. */
export interface PluginsOff {
  /** The configuration file that its unit passes. */
  readonly config: string;
  /** Files of its configuration that exist and could not be read. */
  readonly unreadable: readonly string[];
  /** At most one per file: the given one, and its imports. */
  readonly entries: readonly DisabledPlugins[];
}

/** An entry `disabled_plugins` in a file of containerd's configuration. */
export interface DisabledPlugins {
  readonly path: string;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly plugins: readonly string[];
}

/** The offset of the host's clock from the runner's, by the four timestamps of NTP (RFC 5905, section 8). */
export interface ClockFact {
  /** Milliseconds that the host is ahead; negative: behind. */
  readonly offsetMs: number;
  /** Half of the network time: the true offset is within this many milliseconds of `offsetMs`. */
  readonly uncertaintyMs: number;
}

/** A part of the probe. */
export type FactName =
  | 'containers'
  | 'images'
  | 'runtime'
  | 'kubelet'
  | 'kubeadm'
  | 'files'
  | 'digests'
  | 'data-dir'
  | 'addresses'
  | 'listeners'
  | 'reach'
  | 'clock';

/** A part of the facts that could not be observed. It is missing from the facts, and therefore unknown. */
export interface MissingFact {
  readonly what: FactName;
  /** The program that was run, as an administrator would call it, e.g. `crictl ps`. */
  readonly program: string;
  /** Exit and message, cleaned and at most 500 characters. */
  readonly words: string;
}

/** The facts that every probe reads: the identity of the host, and the state that earlier runs left there. */
export interface StandingFacts {
  /** Short, in lower case. */
  readonly hostname: string;
  readonly bootId: string;
  readonly kubelet: KubeletFact;
  readonly files: ReadonlyMap<string, FileFact>;
  readonly dataDir: DataDirFact;
  /** The action's own record on this host. */
  readonly state: HostState | 'absent' | 'unreadable';
  /** The existing folders in which the action writes; see `places.ts`. Absent: the probe had another format. */
  readonly places?: readonly PlaceFact[];
  /** The parts that could not be observed; empty if the facts are complete. */
  readonly unseen: readonly MissingFact[];
}

/** The facts of the read-only probe of one host. */
export interface HostFacts extends StandingFacts {
  readonly address: string;
  readonly machineId: string;
  /** PID 1 is systemd and `systemctl` answers. */
  readonly systemd: boolean;
  readonly kubeletPath?: string;
  readonly kubeadmPath?: string;
  readonly crictlPath?: string;
  readonly curlPath?: string;
  /** containerd's own tool. */
  readonly ctrPath?: string;
  readonly kubeadmVersion?: KubernetesVersion;
  /** Image that this host's kubeadm requires, e.g. `registry.k8s.io/etcd:3.6.5-0`. */
  readonly etcdImage?: string;
  readonly runtime: RuntimeDiscovery;
  /** Image references in the runtime's store. */
  readonly images: readonly string[];
  /** The digest of each image's configuration (`sha256:` and hex), by its references. */
  readonly imageIds: ReadonlyMap<string, string>;
  /** The image of the container that the runtime starts for each pod; known only if requested. */
  readonly sandboxImage?: string;
  /** The processor by Go's name, e.g. `amd64`. */
  readonly architecture?: string;
  /** Programs that the action's scripts need and that the host lacks, e.g. `find`. */
  readonly missingTools?: readonly string[];
  readonly addresses: readonly string[];
  readonly reach: readonly ReachFact[];
  /** The address that the kernel sends from, by the address of the peer; absent without `ip`. */
  readonly sources?: ReadonlyMap<string, string>;
  /** TCP ports with a listener, with the program's name if the kernel reports it. */
  readonly listeners: ReadonlyMap<number, string>;
  readonly containers: readonly ContainerFact[];
  /** Absent: unseen, or not measured. */
  readonly clock?: ClockFact;
  /** A lock file exists on this host. */
  readonly locked: boolean;
}

/** Parses the etcd manifest of a host; undefined if there is none, or none that runs etcd. */
export function memberManifest({ files }: Pick<HostFacts, 'files'>): EtcdManifest | undefined {
  return parseEtcdManifest(files.get(ETCD_MANIFEST)?.text ?? '');
}
