import type { Finding } from '../findings.ts';
import type { MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import type { StageOrder } from './plan.ts';

/** A plan as people read and approve it: JSON without any secret. */
export interface PlanDocument {
  readonly schemaVersion: 1;
  readonly operation: string;
  readonly clusterName: string;
  readonly verdict: string;
  /** What the verdict means for the hosts. */
  readonly meaning: string;
  readonly reasons: readonly string[];
  readonly members: readonly MemberIdentity[];
  /** Every member's host that could be reached, also a host without changes. */
  readonly hosts: readonly HostChanges[];
  /** The same for hosts of the control plane; absent if none could be inspected. */
  readonly controlPlane?: readonly HostChanges[];
  /** Members added to the cluster or removed from it, in words. */
  readonly membership: readonly string[];
  readonly stages: readonly StageDescription[];
  /** Stages after the cluster has been verified as healthy. */
  readonly afterVerify: readonly StageDescription[];
  readonly warnings: readonly Finding[];
  /** Work that is left undone, and why; absent if there is none. */
  readonly leftOut?: readonly Finding[];
  /** SHA-256 (hex) over the actions and their targets; excludes fresh keys, serials, times and reasons. */
  readonly digest: string;
}

/** The changes on one host. */
export interface HostChanges extends MemberIdentity {
  readonly files: readonly FileChange[];
  /** Interruptions of services. */
  readonly restarts: readonly string[];
}

/** A planned change of a file. */
export interface FileChange {
  readonly path: string;
  /** `renew`: a certificate takes the place of an older one. `mode`: the contents stay. */
  readonly change: 'create' | 'replace' | 'renew' | 'mode' | 'remove';
  /** Permission bits in octal after the change, or of the removed file; its owner will be root:root. */
  readonly mode: string;
  /** Unified diff, of public text only; all lines of a created file are added ones. */
  readonly diff?: string;
  readonly note?: string;
}

/** A stage with its gates in words. */
export interface StageDescription {
  readonly title: string;
  /** All at the same time, one after the other, or one after the other on each host. */
  readonly order: StageOrder;
  readonly before?: string;
  readonly after?: string;
  readonly steps: readonly StepDescription[];
}

/** A step, its host and its reason. */
export interface StepDescription {
  readonly host: string;
  readonly step: string;
  readonly why: string;
}
