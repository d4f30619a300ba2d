import type { ProbeAnswer } from '../etcd/endpoint.ts';
import type { EndpointObservation, Observed } from '../etcd/health/observation.ts';
import type { HashKv } from '../etcd/messages.ts';
import type { MemberMetrics } from '../etcd/metrics.ts';
import type { Explanation } from '../findings.ts';
import type { DataPlaces } from '../kubeadm/paths.ts';
import type { ClockFact, StandingFacts } from './host.ts';
import type { FilesystemFact } from './preflight.ts';

/** All observations of a health check, before any is judged. */
export interface HealthFacts extends DataPlaces {
  readonly now: Date;
  readonly clientPort: number;
  readonly peerPort: number;
  /** The expected members, in the order of the inputs; at least one. */
  readonly members: readonly MemberFacts[];
  /** Hosts of the control plane, in the order of the inputs; may be empty. */
  readonly controlPlane: readonly ControlPlaneFacts[];
}

/** The observations of a control plane host. */
export interface ControlPlaneFacts {
  readonly name: string;
  readonly address: string;
  readonly host: Observed<Pick<HostObservation, 'facts' | 'more'>, Explanation>;
}

/** The observations of one expected member and its host. */
export interface MemberFacts {
  readonly name: string;
  /** Without brackets. */
  readonly address: string;
  /** Over SSH. Without it, the member itself may still work. */
  readonly host: Observed<HostObservation, Explanation>;
  /** Name of the member through whose host etcd was queried, if its own could not be reached; null: its own. */
  readonly askedThrough: string | null;
  /** etcd's answers at its client port. */
  readonly endpoint: EndpointObservation;
  /** Nanoseconds of a serializable read on the warm connection. */
  readonly localReadNs: Observed<number>;
  readonly livez: Observed<ProbeAnswer>;
  readonly readyz: Observed<ProbeAnswer>;
  /** HashKV at the revision that all members were queried for. */
  readonly hash: Observed<HashKv>;
  readonly metrics: Observed<MetricsSamples>;
  /** The certificates that its two listeners present now. */
  readonly served: {
    readonly client: Observed<ServedCertificate, Explanation>;
    readonly peer: Observed<ServedCertificate, Explanation>;
  };
}

/** One or two samples of a member's metrics. */
export interface MetricsSamples {
  readonly latest: MemberMetrics;
  /** The earlier sample, and how many seconds before; absent without a window. */
  readonly earlier?: { readonly metrics: MemberMetrics; readonly secondsBefore: number };
}

/** A certificate that a listener presents. */
export interface ServedCertificate {
  /** PEM of the leaf. */
  readonly pem: string;
  /** Reports whether the CA of this member's host verifies it (or of any host, if that one cannot be read). */
  readonly trusted: boolean;
}

/** The observations of a host. */
export interface HostObservation {
  readonly facts: StandingFacts;
  readonly more: HealthHostFacts;
  /** The etcd image that this host's kubeadm requires; absent if it is irrelevant or unknown. */
  readonly shippedImage?: string;
  /** Milliseconds of a round trip over the SSH connection. */
  readonly roundTripMs: number | null;
}

/** The facts that a health check reads on a host beyond `StandingFacts`. */
export interface HealthHostFacts {
  readonly clock: ClockFact;
  /** Of the data dir. */
  readonly filesystem?: FilesystemFact;
  /** Of the folder of the log; absent if it has none of its own, or could not be read. */
  readonly walFilesystem?: FilesystemFact;
  /** kubelet's own /healthz: `ok`, another response, or absent without a response. */
  readonly kubeletHealthz?: string;
  /**
   * Containers of etcd's static pod with their exits, the newest first; empty if `unseen` of the facts names them.
   */
  readonly containers: readonly PodContainer[];
  /** Last lines of the newest container's log, the newest last; empty if it runs and never ended. */
  readonly lastLog: readonly string[];
  /**
   * SHA-256 (hex) of the public half (SPKI, DER) of each private key of the guide's leaves, by path. A key is missing
   * if the host has no openssl, or it cannot be read.
   */
  readonly publicKeys: ReadonlyMap<string, string>;
}

/** One container of etcd's static pod. */
export interface PodContainer {
  readonly id: string;
  readonly running: boolean;
  /** Number of kubelet's restarts of it in the same pod. */
  readonly attempt: number;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly exitCode?: number;
  /** The runtime's reason, e.g. `OOMKilled`, `Error`, `Completed`. */
  readonly reason?: string;
}
