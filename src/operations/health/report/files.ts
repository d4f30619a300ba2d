import type { HealthDocument } from '../../../checks/health-document.ts';
import { summaryLimitBytes } from '../../../report/markdown.ts';
import { counted } from '../../../report/plan-words.ts';
import { junitXml } from './junit.ts';
import { prometheusText } from './prometheus.ts';
import { healthSections, type ReportExtras, type Section } from './sections.ts';

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
