import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { healthFiles } from '../../../../src/operations/health/report/files.ts';
import { degradedDocument } from '../example-documents.ts';

test('the files that the documentation names, each ending its last line', () => {
  const files = healthFiles(degradedDocument(), { html: '<!doctype html>\n' });
  const documentation = readFileSync('docs/health-report.md', 'utf8');
  const documented = [...documentation.matchAll(/^\| `([a-z]+\.[a-z]+)` /gm)].map(([, name]) => name);
  expect(files.map(({ name }) => name).toSorted()).toEqual(documented.toSorted());
  expect(files.filter(({ content }) => !/[^\n]\n$/.test(content))).toEqual([]);
});

test('report.json is the document, report.html the given page', () => {
  const files = healthFiles(degradedDocument(), { html: '<!doctype html>\n' });
  const contentOf = (wanted: string): string => files.find(({ name }) => name === wanted)?.content ?? '';
  expect(JSON.parse(contentOf('report.json'))).toEqual(degradedDocument());
  expect(contentOf('report.html')).toBe('<!doctype html>\n');
  expect(contentOf('report.md')).not.toContain('### Trends');
});

test('trends are in report.md', () => {
  const files = healthFiles(degradedDocument(), { html: '', trends: ['db grows 3 MiB a day'] });
  expect(files.find(({ name }) => name === 'report.md')?.content).toContain(
    '### Trends\n\n- db grows 3 MiB a day',
  );
});
