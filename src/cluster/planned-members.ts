import type { DesiredMember } from './desired-member.ts';
import type { Differences } from './differences.ts';
import type { Member } from './members.ts';

/** A member beside its desired state, and which of its two services run. */
interface PlannedMember extends Member {
  readonly desired: DesiredMember;
  /** True if kubelet is active, and enabled for the next boot. */
  readonly kubeletRuns: boolean;
  readonly etcdRuns: boolean;
}

/** A member of a cluster that has never been verified as healthy, and the progress of earlier runs. */
export interface NewMember extends PlannedMember {
  /**
   * `nothing`: never started. `begun`: its manifest is in place and as desired. `other`: the manifest has to be taken out and
   * put in again, because it is not as desired any more, or because etcd has left a blank log.
   */
  readonly progress: 'nothing' | 'begun' | 'other';
}

/** A member of a cluster that has been healthy, and its differences from its desired state. */
export interface EstablishedMember extends PlannedMember {
  readonly differences: Differences;
  readonly isLeader: boolean;
  /** True if the manifest in place is that of the last run; undefined without a record of it. */
  readonly manifestIsRecorded: boolean | undefined;
  /** Neither its kubelet nor its etcd is touched by this run, because the cluster cannot spare the member. */
  readonly isHeld: boolean;
}

/** @returns true if kubelet and etcd both run on the host of a member. */
export function runs({ kubeletRuns, etcdRuns }: Pick<PlannedMember, 'kubeletRuns' | 'etcdRuns'>): boolean {
  return kubeletRuns && etcdRuns;
}
