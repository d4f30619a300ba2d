import type { HealthDocument } from '../../health/document.ts';
import { junitXml } from './junit.ts';
import { prometheusText } from './prometheus.ts';
import { reportMarkdown } from './report-md.ts';
import type { ReportExtras } from './sections.ts';

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
