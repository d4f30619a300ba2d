import { afterEach, expect, test } from '@jest/globals';
import { checkOf } from '../../src/checks/check.ts';
import { linkFindingsTo } from '../../src/findings.ts';
import { htmlReport } from '../../src/operations/health/report/html/report-html.ts';
import { checkItem, checkLines, shownCheck, shownFinding } from '../../src/report/check-view.ts';
import { degradedDocument } from '../operations/health/example-documents.ts';

const PAGE = 'https://github.com/org/repo/blob/v1/docs/TROUBLESHOOTING.md';
const swap = checkOf('swap', 'infra0')('fail', { code: 'swap-on', measured: 'swap is on.' });

afterEach(() => linkFindingsTo(undefined));

test('the log names the entry of a check, by its path where the action is on no server', () => {
  expect(checkLines(shownCheck(swap))).toEqual([
    'FAIL [infra0] Swap: swap is on.',
    '    Code: swap-on, docs/TROUBLESHOOTING.md#swap-on',
  ]);
  linkFindingsTo(PAGE);
  expect(checkLines(shownCheck(swap))).toContain(`    Code: swap-on, ${PAGE}#swap-on`);
});

test('the summary links to the entry of a check and of a finding alike', () => {
  linkFindingsTo(PAGE);
  const link = `**Code:** [<code>swap-on</code>](${PAGE}#swap-on)`;
  expect(checkItem(shownCheck(swap))).toContain(link);
  expect(checkItem(shownFinding({ code: 'swap-on', at: 'swap', fact: 'swap is on.' }))).toContain(link);
});

test('a check without a code names none', () => {
  const sound = checkOf('swap', 'infra0')('ok', { measured: 'no swap.', notice: 'It was on before.' });
  expect(checkLines(shownCheck(sound)).join('\n')).not.toContain('Code');
  expect(checkItem(shownCheck(sound))).not.toContain('Code');
});

test('the page of a health report links to the entry of each finding', () => {
  expect(htmlReport(degradedDocument())).toContain('<code>etcd-unreachable</code>');
  linkFindingsTo(PAGE);
  expect(htmlReport(degradedDocument())).toContain(
    `<a href="${PAGE}#etcd-unreachable"><code>etcd-unreachable</code></a>`,
  );
});
