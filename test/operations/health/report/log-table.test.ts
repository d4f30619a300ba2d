import { describe, expect, test } from '@jest/globals';
import { logReport } from '../../../../src/operations/health/report/log-table.ts';
import { degradedDocument, healthyDocument } from '../example-documents.ts';
import { hostileDocument } from './samples.ts';

describe('the table of the log', () => {
  test('the worst first, missing observations in one line, good checks in one line each', () => {
    const { table } = logReport(degradedDocument());
    expect(table.map((row) => row.split(/ {2,}/).slice(0, 3))).toEqual([
      ['STATUS', 'WHERE', 'CHECK'],
      ['FAIL', 'infra2', 'Endpoint'],
      ['FAIL', 'infra0', 'Certificate on disk'],
      ['WARN', 'cluster', 'Quorum'],
      ['WARN', 'infra0', 'WAL fsync'],
      ['WARN', 'infra2', 'Host (SSH)'],
      ['UNKNOWN', 'infra2', '7 checks'],
      ['OK', 'cluster', '9 checks'],
      ['OK', 'infra0', '22 checks'],
      ['OK', 'infra1', '24 checks'],
    ]);
  });

  test('is aligned', () => {
    const { table } = logReport(degradedDocument());
    const at = (table[0] ?? '').indexOf('MEASURED');
    expect(table.every((row) => row.slice(at - 2, at) === '  ' && row.charAt(at) !== ' ')).toBe(true);
  });

  test('a member that is well shows its figures', () => {
    expect(logReport(healthyDocument()).table.at(3)).toContain(
      'leader, 3.6.5, read 1.5 ms, fsync p99 2.9 ms, db 188 MiB of 2 GiB, lag 1',
    );
  });

  test('a long measurement is cut in the table, whole in its group', () => {
    const document = degradedDocument();
    const long = 'x'.repeat(300);
    const checks = document.checks.map((check) => ({ ...check, measured: `${check.name} ${long}` }));
    const { table, groups } = logReport({ ...document, checks });
    expect(table[1]).toMatch(/ endpoint x{10,}…$/);
    expect(Math.max(...table.map((row) => row.length))).toBeLessThan(160);
    expect(groups.flatMap(({ lines }) => lines)).toContain(`FAIL Endpoint: endpoint ${long}`);
  });

  test('every string is one line, whatever a host says', () => {
    const { table, groups } = logReport(hostileDocument());
    const all = [...table, ...groups.flatMap(({ title, lines }) => [title, ...lines])];
    expect(all.filter((line) => /[\r\n]/.test(line))).toEqual([]);
  });
});

describe('the groups of the log', () => {
  test('one for each that has something, with cause and fix', () => {
    const { groups } = logReport(degradedDocument());
    expect(groups.map(({ title }) => title)).toEqual([
      'cluster: 1 check not OK',
      'infra0: 2 checks not OK',
      'infra2: 9 checks not OK',
    ]);
    expect(groups[2]?.lines.slice(0, 3)).toEqual([
      'FAIL Endpoint: infra2 (https://10.0.0.8:2379) does not answer: connection refused, asked through infra0.',
      '    Usual cause: etcd is not running on that host.',
      '    Fix: Log in to infra2 and look at `crictl ps -a --name etcd` and `crictl logs`.',
    ]);
  });

  test('none when all is well, except informative ones', () => {
    const document = healthyDocument();
    expect(logReport(document).groups).toEqual([]);
    const checks = document.checks.map((check) => ({ ...check, notice: 'A newer release is out.' }));
    expect(logReport({ ...document, checks }).groups).toEqual([
      { title: 'Good to know', lines: ['A newer release is out.'] },
    ]);
  });
});
