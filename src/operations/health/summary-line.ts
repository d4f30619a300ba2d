import type { Check } from '../../checks/check.ts';
import { plural } from '../../checks/view.ts';
import type { HealthDocument } from './document.ts';

type Known = Pick<HealthDocument, 'clusterName' | 'status' | 'members' | 'failureTolerance' | 'checks'> & {
  readonly leader: string | null;
};

const VERDICTS = {
  ok: 'is healthy',
  warn: 'works, and needs a look',
  fail: 'is not healthy',
  unknown: 'could not be seen',
} as const;

/** Longest line: it becomes an output, the text of an issue or a message in a chat. */
const MOST_CHARACTERS = 1000;

/** The whole report in one line, in which no part means anything in Markdown: it holds words that hosts have chosen. */
export function summaryLine({
  clusterName,
  status,
  members,
  leader,
  failureTolerance,
  checks,
}: Known): string {
  const up = members.filter(({ reachable }) => reachable).length;
  const parts = [
    `${up} of ${plural(members.length, 'member')} ${up === 1 ? 'answers' : 'answer'}`,
    leader === null ? 'no leader is known' : `${leader} leads`,
    toleranceWords(failureTolerance),
  ];
  const worst = checks.find((check): check is Check => check.status === 'fail' || check.status === 'warn');
  const why = worst === undefined ? '' : ` ${worst.measured}`;
  return harmless(`etcd cluster "${clusterName}" ${VERDICTS[status]}: ${parts.join(', ')}.${why}`);
}

/** Without links, pictures, tags, mentions of people and of issues; a blank in them says the same to a reader. */
function harmless(text: string): string {
  const line = text
    .slice(0, MOST_CHARACTERS)
    .split(/[\r\n\u0085\u2028\u2029]/)
    .map((part) => part.trim())
    .join(' ');
  return line.replaceAll('](', '] (').replaceAll(/[<@#](?=[^\s])/g, '$& ');
}

function toleranceWords(tolerance: number | null): string {
  if (tolerance === null) return 'nothing is known of its quorum';
  if (tolerance < 0) return 'there is no quorum';
  return tolerance === 0 ? 'it can lose no more member' : `it can lose ${plural(tolerance, 'more member')}`;
}
