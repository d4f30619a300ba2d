/**
 * `ok`: as it ought to be. `warn`: works, and somebody should look. `fail`: broken, or about to be. `unknown`: could not be
 * looked at, which says nothing of what was to be looked at.
 */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'unknown';

/** Every check by its name, in the order in which a reader asks, with what it is called in tables. */
export const CHECK_TITLES = {
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
} as const;

/** The name of a check; part of the published report, of metrics and of JUnit: never renamed within one schema version. */
export type CheckName = keyof typeof CHECK_TITLES;

/** One thing that was looked at, for one member or the whole cluster. Plain data. */
export interface Check {
  readonly name: CheckName;
  /** Member; null: the whole cluster. */
  readonly member: string | null;
  /** What exactly, where a member has several of it, such as the path of a certificate or the name of a peer; else null. */
  readonly subject: string | null;
  readonly status: CheckStatus;
  /** What was seen, with its values: a sentence that stands alone, ending in a full stop. */
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

const WORST_FIRST: readonly CheckStatus[] = ['fail', 'warn', 'unknown', 'ok'];
const ORDER = Object.keys(CHECK_TITLES);

/** The worst first, then in the order of the names; checks of one name keep their order. */
export function worstFirst(checks: readonly Check[]): Check[] {
  return checks.toSorted(
    (one, other) =>
      WORST_FIRST.indexOf(one.status) - WORST_FIRST.indexOf(other.status) ||
      ORDER.indexOf(one.name) - ORDER.indexOf(other.name),
  );
}

/** The worst of them; `ok` when there is none. */
export function worstOf(statuses: readonly CheckStatus[]): CheckStatus {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'ok';
}

/** What a check has to tell. */
export type Told = Pick<Check, 'measured'> & Partial<Omit<Check, 'name' | 'member' | 'status' | 'measured'>>;

/** The checks of one name for one member (or the cluster), each made with what there is to tell. */
export function checkOf(name: CheckName, member: string | null): (status: CheckStatus, told: Told) => Check {
  return (
    status,
    { measured, subject = null, threshold = null, cause = null, fix = null, notice = null },
  ) => ({
    name,
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
