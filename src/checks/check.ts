import type { FindingCode } from '../finding-codes.ts';
import { byStatus, type Finding } from '../findings.ts';

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
  backup: 'Last verified backup',
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

/** The fields of a check besides its status and its code. */
interface CheckFields {
  readonly name: CheckName;
  /** Member, and so the host; null: the whole cluster. */
  readonly member: string | null;
  /** The thing itself if a member has several, such as the path of a certificate or the name of a peer; else null. */
  readonly subject: string | null;
  /** The fact with its values: a sentence that ends in a full stop. */
  readonly measured: string;
  /** The limit in words, e.g. `at most 100 ms`; null if nothing is compared with a limit. */
  readonly threshold: string | null;
  /** Why this usually happens; null if nothing is wrong. */
  readonly cause: string | null;
  /** What to do; null if nothing has to be done. Precise enough to follow without knowledge of etcd. */
  readonly fix: string | null;
  /** Good to know, though nothing is wrong; shown separately; else null. */
  readonly notice: string | null;
}

/** A status, with the code of the entry in TROUBLESHOOTING.md that explains it. */
type CodedStatus =
  | { readonly status: 'ok'; readonly code: null }
  | { readonly status: 'unknown'; readonly code: FindingCode | null }
  | { readonly status: 'warn' | 'fail'; readonly code: FindingCode };

/**
 * The result of checking one thing, of one member or the whole cluster. Functions from facts to values of this type make the checks;
 * preflight and health each choose from these functions. Plain data.
 */
export type Check = CheckFields & CodedStatus;

const ORDER = Object.keys(CHECK_TITLES);

/** The worst first, then in the order of the names; checks of one name keep their order. */
export function worstFirst(checks: readonly Check[]): Check[] {
  return byStatus(checks.toSorted((one, other) => ORDER.indexOf(one.name) - ORDER.indexOf(other.name)));
}

/** The texts of a check; those left out are null. */
export type CheckText = Pick<Check, 'measured'> & Partial<Omit<CheckFields, 'name' | 'member' | 'measured'>>;

/** Texts with the code of their entry. */
export interface CodedText extends CheckText {
  readonly code: FindingCode;
}

/** Makes a check from its status and texts. */
export type MakeCheck = (
  ...made:
    | readonly [status: 'ok', text: CheckText]
    | readonly [status: 'unknown', text: CheckText & Partial<CodedText>]
    | readonly [status: 'warn' | 'fail', text: CodedText]
) => Check;

/**
 * Returns a function that makes the checks of one name for one member, or for the cluster if `member` is null.
 * @param subject of all these checks, unless their texts name another.
 */
export function checkOf(name: CheckName, member: string | null, subject: string | null = null): MakeCheck {
  return (...[status, text]) => {
    const { measured, threshold = null, cause = null, fix = null, notice = null } = text;
    const fields = { member, subject: text.subject ?? subject, measured, threshold, cause, fix, notice };
    if (status === 'ok') return { name, status, code: null, ...fields };
    if (status === 'unknown') return { name, status, code: text.code ?? null, ...fields };
    return { name, status, code: text.code, ...fields };
  };
}

/** Returns the texts of a finding as a check has them. */
export function textOfFinding({
  code,
  fact,
  cause,
  fix,
}: Pick<Finding, 'code' | 'fact' | 'cause' | 'fix'>): CodedText {
  return { code, measured: fact, cause: cause ?? null, fix: fix ?? null };
}

/** Reports whether a check is one of the findings of its run: it is not `ok`, or it has a notice. */
export function isFinding({ status, notice }: Check): boolean {
  return status !== 'ok' || notice !== null;
}
