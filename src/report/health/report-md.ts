import type { HealthDocument } from '../../health/document.ts';
import { fitted } from './fitted.ts';
import { healthSections, type ReportExtras } from './sections.ts';

/** report.md: what the job summary tells, whole and without what only makes sense on the page of the run. */
export function reportMarkdown(document: HealthDocument, extras: Pick<ReportExtras, 'trends'> = {}): string {
  return fitted(healthSections(document, extras));
}
