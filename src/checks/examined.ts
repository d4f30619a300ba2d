import type { Member } from '../cluster/members.ts';
import type { DiskTestFact, PatchTrialFact, PreflightFacts } from '../facts/preflight.ts';
import type { MemberSettings, Settings } from '../inputs/settings.ts';

/** The inputs of a deploy that checks before it depend on. */
export type PreflightSettings = Pick<
  Settings,
  | 'clientPort'
  | 'peerPort'
  | 'metricsPort'
  | 'dataDir'
  | 'walDir'
  | 'caCustody'
  | 'imageRepository'
  | 'etcdImageTag'
  | 'extraArgs'
  | 'kubeletConfig'
> & {
  readonly hosts: readonly MemberSettings[];
  /** Absent: no names and addresses are added to the certificates, and they hold as long as kubeadm's. */
  readonly certificates?: Pick<Settings['certificates'], 'extraSans' | 'leafDays'>;
};

/** A member with what the preflight probe, and the tests that were made, saw on its host. */
export interface ExaminedMember extends Member {
  readonly seen: PreflightFacts;
  readonly diskTest?: DiskTestFact;
  /** Absent: no patches are given, or the host lacks what rendering needs. */
  readonly patchTrial?: PatchTrialFact;
}

/** Value of an etcd flag that the user gave as a number; undefined if it is absent or no number. */
export function extraNumber(settings: PreflightSettings, flag: string): number | undefined {
  const value = settings.extraArgs.find(({ name }) => name === flag)?.value;
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
