import { type Check, type CheckStatus, worstFirst } from '../../../checks/check.ts';
import type { HealthDocument, MemberDocument } from '../../../checks/health-document.ts';
import { STATUS_ICONS } from '../../../report/check-view.ts';
import { duration } from '../../../text/units.ts';

/** The checks of one member, or of the cluster. */
export interface CheckGroup {
  /** Null: the whole cluster. */
  readonly member: string | null;
  /** The member's name, or `cluster`. */
  readonly title: string;
  /** The worst first. */
  readonly checks: readonly Check[];
}

/**
 * The checks of the cluster, then those of each expected member in the order of the inputs; none without a check. What
 * concerns another host belongs to the cluster: there are never more groups than members and one.
 */
export function groupsOf({ members, checks }: HealthDocument): CheckGroup[] {
  const names = new Set(members.map(({ name }) => name));
  const byMember = Map.groupBy(checks, ({ member }) =>
    member !== null && names.has(member) ? member : null,
  );
  return [null, ...names].flatMap((member) => {
    const own = byMember.get(member);
    return own === undefined ? [] : [{ member, title: member ?? 'cluster', checks: worstFirst(own) }];
  });
}

/** How many checks have each status, the worst first; those that none has are left out. */
export function statusCounts(checks: readonly Check[]): [CheckStatus, number][] {
  const counts = new Map<CheckStatus, number>();
  for (const { status } of worstFirst(checks)) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts];
}

/** Returns the notices of checks, each once. */
export function noticesOf({ checks }: HealthDocument): string[] {
  return [...new Set(checks.flatMap(({ notice }) => (notice === null ? [] : [notice])))];
}

/** Up to so many members every pair is joined; with more, only the leader with each other: the picture stays legible. */
const mostJoined = 5;

const longestName = 40;

/**
 * Colours with their own text colour: they are legible whatever the page's background, so that one picture serves
 * light and dark (WCAG AA, contrast 4.5 and more).
 */
const CLASSES: readonly string[] = [
  'classDef ok fill:#dafbe1,stroke:#1a7f37,color:#0b3d1a',
  'classDef warn fill:#fff3c4,stroke:#9a6700,color:#4d2d00',
  'classDef fail fill:#ffdfdc,stroke:#cf222e,color:#6e0a12',
  'classDef unknown fill:#e6eaef,stroke:#57606a,color:#24292f,stroke-dasharray:4 3',
  'classDef out fill:#a40e26,stroke:#6e0a12,color:#ffffff,stroke-dasharray:4 3',
  'classDef leader stroke-width:4px',
];

/** A member with its place in the picture. */
interface Node {
  readonly id: string;
  readonly member: MemberDocument;
  readonly standing: Standing;
}

/**
 * The members and the ways between them, as a Mermaid flowchart: who leads, who is out, and on each way the 99th
 * percentile of round trips, the slower of its two directions. Ways to a member that was not heard of are dashed.
 */
export function flowchart(document: HealthDocument): string {
  const nodes = document.members
    .map((member, index): Node => ({ id: `m${index}`, member, standing: standingOf(member, document) }))
    .toSorted((one, other) => rank(one) - rank(other));
  return [
    'flowchart LR',
    ...nodes.map(nodeLine),
    ...pairsOf(nodes).flatMap((pair) => edgeLine(pair, document.thresholds.peerLatencyWarningMs)),
    ...CLASSES,
    ...nodes.filter(isLeader).map(({ id }) => `class ${id} leader`),
  ]
    .map((line, index) => (index === 0 ? line : `  ${line}`))
    .join('\n');
}

/** The leader first: Mermaid ranks nodes in their order. */
function rank(node: Node): number {
  if (isLeader(node)) return 0;
  return node.member.reachable ? 1 : 2;
}

function isLeader({ member }: Node): boolean {
  return member.role === 'leader';
}

function nodeLine({ id, member, standing }: Node): string {
  const lines = [
    `${member.role === 'leader' ? '★ ' : ''}${label(member.name)}`,
    standing === 'out' ? 'does not answer' : (member.role ?? 'role unknown'),
    ...(standing === 'out' ? [] : [statusLine(standing)]),
  ];
  return `${id}["${lines.join('<br/>')}"]:::${standing}`;
}

/** The white question mark would not be seen on the light node. */
function statusLine(status: CheckStatus): string {
  return status === 'unknown' ? status : `${STATUS_ICONS[status]} ${status}`;
}

/** A name with nothing in it that means something to Mermaid or HTML. */
function label(name: string): string {
  const harmless = name.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return harmless.length <= longestName ? harmless : `${harmless.slice(0, longestName)}…`;
}

function pairsOf(nodes: readonly Node[]): [Node, Node][] {
  const pairs = nodes.flatMap((one, index) =>
    nodes.slice(index + 1).map((other): [Node, Node] => [one, other]),
  );
  return nodes.length <= mostJoined ? pairs : pairs.filter((pair) => pair.some(isLeader));
}

function edgeLine([one, other]: [Node, Node], warningMs: number): string[] {
  const answering = [one, other].filter(({ member }) => member.reachable).length;
  if (answering === 0) return [];
  if (answering === 1) return [`${one.id} -.- ${other.id}`];
  const slowest = Math.max(p99(one, other), p99(other, one));
  if (slowest < 0) return [`${one.id} --- ${other.id}`];
  const sign = slowest > warningMs ? '⚠️ ' : '';
  return [`${one.id} ---|"${sign}${duration(slowest)}"| ${other.id}`];
}

/** Milliseconds; -1 if the member has no figure for that peer. */
function p99(of: Node, to: Node): number {
  return of.member.peers.find(({ name }) => name === to.member.name)?.p99Ms ?? -1;
}

/** The status of a member that answers; else `out`, or `unknown` if it could not be asked. */
type Standing = CheckStatus | 'out';

/** How a member stands: one that was asked and does not answer is out, one that could not be asked is unknown. */
export function standingOf(
  { name, reachable, status }: MemberDocument,
  { checks }: HealthDocument,
): Standing {
  if (reachable) return status;
  const endpoint = checks.find((check) => check.name === 'endpoint' && check.member === name);
  return endpoint?.status === 'unknown' ? 'unknown' : 'out';
}
