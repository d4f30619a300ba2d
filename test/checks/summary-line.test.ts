import { expect, test } from '@jest/globals';
import type { Check } from '../../src/checks/check.ts';
import { summaryLine } from '../../src/checks/make-document.ts';
import { degradedDocument } from '../operations/health/example-documents.ts';

function lineWith(measured: string): string {
  const document = degradedDocument();
  const [first] = document.checks;
  const check = { ...first, status: 'fail', measured } as Check;
  return summaryLine({ ...document, leader: null, checks: [check] });
}

test.each([
  ['@octo-org/everyone', '@ octo-org/everyone'],
  ['![x](https://evil.example/p.png)', '![x] (https://evil.example/p.png)'],
  ['<img src=x>', '< img src=x>'],
  ['see #12', 'see # 12'],
  ['one\r\n# two', 'one  # two'],
])('what a host has written means nothing in Markdown: %j', (said, shown) => {
  expect(lineWith(`kubelet does not run (${said}).`)).toContain(`kubelet does not run (${shown}).`);
});

test('it is one line of bounded length', () => {
  const line = lineWith('x\n'.repeat(5000).trim());
  expect(line).not.toContain('\n');
  expect(line.length).toBeLessThanOrEqual(2000);
});

test('ordinary words stay as they are', () => {
  const said = 'infra1 (https://[fd00::7]:2379) does not answer: 5 of 8 requests, 12.5 ms.';
  expect(lineWith(said)).toContain(said);
});
