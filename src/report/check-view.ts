import { type Check, CHECK_TITLES, type CheckStatus } from '../checks/check.ts';
import type { FindingCode } from '../finding-codes.ts';
import { ENTRIES, entryAddress } from '../findings.ts';
import { shortenLine } from '../runner/masking/redaction.ts';
import { code, findingCode, text } from './markdown.ts';
import type { ReportFinding } from './run-report.ts';

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

/** Shown instead of an unknown figure. */
export const missing = '–';

/** Characters that are shown of a text; the artifact has all of it. */
export const longestText = 1000;

/** Returns the title of a check with its subject: `Certificate on disk (/etc/…/server.crt)`. */
export function titleOf({ name, subject }: Check): string {
  return subject === null ? CHECK_TITLES[name] : `${CHECK_TITLES[name]} (${subject})`;
}

/** A text on one line, cut to so many characters. */
export function oneLine(value: string, longest: number): string {
  const line = value.replaceAll(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}

/** A sentence as Markdown: what it has between backticks, such as a command, in the typewriter face. */
export function sentence(value: string): string {
  return shortenLine(value, longestText)
    .split(/`([^`\n]+)`/)
    .map((part, index) => (index % 2 === 1 ? code(part) : part === '' ? '' : text(part)))
    .join('');
}

/** Groups checks that say the same, each group in the order of its first. */
export function groupAlike(checks: readonly Check[]): Check[][] {
  const told = ({ code: name, measured, cause, fix }: Check): string =>
    JSON.stringify([name, measured, cause, fix]);
  return [...Map.groupBy(checks, told).values()];
}

/** Of a check or a finding what a list of them shows, whichever operation made it. */
export interface ShownCheck extends Pick<
  Check,
  'status' | 'code' | 'measured' | 'threshold' | 'cause' | 'fix' | 'notice'
> {
  /** Member or host; null: the whole cluster. */
  readonly where: string | null;
  readonly title: string;
}

/** A check in a list. */
export function shownCheck(check: Check): ShownCheck {
  return { ...check, where: check.member, title: titleOf(check) };
}

/** A finding in a list; without a status it is a failure. */
export function shownFinding(finding: ReportFinding): ShownCheck {
  const { status = 'fail', code: name, host, at, fact, cause, fix } = finding;
  return {
    status,
    code: name,
    where: host ?? null,
    title: at,
    measured: fact,
    threshold: null,
    cause: cause ?? null,
    fix: fix ?? null,
    notice: null,
  };
}

/** Returns a check as lines of the log: `FAIL [infra1] Swap: …`, and below it what it says besides. */
export function checkLines({ status, where, title, measured, ...besides }: ShownCheck): string[] {
  const place = where === null ? title : `[${where}] ${title}`;
  return [
    oneLine(`${STATUS_WORDS[status]} ${place}: ${measured}`, Infinity),
    ...besidesOf(besides).map(([label, value]) => `    ${label}: ${oneLine(value, Infinity)}`),
  ];
}

/** What a check says besides what was measured. */
type Besides = Pick<Check, 'code' | 'threshold' | 'cause' | 'fix' | 'notice'>;

/** Returns what a check says besides what was measured, in Markdown, one item each. */
export function checkItems(check: Besides): string[] {
  return [
    ...wordsOf(check).map(([label, value]) => `**${label}:** ${sentence(value)}`),
    ...(check.code === null ? [] : [`**Code:** ${findingCode(check.code)}`]),
  ];
}

/** A check as an item of a list in Markdown. */
export function checkItem(check: ShownCheck): string {
  const { status, where, title, measured, notice } = check;
  const icon = status === 'ok' && notice !== null ? 'ℹ️' : STATUS_ICONS[status];
  const name = text(shortenLine(title, longestText));
  const place = where === null ? name : `${code(where)} ${name}`;
  const items = checkItems(check).map((item) => `  <br>${item}`);
  return [`- ${icon} **${place}**: ${sentence(measured)}`, ...items].join('\n');
}

/** Returns what a check says besides what was measured as plain text, each with its label. */
export function besidesOf(check: Besides): [label: string, value: string][] {
  return [...wordsOf(check), ...(check.code === null ? [] : [codeOf(check.code)])];
}

/** Returns the code with where its entry is, as plain text with its label. */
export function codeOf(name: FindingCode): [label: string, value: string] {
  return ['Code', `${name}, ${entryAddress(name) ?? `${ENTRIES}#${name}`}`];
}

function wordsOf({ threshold, cause, fix, notice }: Omit<Besides, 'code'>): [label: string, value: string][] {
  const all: [string, string | null][] = [
    ['Threshold', threshold],
    ['Usual cause', cause],
    ['Fix', fix],
    ['Good to know', notice],
  ];
  return all.flatMap(([label, value]) => (value === null ? [] : [[label, value] as [string, string]]));
}
