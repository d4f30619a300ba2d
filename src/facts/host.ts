import { type EtcdManifest, parseEtcdManifest } from '../kubeadm/etcd-manifest.ts';
import type { RuntimeFacts } from '../kubeadm/kubelet-config.ts';
import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import type { KubernetesVersion } from '../kubeadm/version.ts';
import type { HostState } from './host-state.ts';

/** A file on a host; contents only where they are public and the action needs them. */
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

/** How a TCP connection from one host to another's address and port ended. */
export interface ReachFact {
  readonly address: string;
  readonly port: number;
  /** `refused` is good news before etcd runs: the packet came there and back. */
  readonly outcome: 'open' | 'refused' | 'timeout' | 'unreachable' | 'unknown';
  /** What bash said of the try, where its outcome is unknown. */
  readonly words?: string;
}

/** A container of etcd's static pod as the CRI lists it. */
export interface ContainerFact {
  readonly id: string;
  readonly running: boolean;
  readonly image: string;
  /** How often kubelet has started it anew in the same pod. */
  readonly attempt: number;
}

/** The kubelet unit as systemd shows it. */
export interface KubeletFact {
  readonly installed: boolean;
  /** systemd's LoadState, e.g. `loaded`, `masked`, `not-found`, `error`, `bad-setting`; absent where it was not seen. */
  readonly loadState?: string;
  readonly active: boolean;
  readonly subState: string;
  /** `systemctl is-enabled` takes the unit for enabled, which includes e.g. `static` and `alias`. */
  readonly enabled: boolean;
  readonly dropIns: readonly string[];
}

/** The folder etcd keeps its data in. */
export interface DataDirFact extends FolderFact {
  /** A write-ahead log is where the inputs say, with something in it: this host has been a member of some cluster. */
  readonly hasLog: boolean;
  /** A write-ahead log is there, and nothing was ever written to it; etcd neither begins with it nor goes on from it. */
  readonly hasBlankLog: boolean;
  /** A write-ahead log is in the data dir, though the inputs name another folder for it. */
  readonly hasLogElsewhere?: boolean;
  /** The folder that the inputs name for the log; absent where they name none. */
  readonly walDir?: FolderFact;
}

/** A folder that is to be etcd's alone. */
export interface FolderFact {
  readonly exists: boolean;
  /** Nothing lies in it but `lost+found`, which a new file system has. */
  readonly empty: boolean;
  readonly mode: string;
}

/** Where a folder that the action writes in really is. */
export interface PlaceFact {
  /** As the action names it, e.g. `/etc/kubernetes/manifests`. */
  readonly path: string;
  /** What is there: `link` whatever the link leads to, `other` for what is no folder. */
  readonly kind: 'folder' | 'link' | 'other';
  /** The folder without any link in its path; absent where the path leads to no folder. */
  readonly resolved?: string;
  /** The mount point that the folder lies on, which is `resolved` itself where something is mounted there. */
  readonly mountPoint?: string;
}

/** Which container runtimes were found. */
export interface RuntimeDiscovery {
  /** The one to use; absent when there is none, or several and nothing says which. */
  readonly runtime?: RuntimeFacts;
  /** CRI sockets that exist. */
  readonly sockets: readonly string[];
  /** The endpoint that /etc/crictl.yaml names, where there is no socket. Another is not asked instead. */
  readonly absent?: string;
  /** The endpoint that was asked, where it did not tell its cgroup driver. */
  readonly asked?: string;
  /** What the runtime answered when its cgroup driver could not be read. */
  readonly problem?: string;
  /** What switches plugins of containerd off, where it did not answer. */
  readonly pluginsOff?: PluginsOff;
}

/** Why containerd may run without a plugin. */
export interface PluginsOff {
  /** The file that its unit starts it with. */
  readonly config: string;
  /** Files of its configuration that are there and could not be read. */
  readonly unreadable: readonly string[];
  /** At most one for each file: the one given, and those that it imports. */
  readonly entries: readonly DisabledPlugins[];
}

/** An entry `disabled_plugins` of a file of containerd's configuration. */
export interface DisabledPlugins {
  readonly path: string;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly plugins: readonly string[];
}

/** How far the host's clock is from the runner's, by the four timestamps of NTP (RFC 5905, section 8). */
export interface ClockFact {
  /** Milliseconds that the host is ahead; negative: behind. */
  readonly offsetMs: number;
  /** Half of the time on the way: the true offset lies within this many milliseconds of `offsetMs`. */
  readonly uncertaintyMs: number;
}

/** A part of what the probe looks at. */
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

/** A part of the facts that could not be seen. The facts then hold nothing of it, and that says nothing about the host. */
export interface Unseen {
  readonly what: FactName;
  /** The program that was asked, as an administrator would call it, e.g. `crictl ps`. */
  readonly program: string;
  /** How it ended and what it said, cleaned and at most 500 characters. */
  readonly words: string;
}

/** What every look at a host brings: who it is, and what a run of the action has left there. */
export interface StandingFacts {
  /** Short, in lower case. */
  readonly hostname: string;
  readonly bootId: string;
  readonly kubelet: KubeletFact;
  readonly files: ReadonlyMap<string, FileFact>;
  readonly dataDir: DataDirFact;
  /** What the action itself left on this host. */
  readonly state: HostState | 'absent' | 'unreadable';
  /** The folders that the action writes in, as far as they are there; see `places.ts`. Absent: the probe was of another form. */
  readonly places?: readonly PlaceFact[];
  /** What could not be seen; empty where the facts are whole. */
  readonly unseen: readonly Unseen[];
}

/** Everything one read-only probe has seen on one host. */
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
  /** Image that this host's kubeadm asks for, e.g. `registry.k8s.io/etcd:3.6.5-0`. */
  readonly etcdImage?: string;
  readonly runtime: RuntimeDiscovery;
  /** Image references in the runtime's store. */
  readonly images: readonly string[];
  /** The digest of each image's configuration (`sha256:` and hex), by its references. */
  readonly imageIds: ReadonlyMap<string, string>;
  /** The image of the container that the runtime starts for each pod; known only where it was asked for. */
  readonly sandboxImage?: string;
  /** The processor as Go names it, e.g. `amd64`. */
  readonly architecture?: string;
  /** Programs that the action's scripts need and that are not on the host, e.g. `find`. */
  readonly missingTools?: readonly string[];
  readonly addresses: readonly string[];
  readonly reach: readonly ReachFact[];
  /** The address that the kernel sends from, by the address of the peer; absent where it did not tell (no `ip`). */
  readonly sources?: ReadonlyMap<string, string>;
  /** TCP ports that something listens on, with the program's name where the kernel tells it. */
  readonly listeners: ReadonlyMap<number, string>;
  readonly containers: readonly ContainerFact[];
  /** Absent: it could not be seen, or was not measured. */
  readonly clock?: ClockFact;
  /** A run holds a lock on this host, or has left one. */
  readonly locked: boolean;
}

/** The etcd manifest that lies on a host; undefined where there is none, or none that runs etcd. */
export function memberManifest({ files }: Pick<HostFacts, 'files'>): EtcdManifest | undefined {
  return parseEtcdManifest(files.get(ETCD_MANIFEST)?.text ?? '');
}
