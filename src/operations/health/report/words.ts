import { type Check, CHECK_TITLES, type CheckStatus, worstFirst } from '../../../checks/check.ts';
import { code, text } from '../../../report/markdown.ts';
import { shortened } from '../../../runner/masking/redaction.ts';
import type { HealthDocument } from '../document.ts';

/** A status in a plain text. */
export const STATUS_WORDS: Readonly<Record<CheckStatus, string>> = {
  ok: 'OK',
  warn: 'WARN',
  fail: 'FAIL',
  unknown: 'UNKNOWN',
};

/** A status where pictures can be shown; always beside a word, for those who do not see the picture. */
export const STATUS_ICONS: Readonly<Record<CheckStatus, string>> = {
  ok: '✅',
  warn: '⚠️',
  fail: '❌',
  unknown: '❔',
};

/** In the place of a figure that could not be seen. */
export const missing = '–';

const longestText = 1000;

/** The title of a check with what of several it looked at: `Certificate on disk (/etc/…/server.crt)`. */
export function titleOf({ name, subject }: Check): string {
  return subject === null ? CHECK_TITLES[name] : `${CHECK_TITLES[name]} (${subject})`;
}

/** Bytes for people, in the units in which etcd's quota is set: `512 B`, `187 MiB`, `2.0 GiB`. */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power] ?? ''}`;
}

/** A text on one line, cut to so many characters. */
export function oneLine(value: string, longest: number): string {
  const line = value.replaceAll(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}

/** A sentence as Markdown: what it has between backticks, such as a command, in the typewriter face. */
export function sentence(value: string): string {
  return shortened(value, longestText)
    .split(/`([^`\n]+)`/)
    .map((part, index) => (index % 2 === 1 ? code(part) : part === '' ? '' : text(part)))
    .join('');
}

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
 * is told of somebody else belongs to the cluster: there are never more groups than members and one.
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

/** Checks about which the same is told, each list in the order of its first. */
export function sameTold(checks: readonly Check[]): Check[][] {
  const told = ({ measured, cause, fix }: Check): string => JSON.stringify([measured, cause, fix]);
  return [...Map.groupBy(checks, told).values()];
}

/** What is good to know though nothing is wrong, each thing once. */
export function noticesOf({ checks }: HealthDocument): string[] {
  return [...new Set(checks.flatMap(({ notice }) => (notice === null ? [] : [notice])))];
}
