import type { FindingCode } from '../finding-codes.ts';
import { byStatus, type CheckStatus, type Finding } from '../findings.ts';

export { type CheckStatus, worstOf } from '../findings.ts';

/** Every check by its name, in the order in which a reader asks, with its title in tables. */
export const CHECK_TITLES = {
  prerequisite: 'Prerequisite of a deploy',
  quorum: 'Quorum',
  leader: 'Leader',
  'cluster-id': 'Cluster id',
  membership: 'Membership',
  alarms: 'Alarms',
  data: 'Data equal on all members',
  versions: 'Versions equal',
  authority: 'CA equal everywhere',
  endpoint: 'Endpoint',
  read: 'Linearizable read',
  'local-read': 'Serializable read',
  ready: 'Ready (readyz)',
  alive: 'Alive (livez)',
  lag: 'Raft lag',
  'leader-changes': 'Leader changes',
  'db-size': 'Database size',
  fragmentation: 'Fragmentation',
  'wal-fsync': 'WAL fsync',
  'backend-commit': 'Backend commit',
  'peer-latency': 'Peer round trips',
  release: 'Release of etcd',
  host: 'Host (SSH)',
  kubelet: 'kubelet',
  pod: 'Static pod',
  manifest: 'Manifest',
  'drop-in': "kubelet's drop-in",
  'stray-files': 'Manifest directory',
  modes: 'File modes',
  'disk-space': 'Disk space',
  clock: 'Clock',
  certificate: 'Certificate on disk',
  'served-certificate': 'Certificate as served',
  'control-plane': 'Files of the control plane',
  hosts: 'Identity of the hosts',
  network: 'Network between the hosts',
  'kubelet-release': 'Release of kubelet',
  'kubeadm-release': 'Release of kubeadm',
  image: 'Image of etcd',
  'pause-image': 'Pause image',
  cgroups: 'cgroups',
  swap: 'Swap',
  'resolv-conf': 'Resolvers',
  places: 'Places to write to',
  patches: 'Patches',
  'disk-test': 'Write test of the disk',
  memory: 'Memory',
  processors: 'Processors',
  'ca-custody': 'Custody of the CA key',
  leftovers: 'Leftover keys',
} as const;

/** Name of a check; part of outputs, reports, metrics and JUnit: never renamed within one version of the schema. */
export type CheckName = keyof typeof CHECK_TITLES;

/**
 * One thing that was looked at, for one member or the whole cluster, and how it was found. A check is made by a function from facts
 * to values of this type; preflight and health each choose from these functions. Plain data.
 */
export interface Check {
  readonly name: CheckName;
  /** The entry of TROUBLESHOOTING.md that says what to do; null where all is well, and where `fix` says it all. */
  readonly code: FindingCode | null;
  /** Member, and so the host; null: the whole cluster. */
  readonly member: string | null;
  /** What exactly, if there are several of it, such as the path of a certificate or the name of a peer; else null. */
  readonly subject: string | null;
  readonly status: CheckStatus;
  /** What was seen, with its values: a sentence that ends in a full stop. */
  readonly measured: string;
  /** What it was held against, in words, e.g. `at most 100 ms`; null where nothing is compared with a limit. */
  readonly threshold: string | null;
  /** Why this usually happens; null where all is well. */
  readonly cause: string | null;
  /** What to do; null where nothing has to be done. A reader at night can do exactly this. */
  readonly fix: string | null;
  /** Good to know, though nothing is wrong: shown apart; else null. */
  readonly notice: string | null;
}

const ORDER = Object.keys(CHECK_TITLES);

/** The worst first, then in the order of the names; checks of one name keep their order. */
export function worstFirst(checks: readonly Check[]): Check[] {
  return byStatus(checks.toSorted((one, other) => ORDER.indexOf(one.name) - ORDER.indexOf(other.name)));
}

/** What a check has to tell. */
export type Told = Pick<Check, 'measured'> & Partial<Omit<Check, 'name' | 'member' | 'status' | 'measured'>>;

/** The checks of one name for one member (or the cluster), each made with what there is to tell. */
export function checkOf(name: CheckName, member: string | null): (status: CheckStatus, told: Told) => Check {
  return (
    status,
    { measured, code = null, subject = null, threshold = null, cause = null, fix = null, notice = null },
  ) => ({
    name,
    code,
    member,
    subject,
    status,
    measured,
    threshold,
    cause,
    fix,
    notice,
  });
}

/** The words of a finding as a check has them. */
export function toldBy({ code, fact, cause, fix }: Pick<Finding, 'code' | 'fact' | 'cause' | 'fix'>): Told {
  return { code, measured: fact, cause: cause ?? null, fix: fix ?? null };
}

/** Whether a check is one of the findings of its run: it is not `ok`, or it has a notice. */
export function isFinding({ status, notice }: Check): boolean {
  return status !== 'ok' || notice !== null;
}
