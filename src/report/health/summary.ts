import type { HealthDocument } from '../../health/document.ts';
import { summaryLimitBytes } from '../summary-limit.ts';
import { fitted } from './fitted.ts';
import { healthSections, type ReportExtras } from './sections.ts';

/** As many as anybody reads on the page of a run; they leave room for the certificates. */
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
