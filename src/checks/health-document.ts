import type { MemberHealth } from '../etcd/health/members.ts';
import type { HealthThresholds } from '../inputs/run/health.ts';
import type { Check, CheckStatus } from './check.ts';

/** Version of the schema of a HealthDocument. An incompatible change raises it. */
export const HEALTH_DOCUMENT_VERSION = 1;

/** The report of a health check (report.json; docs/health-report.v1.schema.json): plain data for JSON. `null`: unknown. */
export interface HealthDocument {
  readonly schemaVersion: typeof HEALTH_DOCUMENT_VERSION;
  /** ISO 8601, UTC. */
  readonly checkedAt: string;
  readonly durationMs: number;
  readonly clusterName: string;
  /** `unknown`: not even the quorum is known. */
  readonly status: CheckStatus;
  /** The cluster works and no check has failed: `status` is `ok` or `warn`. */
  readonly healthy: boolean;
  /** One line. */
  readonly summary: string;
  /** How many more members may fail before the cluster accepts no writes; 0 with a bare quorum, negative without one. */
  readonly failureTolerance: number | null;
  readonly cluster: {
    /** Lower-case hex. */
    readonly id: string | null;
    /** Name of the leader that a majority of the voting members names. */
    readonly leader: string | null;
    readonly raftTerm: number | null;
    /** Highest revision of the key space that a member reported. */
    readonly revision: number | null;
  };
  /** The expected members, in the order of the inputs. */
  readonly members: readonly MemberDocument[];
  /** etcd's own member list, strangers included. */
  readonly memberList: readonly MemberHealth[];
  /** The worst first. */
  readonly checks: readonly Check[];
  readonly certificates: readonly CertificateDocument[];
  readonly thresholds: HealthThresholds;
  /** Seconds between the two samples of the metrics; null: percentiles are since each member's start. */
  readonly metricsWindowSeconds: number | null;
}

/** One expected member with its figures. */
export interface MemberDocument {
  readonly name: string;
  readonly address: string;
  /** The worst of its checks. */
  readonly status: CheckStatus;
  readonly role: 'leader' | 'follower' | 'learner' | null;
  /** Whether etcd answers at its client port. */
  readonly reachable: boolean;
  /** Name of the member through whose host it was asked; null: its own. */
  readonly askedThrough: string | null;
  /** Lower-case hex. */
  readonly memberId: string | null;
  readonly version: string | null;
  /** Milliseconds; each read is over the whole way, `roundTripMs` is what of it the way alone costs. */
  readonly readMs: number | null;
  readonly localReadMs: number | null;
  readonly roundTripMs: number | null;
  /** Milliseconds of a round trip over SSH to its host. */
  readonly sshRoundTripMs: number | null;
  readonly raftIndex: number | null;
  readonly raftAppliedIndex: number | null;
  /** Entries behind the leader's index. */
  readonly raftLag: number | null;
  readonly dbSizeBytes: number | null;
  readonly dbSizeInUseBytes: number | null;
  readonly quotaBytes: number | null;
  readonly walFsync: PercentileDocument | null;
  readonly backendCommit: PercentileDocument | null;
  readonly peers: readonly PeerDocument[];
  readonly leaderChanges: number | null;
  /** Milliseconds that the host's clock is ahead of the median of all hosts. */
  readonly clockOffsetMs: number | null;
  readonly diskFreeBytes: number | null;
  readonly diskSizeBytes: number | null;
  /** How often kubelet has started etcd anew in its present pod. */
  readonly restarts: number | null;
}

/** A 99th percentile. */
export interface PercentileDocument {
  readonly p99Ms: number;
  /** How many observations it stands on. */
  readonly samples: number;
}

/** Round trips to one peer, as the member measured them. */
export interface PeerDocument extends PercentileDocument {
  readonly name: string;
}

/** One certificate at one place. */
export interface CertificateDocument {
  readonly member: string;
  /** `disk`: a file; `client`, `peer`: as that listener presents it. */
  readonly place: 'disk' | 'client' | 'peer';
  /** The file, or the listener's address and port. */
  readonly where: string;
  /** For example `CN=infra0`. */
  readonly subject: string;
  readonly isCa: boolean;
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Whole days; negative when it has expired. */
  readonly daysLeft: number;
  /** Lower-case hex. */
  readonly serial: string;
  /** SHA-256, upper-case hex with colons. */
  readonly fingerprint: string;
}
