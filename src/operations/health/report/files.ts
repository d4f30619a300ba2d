import type { Check } from '../../../checks/check.ts';
import type { HealthDocument } from '../../../checks/health-document.ts';
import { besidesOf, titleOf } from '../../../report/check-view.ts';
import { summaryLimitBytes } from '../../../report/markdown.ts';
import { counted } from '../../../report/plan-words.ts';
import { prometheusText } from './prometheus.ts';
import { healthSections, type ReportExtras, type Section } from './sections.ts';
import { type CheckGroup, groupsOf } from './words.ts';

/** One file of the report. */
export interface HealthFile {
  readonly name: string;
  readonly content: string;
}

/** The files of a health check's report (docs/health-report.md). @param extra what is made elsewhere. */
export function healthFiles(
  document: HealthDocument,
  extra: { readonly html: string } & Pick<ReportExtras, 'trends'>,
): HealthFile[] {
  return [
    { name: 'report.json', content: `${JSON.stringify(document, null, 2)}\n` },
    { name: 'report.md', content: reportMarkdown(document, extra) },
    { name: 'report.html', content: extra.html },
    { name: 'junit.xml', content: junitXml(document) },
    { name: 'metrics.prom', content: prometheusText(document) },
  ];
}

/** Returns report.md: the complete job summary, without the parts that belong to the page of the run. */
export function reportMarkdown(document: HealthDocument, extras: Pick<ReportExtras, 'trends'> = {}): string {
  return fitted(healthSections(document, extras));
}

/** Enough for a reader of the page of a run, with space left for the certificates. */
const mostFindings = 100;

/**
 * The job summary of a health check, GitHub-flavoured Markdown: the verdict in the first line, then a picture of the
 * cluster, its members, what is wrong, and the certificates. Never longer than the runner takes.
 */
export function healthSummary(
  document: HealthDocument,
  extras: Omit<ReportExtras, 'mostFindings'> = {},
): string {
  return fitted(healthSections(document, { ...extras, mostFindings }), summaryLimitBytes);
}

/**
 * Sections as one Markdown text of at most so many bytes. What does not fit is left out by whole blocks, so that no
 * fence, table or fold is ever cut, and the end says how many; a smaller block after one that was left out is kept.
 * The text is longer than `most` only where its first block alone is.
 */
function fitted(sections: readonly Section[], most = Infinity): string {
  const whole = joined(sections);
  if (Buffer.byteLength(whole) <= most) return whole;
  const kept: Section[] = [];
  let left = most - Buffer.byteLength(leftOut(Number.MAX_SAFE_INTEGER)) - separator.length - 1;
  let dropped = 0;
  for (const { heading, blocks } of sections) {
    const taken: string[] = [];
    for (const block of blocks) {
      const cost = Buffer.byteLength(taken.length === 0 ? headed(heading, block) : block) + separator.length;
      if (cost > left && kept.length > 0) {
        dropped += 1;
        continue;
      }
      left -= cost;
      taken.push(block);
    }
    kept.push({ ...(heading === undefined ? {} : { heading }), blocks: taken });
  }
  return joined([...kept, { blocks: [leftOut(dropped)] }]);
}

const separator = '\n\n';

function joined(sections: readonly Section[]): string {
  const blocks = sections.flatMap(({ heading, blocks: [first, ...others] }) =>
    first === undefined ? [] : [headed(heading, first), ...others],
  );
  return `${blocks.join(separator)}\n`;
}

function headed(heading: string | undefined, block: string): string {
  return heading === undefined ? block : `### ${heading}${separator}${block}`;
}

function leftOut(count: number): string {
  return `_${counted(count, 'part')} left out: the summary would be longer than GitHub shows. The report's files have everything._`;
}

/**
 * The checks as JUnit XML, as Jenkins, GitLab and test reporters of GitHub read it (jenkinsci/xunit-plugin,
 * junit-10.xsd): a suite for each member and the cluster, a case for each check. `fail` is a failure, `unknown` is
 * skipped, `warn` passes and says what it has to say in the case's output.
 */
export function junitXml(document: HealthDocument): string {
  const { clusterName, durationMs, checks } = document;
  const suites = groupsOf(document).flatMap((group) => suite(group, document));
  const attributes = attributeList({
    name: `etcd cluster ${clusterName}`,
    tests: checks.length,
    failures: count(checks, 'fail'),
    errors: 0,
    time: seconds(durationMs),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

/** The time is that of the whole look: the checks were made of one, none has a time of its own. */
function suite({ title, checks }: CheckGroup, { checkedAt, durationMs }: HealthDocument): string[] {
  const attributes = attributeList({
    name: title,
    tests: checks.length,
    failures: count(checks, 'fail'),
    errors: 0,
    skipped: count(checks, 'unknown'),
    time: seconds(durationMs),
    timestamp: checkedAt.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length),
  });
  return [`  <testsuite${attributes}>`, ...cases(title, checks), '  </testsuite>'];
}

/** Readers tell cases apart by their names: what has the same one gets a number. */
function cases(classname: string, checks: readonly Check[]): string[] {
  const seen = new Map<string, number>();
  return checks.flatMap((check) => {
    const title = titleOf(check);
    const number = (seen.get(title) ?? 0) + 1;
    seen.set(title, number);
    const name = number === 1 ? title : `${title} #${number}`;
    const attributes = attributeList({ classname, name, time: '0.000' });
    return [`    <testcase${attributes}>`, result(check), '    </testcase>'].filter((line) => line !== '');
  });
}

function result(check: Check): string {
  const { status, name, measured } = check;
  if (status === 'fail') {
    return `      <failure${attributeList({ message: measured, type: name })}>${escaped(told(check))}</failure>`;
  }
  if (status === 'unknown') return `      <skipped${attributeList({ message: measured })}/>`;
  return `      <system-out>${escaped(status === 'warn' ? `Warning: ${told(check)}` : told(check))}</system-out>`;
}

function told(check: Check): string {
  return [check.measured, ...besidesOf(check).map(([label, value]) => `${label}: ${value}`)].join('\n');
}

function count(checks: readonly Check[], status: Check['status']): number {
  return checks.filter((check) => check.status === status).length;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function attributeList(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(
      ([name, value]) =>
        ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`,
    )
    .join('');
}

/** Everything that is no character of XML 1.0 (section 2.2): most control characters, half of a surrogate pair. */
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

function escaped(value: string): string {
  return value.replaceAll(forbidden, '').replaceAll(/[&<>"\r]/g, (character) => REFERENCES[character] ?? '');
}
