import { describe, expect, test } from '@jest/globals';
import { describePlan } from '../../src/plan/describe-plan.ts';
import type { PlanDocument } from '../../src/plan/document.ts';
import { planLines, renderPlan } from '../../src/report/plan-view.ts';
import { summaryLimitBytes } from '../../src/report/markdown.ts';
import { convergePlan, createPlan, hostsWith, runningHosts, samplePlan } from '../plan/sample.ts';

const converge = describePlan({ plan: convergePlan(), operation: 'deploy', facts: runningHosts() });
const create = describePlan({ plan: createPlan(), operation: 'deploy', facts: hostsWith([]) });
const unchanged = describePlan({
  plan: samplePlan({ verdict: 'unchanged', reasons: ['all is as desired'] }),
  operation: 'deploy',
  facts: runningHosts(),
});

/** Returns the plan with this diff for one file of infra1. */
function withDiff(diff: string): PlanDocument {
  const files = [
    { path: '/etc/x', change: 'replace', mode: '644', diff: `--- /etc/x\n+++ /etc/x\n${diff}` },
  ] as const;
  return {
    ...converge,
    hosts: converge.hosts.map((host) => (host.name === 'infra1' ? { ...host, files } : host)),
  };
}

describe('planLines', () => {
  test('one line when nothing has to be done', () => {
    expect(planLines(unchanged)).toEqual([
      `Plan for the etcd cluster "etcd": unchanged, nothing to do. Plan digest: ${unchanged.digest}`,
    ]);
  });

  test('the health of a cluster is verified only if the plan leaves one', () => {
    const verified = (document: PlanDocument): boolean[] =>
      [planLines(document).join('\n'), renderPlan(document)].map((text) => /cluster is healthy/.test(text));
    expect(verified(create)).toEqual([true, true]);
    expect(verified({ ...create, members: [] })).toEqual([false, false]);
  });

  test('each string is one line', () => {
    for (const line of [...planLines(converge), ...planLines(create)]) expect(line).not.toMatch(/[\r\n]/);
  });

  test('per host the files with their diffs indented, and the restarts', () => {
    const lines = planLines(converge);
    expect(lines[0]).toBe(
      'Plan for the etcd cluster "etcd": converge, apply the differences from the inputs. 1 of 3 hosts changes, 6 files, 1 restart.',
    );
    expect(lines).toContain('infra0 (10.0.0.6): nothing changes');
    const own = lines.slice(
      lines.indexOf('infra1 (10.0.0.7)'),
      lines.indexOf('infra2 (10.0.0.8): nothing changes'),
    );
    expect(own[1]).toBe('  set mode of /etc/kubernetes/pki/etcd/ca.crt, mode 644: mode was 640');
    expect(own).toContain('    +      - name: heartbeat-interval');
    expect(own).toContain('  restart etcd: manifest out, pod gone, new one in');
    expect(own.join('\n')).not.toMatch(/^ *(---|\+\+\+) \//m);
  });

  test('the order with its gates, numbered through', () => {
    const lines = planLines(converge);
    const order = lines.slice(lines.indexOf('Order'), lines.indexOf('Warnings'));
    expect(order.slice(-8)).toEqual([
      '  4. Restart of infra1, one step after the other',
      '    starts only if a majority is healthy without infra1',
      '    infra1: move leadership if it leads (clients then do not wait for an election)',
      '    infra1: restart member (another flag)',
      '    continues only if infra1 is healthy',
      '  Then the run verifies that the cluster is healthy.',
      '  5. Record',
      '    infra1: record member (its files are recorded)',
    ]);
  });

  test('the same step on several hosts at the same time is shown once', () => {
    expect(planLines(create)).toContain('    infra0, infra1, infra2: restart kubelet (guide step 1)');
  });

  test('ends in the digest and how to approve it', () => {
    expect(planLines(converge).at(-1)).toMatch(new RegExp(`approved-plan: ${converge.digest}$`));
  });
});

describe('a diff', () => {
  test('is cut after 200 lines, with a count', () => {
    const document = withDiff(Array.from({ length: 250 }, (_, at) => `+line ${at}`).join('\n'));
    for (const view of [planLines(document).join('\n'), renderPlan(document)]) {
      expect(view).toContain('+line 199');
      expect(view).not.toContain('+line 200');
      expect(view).toContain('… (50 more lines)');
    }
  });

  test('shows characters that would hide something or end the line', () => {
    const document = withDiff('@@ -1 +1 @@\n-a\r\n+a\u202Eb\u200B\tc\n');
    for (const view of [planLines(document).join('\n'), renderPlan(document)]) {
      expect(view).toContain('-a\\u{d}\n');
      expect(view).toContain('+a\\u{202e}b\\u{200b}\tc');
    }
  });

  test('cannot end its block', () => {
    const markdown = renderPlan(withDiff('@@ -1 +1 @@\n+```\n+# not a heading\n'));
    expect(markdown).toContain('````diff\n@@ -1 +1 @@\n+```\n');
  });
});

describe('renderPlan', () => {
  test('the verdict first', () => {
    expect(renderPlan(create)).toMatch(
      /^## 📋 Plan for etcd cluster <code>etcd<\/code>: create, set up a new cluster\n/,
    );
    expect(renderPlan(unchanged)).toMatch(/^## ✅ .*: unchanged, nothing to do\n/);
  });

  test('a table of all hosts, and details of those that change', () => {
    const markdown = renderPlan(converge);
    expect(markdown).toContain('| <code>infra0</code> | <code>10.0.0.6</code> | – | – |');
    expect(markdown).toContain(
      '| <code>infra1</code> | <code>10.0.0.7</code> | 1 with another mode, 1 renewed, 3 replaced, 1 created | etcd: manifest out, pod gone, new one in |',
    );
    expect(markdown.match(/<summary>.*<\/summary>/g)).toEqual(['<summary>infra1: 6 files</summary>']);
  });

  test('gates and order as a numbered list, the verification in its place', () => {
    const items = renderPlan(converge).match(/^\d\. .*$/gm);
    expect(items?.slice(-3)).toEqual([
      '4. **Restart of infra1**, one step after the other',
      '5. **Verify** that the cluster is healthy',
      '6. **Record**',
    ]);
    expect(renderPlan(converge)).toContain('   - 🚦 starts only if a majority is healthy without infra1\n');
  });

  test('how to approve it', () => {
    expect(renderPlan(converge)).toContain(`<code>approved-plan: ${converge.digest}</code>`);
  });

  test('nothing of what hosts and inputs say is taken for Markdown', () => {
    const nasty = '<img src=x> | [a](b) `c`';
    const [first] = converge.hosts;
    if (first === undefined) throw new Error('the example has hosts');
    const markdown = renderPlan({
      ...converge,
      reasons: [nasty],
      warnings: [{ code: 'host-missing', at: nasty, fact: nasty, cause: nasty, fix: nasty }],
      hosts: [
        { ...first, files: [{ path: nasty, change: 'create', mode: '600', note: nasty }], restarts: [nasty] },
      ],
      membership: [nasty],
      stages: [
        {
          title: nasty,
          order: 'together',
          before: nasty,
          after: nasty,
          steps: [{ host: nasty, step: nasty, why: nasty }],
        },
      ],
    });
    expect(markdown).not.toMatch(/<img|\[a\]|`c`/);
  });

  test('a plan that would fill the summary keeps everything but the diffs', () => {
    const lines = Array.from({ length: 150 }, () => `+${'x'.repeat(450)}`).join('\n');
    const { hosts } = withDiff(lines);
    const markdown = renderPlan({ ...converge, hosts: Array.from({ length: 9 }, () => hosts).flat() });
    expect(Buffer.byteLength(markdown)).toBeLessThan(summaryLimitBytes / 2);
    expect(markdown).toContain('The diffs are left out');
    expect(markdown).toContain(converge.digest);
  });
});
