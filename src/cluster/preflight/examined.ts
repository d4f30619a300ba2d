import type { MemberSettings, Settings } from '../../settings/settings.ts';
import type { Member } from '../members.ts';
import type { DiskTestFact, PreflightFacts } from './preflight-facts.ts';

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

/** A member with what the preflight probe, and a disk test if there was one, saw on its host. */
export interface ExaminedMember extends Member {
  readonly seen: PreflightFacts;
  readonly diskTest?: DiskTestFact;
}

/** Value of an etcd flag that the user gave as a number; undefined where it is absent or no number. */
export function extraNumber(settings: PreflightSettings, flag: string): number | undefined {
  const value = settings.extraArgs.find(({ name }) => name === flag)?.value;
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
