import type { Member } from '../../cluster/members.ts';
import type { DiskTestFact, PreflightFacts } from '../../facts/preflight.ts';
import type { Finding } from '../../findings.ts';
import type { MemberSettings, Settings } from '../../inputs/settings.ts';
import type { PatchTrialFact } from './patch-trial.ts';

/** `fail`: a deploy would not work, or would do harm. `warn`: it works, and deserves a look. `info`: good to know. */
export type Severity = 'fail' | 'warn' | 'info';

/** A finding of preflight. */
export interface SevereFinding extends Finding {
  readonly severity: Severity;
}

const ORDER: readonly Severity[] = ['fail', 'warn', 'info'];

/** The worst first; findings of one severity keep their order. */
export function bySeverity(findings: readonly SevereFinding[]): SevereFinding[] {
  return findings.toSorted((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
}

/** What preflight has to know of the inputs. */
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

/** Value of an etcd flag that the user gave as a number; undefined where it is absent or no number. */
export function extraNumber(settings: PreflightSettings, flag: string): number | undefined {
  const value = settings.extraArgs.find(({ name }) => name === flag)?.value;
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
