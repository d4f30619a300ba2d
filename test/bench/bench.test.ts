import { describe, expect, test } from '@jest/globals';
import { Samples, type Measured } from '../../bench/figures.ts';
import { goalsOf } from '../../bench/goals.ts';
import { isForTheRecord, isWanted, parseOptions, parts, type BenchOptions } from '../../bench/options.ts';
import { plot } from '../../bench/plot/plot.ts';
import { ticksUpTo } from '../../bench/plot/svg.ts';
import { document, type Results } from '../../bench/results.ts';
import { parseXml } from '../operations/health/report/xml.ts';

function samples(...runs: readonly Measured[]): Samples {
  const all = new Samples();
  for (const run of runs) all.add(run);
  return all;
}

function results(changes: Partial<Results> = {}): Results {
  return {
    date: new Date('2026-11-26T12:00:00Z'),
    machine: '2 cores <of "some" kind> & more',
    loadBefore: 0.1,
    runs: 5,
    byRoundTrip: new Map([
      [0, samples({ floor: 2000, deploy: 2500, guide: 10_000 })],
      [20, samples({ floor: 2000, deploy: 3000, ansible: 14_000, rerun: 900, health: 1600 })],
    ]),
    byMembers: new Map([
      [3, samples({ floor: 2000, deploy: 3000 })],
      [9, samples({ floor: 6000, deploy: 8000 })],
    ]),
    startUp: samples({ firstInputRead: 80 }),
    failures: [],
    ...changes,
  };
}

test('the median of an even number of runs lies between the two in the middle', () => {
  const four = samples({ floor: 4 }, { floor: 1 }, { floor: 2 }, { floor: 10 });
  expect(four.spread('floor')).toEqual({ median: 3, min: 1, max: 10 });
  expect(four.spread('deploy')).toBeUndefined();
});

describe('goals', () => {
  test('each is reported as met or missed by what was measured', () => {
    expect(goalsOf(results()).map(({ text, reached, met }) => [text, reached, met])).toEqual([
      ['our deploy ÷ floor ≤ 1.25 at 0 ms', '1.25', true],
      ["the guide's shell ÷ our deploy ≥ 3.5 at 0 ms", '4.00', true],
      ['our deploy ÷ floor ≤ 1.4 at 20 ms', '1.50', false],
      ['Ansible ÷ our deploy ≥ 5 at 20 ms', '4.67', false],
      ['our re-run without change ≤ 2.00 s at 20 ms', '0.90 s', true],
      ['our health check ≤ 1.50 s at 20 ms', '1.60 s', false],
      ['9 members ÷ their floor no worse than 3 ÷ theirs', '1.33 and 1.50', true],
      ['start-up ≤ 200 ms', '80 ms', true],
    ]);
  });

  test('nothing is reported that was not measured', () => {
    expect(goalsOf(results({ byRoundTrip: new Map(), byMembers: new Map(), startUp: samples() }))).toEqual(
      [],
    );
  });
});

describe('the picture', () => {
  test('is well-formed whatever the machine is called, names every contender, and knows dark pages', () => {
    const svg = plot(results());
    parseXml(`<?xml version="1.0" encoding="UTF-8"?>\n${svg}`);
    for (const name of [
      'floor',
      'etcd-ha-action',
      'Ansible',
      'the guide by hand',
      'health check',
      'run again',
    ]) {
      expect(svg).toContain(name);
    }
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('2 cores &lt;of &quot;some&quot; kind&gt; &amp; more');
  });

  test('leaves out what was not measured', () => {
    const svg = plot(results({ byMembers: new Map() }));
    expect(svg).not.toContain('More members');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test.each([
    [3.6, [0, 1, 2, 3, 4]],
    [78, [0, 20, 40, 60, 80]],
    [0.9, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [10, [0, 2, 4, 6, 8, 10]],
  ])('an axis up to %d has round numbers', (most, ticks) => {
    expect(ticksUpTo(most)).toEqual(ticks);
  });
});

test('the record shows picture, ratios and remarks', () => {
  const text = document(results(), 'What remains.');
  expect(text).toContain('](results.svg)');
  expect(text).toContain('| **Our deploy ÷ floor** | **1.25** | **1.50** |');
  expect(text).toContain('What remains.');
  expect(text).not.toContain('Not counted');
});

test('the record tells what failed', () => {
  const text = document(results({ failures: ['round 2 of 5, 3 hosts, 20 ms, ansible'] }), '');
  expect(text).toContain('Not counted, because it failed:\n\n- round 2 of 5, 3 hosts, 20 ms, ansible\n');
});

describe('the command line', () => {
  test('has defaults for everything', () => {
    expect(parseOptions([])).toEqual({
      runs: 5,
      roundTripsMs: [0, 20, 80],
      members: [3, 5, 7, 9],
      only: parts.map((part) => ({ part })),
    });
    expect(parseOptions(['--only', 'floor,ours', '--round-trip', '5', '--out', '/somewhere'])).toMatchObject({
      only: [{ part: 'floor' }, { part: 'ours' }],
      roundTripsMs: [5],
      out: '/somewhere',
    });
    expect(parseOptions(['--help'])).toBeUndefined();
  });

  test.each([
    [['--runs', '0'], '--runs'],
    [['--runs', '1.5'], '--runs'],
    [['--round-trip', '0,'], '--round-trip'],
    [['--members', '3,10'], '--members'],
    [['--only', 'all'], '--only'],
    [['--only', ''], '--only'],
    [['--only', 'guide@'], '--only'],
    [['--only', 'guide@-1'], '--only'],
    [['--only', 'guide@1@2'], '--only'],
    [['--fast'], '--fast'],
  ])('%j is refused', (argv, option) => {
    expect(() => parseOptions(argv)).toThrow(option);
  });

  test('a part can be asked for at some round trips alone', () => {
    const { only = [] } = parseOptions(['--only', 'ours, guide@0,guide@20']) ?? {};
    expect([0, 20, 80].map((ms) => [isWanted('ours', only, ms), isWanted('guide', only, ms)])).toEqual([
      [true, true],
      [true, true],
      [true, false],
    ]);
    expect([isWanted('guide', only), isWanted('floor', only), isWanted('floor', only, 0)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each([
    [[], true],
    [['--runs', '7', '--round-trip', '0,20,80,150'], true],
    [['--runs', '4'], false],
    [['--round-trip', '0,20'], false],
    [['--members', '3,9'], false],
    [['--only', 'ours,floor'], false],
    [['--only', 'start-up,ours,floor,guide@0,guide@20,guide@80,ansible,members'], false],
  ])('results of %j are for the record: %j', (argv, isForIt) => {
    expect(isForTheRecord(parseOptions(argv) as BenchOptions)).toBe(isForIt);
  });
});
