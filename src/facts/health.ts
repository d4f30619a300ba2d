import type { ProbeAnswer } from '../etcd/endpoint.ts';
import type { EndpointObservation, Observed } from '../etcd/health/observation.ts';
import type { HashKv } from '../etcd/messages.ts';
import type { MemberMetrics } from '../etcd/metrics.ts';
import type { Finding } from '../findings.ts';
import type { DataPlaces } from '../kubeadm/paths.ts';
import type { ClockFact, StandingFacts } from './host.ts';
import type { FilesystemFact } from './preflight.ts';

/** Something that was looked for: what was seen, or why it was not. */
export type Sight<T> = { readonly seen: T } | { readonly unseen: Pick<Finding, 'fact' | 'cause' | 'fix'> };

/** Everything that a health check has seen, before anything of it is judged. */
export interface HealthFacts extends DataPlaces {
  readonly now: Date;
  readonly clientPort: number;
  readonly peerPort: number;
  /** The members that ought to be there, in the order of the inputs; at least one. */
  readonly members: readonly MemberSight[];
  /** Hosts of the control plane, in the order of the inputs; none where none are listed. */
  readonly controlPlane: readonly ControlPlaneSight[];
}

/** What was seen of a host of the control plane. */
export interface ControlPlaneSight {
  readonly name: string;
  readonly address: string;
  readonly host: Sight<Pick<HostSight, 'facts' | 'more'>>;
}

/** What was seen of one expected member and its host. */
export interface MemberSight {
  readonly name: string;
  /** Without brackets. */
  readonly address: string;
  /** Over SSH. Unseen: says nothing of the member itself. */
  readonly host: Sight<HostSight>;
  /** Name of the member through whose host etcd was asked, where its own could not be reached; null: its own. */
  readonly askedThrough: string | null;
  /** What etcd answers at its client port. */
  readonly endpoint: EndpointObservation;
  /** Nanoseconds of a serializable read on the warm connection. */
  readonly localReadNs: Observed<number>;
  readonly livez: Observed<ProbeAnswer>;
  readonly readyz: Observed<ProbeAnswer>;
  /** HashKV at the revision that all members were asked for. */
  readonly hash: Observed<HashKv>;
  readonly metrics: Observed<MetricsSight>;
  /** What its two listeners present now. */
  readonly served: { readonly client: Sight<ServedCertificate>; readonly peer: Sight<ServedCertificate> };
}

/** One or two looks at a member's metrics. */
export interface MetricsSight {
  readonly latest: MemberMetrics;
  /** The look before, and how many seconds earlier it was; absent without a window. */
  readonly earlier?: { readonly metrics: MemberMetrics; readonly secondsBefore: number };
}

/** A certificate that a listener presents. */
export interface ServedCertificate {
  /** PEM of the leaf. */
  readonly pem: string;
  /** Whether it holds before the CA of this member's host (or of any host, where that one cannot be read). */
  readonly trusted: boolean;
}

/** What was seen on a host. */
export interface HostSight {
  readonly facts: StandingFacts;
  readonly more: HealthHostFacts;
  /** The etcd image that this host's kubeadm asks for; absent where that made no difference, or it did not say. */
  readonly shippedImage?: string;
  /** Milliseconds of a round trip over the SSH connection. */
  readonly roundTripMs: number | null;
}

/** What a health check reads on a host beyond `StandingFacts`. */
export interface HealthHostFacts {
  readonly clock: ClockFact;
  /** Of the data dir. */
  readonly filesystem?: FilesystemFact;
  /** Of the folder of the log; absent where it has none of its own, or could not be read. */
  readonly walFilesystem?: FilesystemFact;
  /** kubelet's own /healthz: `ok`, what else it said, or absent where nothing answers. */
  readonly kubeletHealthz?: string;
  /** Containers of etcd's static pod with how they ended, the newest first; empty where `unseen` of the facts holds them. */
  readonly containers: readonly PodContainer[];
  /** Last lines of the newest container's log, the newest last; empty while it runs and never ended. */
  readonly lastLog: readonly string[];
  /**
   * SHA-256 (hex) of the public half (SPKI, DER) of each private key of the guide's leaves, by path. A key is missing here
   * where the host has no openssl, or it cannot be read.
   */
  readonly publicKeys: ReadonlyMap<string, string>;
}

/** One container of etcd's static pod. */
export interface PodContainer {
  readonly id: string;
  readonly running: boolean;
  /** How often kubelet had started it anew in the same pod. */
  readonly attempt: number;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly exitCode?: number;
  /** The runtime's word, e.g. `OOMKilled`, `Error`, `Completed`. */
  readonly reason?: string;
}
