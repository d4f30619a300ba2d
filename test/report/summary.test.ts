import { describe, expect, test } from '@jest/globals';
import type { RunReport } from '../../src/report/run-report.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { summaryLimitBytes } from '../../src/report/markdown.ts';
import { healthy, plan, succeeded, unhealthy } from './samples.ts';

/** Returns the text as people read it: without the character references that escape Markdown. */
function read(report: RunReport): string {
  return renderSummary(report).replaceAll(/&#(\d+);/g, (_all, number: string) =>
    String.fromCharCode(Number(number)),
  );
}

/** Returns the cells of the table under a heading, without the header. */
function rowsUnder(heading: string, summary: string): string[][] {
  const section = summary.split('### ').find((part) => part.startsWith(heading)) ?? '';
  const [table = ''] = section.split('\n\n').slice(1);
  return table
    .split('\n')
    .slice(2)
    .map((row) => row.slice(2, -2).split(' | '));
}

describe('a run that succeeded', () => {
  test('the first line is the verdict', () => {
    expect(read(succeeded).split('\n')[0]).toBe(
      '## ✅ etcd cluster <code>etcd</code> is healthy; set up by this run',
    );
    expect(read({ ...succeeded, changed: false }).split('\n')[0]).toContain('is healthy; nothing changed');
  });

  test.each([
    ['adopt', 'taken over by this run'],
    ['converge', 'updated by this run to match the inputs'],
    ['repair', 'repaired by this run'],
  ] as const)('%s: the first line says what was done', (verdict, done) => {
    const [line] = read({ ...succeeded, plan: { ...plan, verdict }, done }).split('\n');
    expect(line).toBe(`## ✅ etcd cluster <code>etcd</code> is healthy; ${done}`);
  });

  test('a run that leaves no cluster says nothing of its health', () => {
    const drilled: RunReport = { ...succeeded, operation: 'restore', done: 'compared on a spare host' };
    Reflect.deleteProperty(drilled, 'health');
    expect(read(drilled).split('\n')[0]).toBe(
      '## ✅ etcd cluster <code>etcd</code>: compared on a spare host',
    );
  });

  test('a dry run says its verdict and shows the plan', () => {
    const summary = read({ ...succeeded, outcome: 'planned', changed: false });
    expect(summary.split('\n')[0]).toBe(
      '## ✅ etcd cluster <code>etcd</code> dry run: create, healthy; nothing was changed on any host',
    );
    expect(summary).toContain(plan.digest);
  });

  test('an examination has no plan', () => {
    const examined: RunReport = { ...succeeded, operation: 'preflight', outcome: 'planned' };
    Reflect.deleteProperty(examined, 'plan');
    expect(read(examined).split('\n')[0]).toBe(
      '## ✅ etcd cluster <code>etcd</code> was examined, healthy; nothing was changed on any host',
    );
  });

  test('every member with state, role, latency, version and expiry', () => {
    const rows = rowsUnder('Members', read(succeeded));
    expect(rows).toHaveLength(3);
    expect(rows[1]).toEqual([
      '<code>infra1</code>',
      '<code>https://10.0.0.7:2379</code>',
      '✅ healthy',
      '**leader**',
      '2.2 ms',
      '0.31 ms',
      '3.6.5',
      '2027-11-23 (365 days)',
    ]);
    expect(rows[0]?.[3]).toBe('follower');
  });

  test('a certificate that expires soon, or has, is pointed at', () => {
    const server = succeeded.certificates.filter(({ isCa }) => !isCa);
    const at = (daysLeft: number): string => {
      const certificates = server.map((one) => ({ ...one, daysLeft }));
      return rowsUnder('Members', read({ ...succeeded, certificates }))[0]?.[7] ?? '';
    };
    expect(at(29)).toBe('⚠️ 2027-11-23 (29 days)');
    expect(at(30)).toBe('2027-11-23 (30 days)');
    expect(at(-1)).toBe('❌ expired 2027-11-23');
  });

  test('finished steps, per host, with the span over all hosts', () => {
    expect(rowsUnder('What was done', read(succeeded))).toEqual([
      [
        'Observe',
        'connect',
        '<code>infra0</code> 200 ms<br><code>infra1</code> 250 ms<br><code>infra2</code> 300 ms',
        '320 ms',
      ],
      ['Verify', 'health of the whole cluster', 'runner 90 ms', '90 ms'],
    ]);
  });

  test('the CA, where its key lies, and the configuration for the control plane', () => {
    const summary = read(succeeded);
    expect(summary).toContain('Created by this run, valid until 2036-11-20 (3650 days)');
    expect(summary).toContain('Its key lies on infra0 only');
    expect(renderSummary(succeeded)).toContain(
      '```yaml\napiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n```',
    );
    expect(renderSummary(succeeded)).toContain('(https://github.com/o/r/actions/runs/1/artifacts/2)');
  });
});

describe('a run that did not', () => {
  const finding = {
    code: 'host-missing' as const,
    at: 'hosts',
    fact: 'no host is given.',
    cause: 'empty.',
    fix: 'list them.',
  };
  const refused: RunReport = {
    operation: 'deploy',
    clusterName: 'etcd',
    outcome: 'failed',
    failure: 'The inputs cannot be used',
    changed: false,
    startedAt: '2026-11-23T17:00:00.000Z',
    durationMs: 12,
    steps: [],
    progress: [],
    findings: [finding],
    certificates: [],
  };

  test('refused before anything: verdict, findings with cause and fix, nothing else', () => {
    const summary = read(refused);
    expect(summary.split('\n')[0]).toBe(
      '## ❌ etcd cluster <code>etcd</code>: The inputs cannot be used; nothing was changed on any host',
    );
    expect(summary).toContain(
      '- ❌ **hosts**: no host is given.\n  <br>**Usual cause:** empty.\n  <br>**Fix:** list them.',
    );
    expect(summary.match(/###/g)).toHaveLength(1);
  });

  test('refused before the inputs could be read: unknown values are not named', () => {
    const [line, , facts] = read({ ...refused, operation: '', clusterName: '' }).split('\n');
    expect(line).toContain('## ❌ etcd cluster: The inputs cannot be used');
    expect(facts).toMatch(/^12 ms · begun /);
  });

  test('failed half-way: where each host stands, above the findings', () => {
    const progress = [
      { host: 'infra0', done: ['deliver files'], failed: ['start kubelet'], left: ['start member'] },
      { host: 'infra1', done: ['deliver files', 'start kubelet'], failed: [], left: [] },
    ];
    const summary = read({ ...refused, changed: true, progress });
    expect(rowsUnder('Hosts after the run', summary)).toEqual([
      ['<code>infra0</code>', 'deliver files', 'start kubelet', 'start member'],
      ['<code>infra1</code>', 'deliver files<br>start kubelet', '–', '–'],
    ]);
    expect(summary.indexOf('Hosts after the run')).toBeLessThan(summary.indexOf('What needs attention'));
  });

  test('failed half-way: says so, and marks the step', () => {
    const steps = succeeded.steps.map((step) => ({ ...step, outcome: 'failed' as const }));
    const summary = read({ ...refused, changed: true, steps });
    expect(summary.split('\n')[0]).toContain('hosts may have been changed');
    expect(rowsUnder('What was done', summary)[0]?.[2]).toContain('❌ <code>infra0</code> 200 ms');
  });

  test('not healthy: failures before warnings, missing observations stay open', () => {
    const summary = read({ ...refused, health: unhealthy, findings: unhealthy.findings });
    const marks = summary
      .split('\n')
      .filter((line) => line.startsWith('- '))
      .map((line) => line.slice(2, 30));
    expect(marks).toEqual([
      expect.stringContaining('❌ **<code>infra2</code>'),
      expect.stringContaining('⚠️ **<code>infra0</code>'),
    ]);
    expect(rowsUnder('Members', summary)[2]?.slice(2)).toEqual(['❌ unhealthy', '–', '–', '–', '–', '–']);
  });

  test('healthy with a warning is no plain success', () => {
    const findings = [
      { code: 'member-count' as const, status: 'warn' as const, at: 'hosts', fact: 'one member alone.' },
    ];
    expect(read({ ...succeeded, findings }).split('\n')[0]).toContain('⚠️');
  });
});

describe('text from hosts and users', () => {
  const nasty = '</code><img src=x onerror=alert(1)> | `x` [a](javascript:b) ~~s~~ **b**\n## h\r\n- l\\|<!--';

  test.each([
    [
      'finding',
      {
        findings: [
          { code: 'command-failed' as const, host: nasty, at: nasty, fact: nasty, cause: nasty, fix: nasty },
        ],
      },
    ],
    ['name', { clusterName: nasty, operation: nasty }],
    ['failure', { outcome: 'failed' as const, failure: nasty }],
    [
      'step',
      {
        steps: [
          { stage: nasty, title: nasty, host: nasty, startedMs: 0, durationMs: 1, outcome: 'done' as const },
        ],
      },
    ],
    [
      'member',
      {
        health: {
          ...healthy,
          endpoints: healthy.endpoints.map((one) => ({
            ...one,
            name: nasty,
            endpoint: nasty,
            version: nasty,
          })),
        },
      },
    ],
    ['custody', { authority: { fingerprint: nasty, origin: 'made' as const, keyCustody: nasty } }],
  ])('a %s changes nothing of the form', (_where, changes) => {
    const plain = JSON.parse(
      JSON.stringify(changes).replaceAll(JSON.stringify(nasty).slice(1, -1), 'plain'),
    ) as object;
    // what stands between backticks, such as a command, is in the typewriter face: each beginning has its end
    const withoutCode = (line: string): string => {
      expect(line.match(/<code>/g)?.length).toBe(line.match(/<\/code>/g)?.length);
      return line.replaceAll(/<\/?code>/g, '');
    };
    const form = (report: RunReport): string[] =>
      renderSummary(report)
        .split('\n')
        .map((line) => withoutCode(line).replaceAll(/&#\d+;|<br>|[^<>|*_#`~[\]]/g, ''));
    expect(form({ ...succeeded, ...changes })).toEqual(form({ ...succeeded, ...plain }));
  });

  test('a block of YAML that holds a fence does not end its own', () => {
    const summary = renderSummary({ ...succeeded, externalEtcdConfig: 'a: |\n  ```\n  </details>\n' });
    expect(summary).toContain('````yaml\na: |\n  ```\n  </details>\n````');
  });
});

describe('the limit of the runner', () => {
  test('what comes last is left out first, and that is said', () => {
    const steps = Array.from({ length: 20_000 }, (_, index) => ({
      stage: 's',
      title: `step ${index} ${'x'.repeat(50)}`,
      startedMs: 0,
      durationMs: 1,
      outcome: 'done' as const,
    }));
    const summary = renderSummary({ ...succeeded, steps });
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(summaryLimitBytes);
    expect(summary).toContain('### Members');
    expect(summary).toContain('is left out');
    expect(summary).not.toContain('### What was done');
  });

  test('findings are cut and counted, so that the verdict and the first of them always fit', () => {
    const long = '*'.repeat(100_000);
    const findings = Array.from({ length: 3000 }, (_, index) => ({
      code: 'command-failed' as const,
      ...(index < 2990 && { status: 'warn' as const }),
      host: 'infra0',
      at: `input ${index}`,
      fact: long,
      cause: long,
      fix: long,
    }));
    const summary = renderSummary({ ...succeeded, outcome: 'failed', failure: long, findings });
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(summaryLimitBytes);
    expect(summary).toContain('input 2999');
    expect(summary).toContain('and 2950 more, in the log');
  });
});
