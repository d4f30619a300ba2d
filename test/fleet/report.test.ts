import { describe, expect, test } from '@jest/globals';
import { format, resolveConfig } from 'prettier';
import { read } from '../docs/repository.ts';
import {
  fleetCases,
  fleetMarkdown,
  merged,
  type RowResult,
  rowPassed,
  triedHosts,
} from '../../scripts/fleet/report.ts';
import { fleetRows, type FleetRow, rowName, rowsNamed, sampleRow } from '../../scripts/fleet/rows.ts';
import { casesOf } from '../../scripts/fleet/run-row.ts';
import { kubernetesVersions } from '../../lab/settings.ts';
import { traits } from '../../lab/variants/traits.ts';
import { nameOf, traitsOf, variantNamed } from '../../lab/variants/variant.ts';

const passed = fleetCases.map((name) => ({ name, passed: true }));

function result(row: FleetRow, changes: Partial<RowResult> = {}): RowResult {
  const versions = { distribution: 'Debian', sudo: 'Sudo 1.9' };
  return {
    ...row,
    cases: passed,
    versions,
    minutes: 4.25,
    date: '2026-11-30',
    commit: 'abc1234',
    ...changes,
  };
}

describe('the rows', () => {
  // A runtime that kubelet cannot use is refused: test/e2e/runtimes.test.ts.
  test('have every trait that a cluster can be made with, every release and every Kubernetes version', () => {
    const inUse = new Set(
      fleetRows.flatMap(({ variant }) => traitsOf(variantNamed(variant)).map(({ name }) => name)),
    );
    const usable = traits.filter(
      ({ runtime, kinds }) => runtime?.servesCri !== false && kinds?.includes('container') !== false,
    );
    expect([...inUse].toSorted()).toEqual(usable.map(({ name }) => name).toSorted());
    expect(new Set(fleetRows.map(({ kubernetes }) => kubernetes))).toEqual(new Set(kubernetesVersions));
  });

  test('name each kind of host once, in the order of its words', () => {
    expect(new Set(fleetRows.map(rowName)).size).toBe(fleetRows.length);
    for (const { variant } of fleetRows) expect(nameOf(variantNamed(variant))).toBe(variant);
    expect(fleetRows).toContainEqual(sampleRow);
  });

  test('are found by their name, by words in another order, and by Kubernetes', () => {
    expect(rowsNamed([])).toEqual(fleetRows);
    for (const row of fleetRows) expect(rowsNamed([rowName(row)])).toContain(row);
    expect(rowsNamed(['1.37'])).toEqual(fleetRows.filter(({ kubernetes }) => kubernetes === '1.37'));
    expect(() => rowsNamed(['windows'])).toThrow(
      `the fleet has no "windows"; it has ${fleetRows.map(rowName).join(', ')}`,
    );
  });
});

describe('the table', () => {
  const [first, second] = fleetRows as [FleetRow, FleetRow];

  test('has a row for each kind of host, and names those that were not run', () => {
    const text = fleetMarkdown(fleetRows, [result(first)]);
    expect(text).toContain(
      `| ${first.variant} | ${first.kubernetes} | passed | passed | passed | passed | passed | passed | 4.3 | 2026-11-30 | abc1234 |`,
    );
    expect(text).toMatch(new RegExp(`^Not run yet: .*${rowName(second)}`, 'm'));
    expect(text).not.toContain('## Failures');
    expect(text).toContain(`**${rowName(first)}**: distribution Debian, sudo Sudo 1.9`);
  });

  test('says what failed and why, in one line that is no markup', () => {
    const cases = [
      { name: 'preflight', passed: true },
      { name: 'deploy', passed: false, reason: 'a\n| b `c`' },
    ];
    const text = fleetMarkdown(fleetRows, [result(first, { cases })]);
    expect(text).toContain('| passed | **failed** | – | – | – | – |');
    expect(text).toContain(`- ${rowName(first)}, deploy: a \\| b \\\`c\\\``);
  });

  test('of the hosts that were tried has those alone of which every case passed', () => {
    const versions = {
      distribution: 'Debian 12',
      kubeadm: 'v1.34.4',
      etcd: '3.6.5-0',
      sudo: 'Sudo version 1.9.13',
      coreutils: '9.1 GNU',
    };
    const failed = result(second, { cases: [{ name: 'preflight', passed: false }] });
    const [, , ...rows] = triedHosts([result(first, { versions }), failed]).split('\n');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(
      /^\| `bookworm` \| v1\.34\.4 \| 3\.6\.5-0 \| distribution Debian 12, .*coreutils 9\.1, sudo 1\.9\.13, .* \| 2026-11-30 \|$/,
    );
  });

  test('keeps the rows of an earlier run that were not run again', () => {
    const old = [result(second), result(first)];
    const anew = [result(second, { commit: 'new' })];
    expect(merged(fleetRows, old, anew).map(({ commit }) => commit)).toEqual(['abc1234', 'new']);
    expect(merged([first], old, anew).map(rowName)).toEqual([rowName(first)]);
  });

  test('a row passed if every case did', () => {
    expect(rowPassed({ cases: passed })).toBe(true);
    expect(rowPassed({ cases: passed.slice(1) })).toBe(false);
    expect(rowPassed({ cases: [{ name: 'hosts', passed: false }] })).toBe(false);
  });

  test('in lab/FLEET.md is that of the results in lab/fleet.json', async () => {
    const results = JSON.parse(read('lab/fleet.json')) as RowResult[];
    const options = { ...(await resolveConfig('lab/FLEET.md')), filepath: 'lab/FLEET.md' };
    expect(read('lab/FLEET.md')).toBe(await format(fleetMarkdown(fleetRows, results), options));
  });
});

describe("jest's report", () => {
  const test1 = { title: 'deploy', status: 'passed', failureMessages: [] };

  test('gives a result for each case, with the first line of what went wrong', () => {
    const test2 = {
      title: 'health',
      status: 'failed',
      failureMessages: ['\u001b[31m\n  Error: no quorum\n at x'],
    };
    expect(casesOf({ testResults: [{ message: '', assertionResults: [test1, test2] }] })).toEqual([
      { name: 'deploy', passed: true },
      { name: 'health', passed: false, reason: 'Error: no quorum' },
    ]);
  });

  test('a case that was skipped did not pass', () => {
    const skipped = { title: 'deploy', status: 'pending', failureMessages: [] };
    expect(casesOf({ testResults: [{ message: '', assertionResults: [skipped] }] })).toEqual([
      { name: 'deploy', passed: false, reason: 'pending' },
    ]);
  });

  test('hosts that did not come up are a failure of their own', () => {
    expect(casesOf({ testResults: [{ message: 'no boot', assertionResults: [] }] })).toEqual([
      { name: 'hosts', passed: false, reason: 'no boot' },
    ]);
  });
});

test('the cases are the titles of the tests, in their order', () => {
  const titles = [...read('test/fleet/fleet.test.ts').matchAll(/^test\('([^']+)'/gm)].map(
    ([, title]) => title,
  );
  expect(titles).toEqual([...fleetCases]);
});
