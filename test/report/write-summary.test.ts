import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redactor } from '../../src/runner/masking/redaction.ts';
import { writeSummary } from '../../src/report/summary.ts';
import { rsaKey } from '../runner/masking/keys.ts';
import { healthy, succeeded } from './samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'summary-'));
const before = process.env['GITHUB_STEP_SUMMARY'];
afterAll(() => {
  process.env['GITHUB_STEP_SUMMARY'] = before;
  rmSync(folder, { recursive: true });
});

const warnings: string[] = [];
const log = {
  info: () => undefined,
  warning: (message: string) => void warnings.push(message),
  debug: () => undefined,
  host: () => log,
};

test('a runner without a summary is a warning', async () => {
  delete process.env['GITHUB_STEP_SUMMARY'];
  await writeSummary(succeeded, new Redactor(() => undefined), log);
  expect(warnings).toEqual([expect.stringContaining('The job summary could not be written: ')]);
});

test('the summary is written without the secrets that any text of the report holds', async () => {
  const file = join(folder, 'summary.md');
  writeFileSync(file, '');
  process.env['GITHUB_STEP_SUMMARY'] = file;
  const redactor = new Redactor(() => undefined);
  redactor.register('hunter2!');
  redactor.register(rsaKey.text);
  const line = rsaKey.text.split('\n')[20] ?? '';
  const endpoints = healthy.endpoints.map((one) => ({ ...one, version: 'hunter2!' }));
  await writeSummary(
    {
      ...succeeded,
      findings: [
        {
          code: 'command-failed',
          status: 'warn',
          at: 'x',
          fact: `said ${line}`,
          cause: 'hunter2!',
          fix: `base64 ${Buffer.from('hunter2! ').toString('base64')}`,
        },
      ],
      health: { ...healthy, endpoints },
    },
    redactor,
    log,
  );
  const summary = readFileSync(file, 'utf8');
  expect(summary).toMatch(/^## ⚠️ etcd cluster <code>etcd<\/code> is healthy/);
  expect(summary).not.toContain('hunter2');
  expect(summary).not.toContain(line.slice(20, 40));
  expect(summary).not.toContain('aHVudGVyMi');
  expect(summary).toContain('said &#42;&#42;&#42;');
});
