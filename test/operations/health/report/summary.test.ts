import { describe, expect, test } from '@jest/globals';
import type { HealthDocument } from '../../../../src/checks/health-document.ts';
import { healthSummary, reportMarkdown } from '../../../../src/operations/health/report/files.ts';
import { flowchart } from '../../../../src/operations/health/report/words.ts';
import { summaryLimitBytes } from '../../../../src/report/markdown.ts';
import { degradedDocument, healthyDocument } from '../example-documents.ts';
import { hostileDocument, largeDocument } from './samples.ts';

/** Returns the text as people read it: without the character references that escape Markdown. */
function read(markdown: string): string {
  return markdown.replaceAll(/&#(\d+);/g, (_all, number: string) => String.fromCharCode(Number(number)));
}

function section(heading: string, markdown: string): string {
  return markdown.split('### ').find((part) => part.startsWith(`${heading}\n`)) ?? '';
}

/** Reports whether every fold and every fence is closed, in its order. */
function isWhole(markdown: string): boolean {
  const open: string[] = [];
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) {
      if (open.at(-1) === '```') open.pop();
      else open.push('```');
    }
    if (line === '<details>') open.push(line);
    if (line === '</details>' && open.pop() !== '<details>') return false;
  }
  return open.length === 0;
}

describe('the summary', () => {
  test.each([
    ['ok', '✅'],
    ['warn', '⚠️'],
    ['fail', '❌'],
    ['unknown', '❔'],
  ] as const)('%s: the first line is the verdict', (status, icon) => {
    const [line] = healthSummary({ ...healthyDocument(), status, summary: 'So it is.' }).split('\n');
    expect(line).toBe(`## ${icon} etcd cluster <code>production</code>: So it is.`);
  });

  test('its parts, in the order in which they are needed', () => {
    const headings = (markdown: string): string[] =>
      [...markdown.matchAll(/^### (.*)$/gm)].map(([, one]) => one ?? '');
    expect(headings(healthSummary(degradedDocument(), { trends: ['db grows'] }))).toEqual([
      'Cluster',
      'Members',
      'Findings',
      'Trends',
      'Certificates',
      'What is well',
    ]);
    expect(headings(healthSummary(healthyDocument()))).toEqual([
      'Cluster',
      'Members',
      'Certificates',
      'What is well',
    ]);
  });

  test('links the whole report, which report.md does not', () => {
    const url = 'https://github.com/o/r/actions/runs/1/artifacts/2';
    expect(healthSummary(healthyDocument(), { reportUrl: url })).toContain(`(${url})`);
    expect(healthSummary(healthyDocument())).not.toContain('](http');
    expect(reportMarkdown(healthyDocument())).toBe(healthSummary(healthyDocument()));
  });

  test('the figures of every member, and what could not be seen', () => {
    const rows = section('Members', healthSummary(degradedDocument())).split('\n').slice(4, 7);
    expect(rows).toEqual([
      '| <code>infra0</code> | follower | ❌ fail | 3.6.5 | 61.4 ms | 0.35 ms | 48 ms | 187 MiB / 212 MiB / 2 GiB | 0 |',
      '| <code>infra1</code> | **leader** | ✅ ok | 3.6.5 | 1.5 ms | 0.33 ms | 2.9 ms | 188 MiB / 213 MiB / 2 GiB | 1 |',
      '| <code>infra2</code> | – | ❌ fail, no answer, asked through <code>infra0</code> | – | – | – | – | – | – |',
    ]);
  });

  test('the findings, the worst first, each with its fix; what has one reason is reported once', () => {
    const findings = read(section('Findings', healthSummary(degradedDocument())));
    expect(
      [...findings.matchAll(/<summary>(.*?:.*?)(?: –.*)?<\/summary>/g)].map(([, title]) => title),
    ).toEqual([
      '❌ infra0: Certificate on disk (/etc/kubernetes/pki/etcd/server.crt)',
      '❌ infra2: Endpoint',
      '⚠️ cluster: Quorum',
      '⚠️ infra0: WAL fsync',
      '⚠️ infra2: Host (SSH)',
      '❔ infra2: 7 checks could not be made',
    ]);
    expect(findings).toContain(
      '- **Fix:** Log in to infra2 and look at <code>crictl ps -a --name etcd</code>',
    );
    expect(findings.match(/no SSH connection/g)).toHaveLength(1);
  });

  test('the certificates by the days they have left, each once', () => {
    const rows = section('Certificates', healthSummary(degradedDocument()))
      .split('\n')
      .slice(4)
      .filter(Boolean);
    expect(rows[0]).toBe(
      '| ❌ <code>█░░░░░░░░░░░░░░░░░░░</code> 5 | 2026-11-29 | <code>CN=infra0</code> | <code>infra0</code> <code>/etc/kubernetes/pki/etcd/server.crt</code> |',
    );
    expect(rows.at(-1)).toContain('<code>CN=etcd-ca</code> (CA) | <code>infra0</code>, <code>infra1</code> ');
  });

  test('a certificate that has ended says so, one that ends soon warns', () => {
    const document = healthyDocument();
    const [one] = document.certificates;
    const icons = [-1, 6, 7, 29, 30].map((daysLeft) => {
      const certificates = one === undefined ? [] : [{ ...one, daysLeft }];
      return section('Certificates', healthSummary({ ...document, certificates }))
        .split('\n')[4]
        ?.split(' ')[1];
    });
    expect(icons).toEqual(['❌', '❌', '⚠️', '⚠️', '✅']);
  });

  test('nothing from outside means anything in Markdown or HTML', () => {
    const summary = healthSummary(hostileDocument());
    expect(isWhole(summary)).toBe(true);
    expect(summary).not.toMatch(/<img|\*\*c|@d|\[e\]/);
    const columns = section('Members', summary)
      .split('\n')
      .slice(2)
      .filter((line) => line.startsWith('|'));
    expect(new Set(columns.map((line) => line.split('|').length))).toEqual(new Set([11]));
    expect(columns).toHaveLength(5);
  });
});

describe('too much content', () => {
  test('is left out by whole parts, and it is said', () => {
    const summary = healthSummary(largeDocument(800));
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(summaryLimitBytes);
    expect(isWhole(summary)).toBe(true);
    expect(summary).not.toContain('### What is well');
    expect(summary).toMatch(/_1 part left out: the summary would be longer than GitHub shows\..*_\n$/);
    expect(section('Certificates', summary)).toContain('CN=etcd-ca');
  });

  test('also when every text is as long as can be', () => {
    const document = largeDocument(100);
    const long = '<'.repeat(5000);
    const checks = document.checks.map((check, index) => ({
      ...check,
      measured: `${index} ${long}`,
      fix: long,
    }));
    const summary = healthSummary({ ...document, checks });
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(summaryLimitBytes);
    expect(Buffer.byteLength(summary)).toBeGreaterThan(summaryLimitBytes * 0.9);
    expect(isWhole(summary)).toBe(true);
    expect(summary).toMatch(/_\d+ parts left out/);
  });

  test('of very many findings the first, and how many more there are', () => {
    const summary = healthSummary(largeDocument(20));
    expect(summary.match(/<summary>[❌⚠]/gu)).toHaveLength(100);
    expect(summary).toContain("_And 260 more findings: the report's files have all._");
    expect(summary).not.toContain('left out');
  });

  test('is whole in report.md', () => {
    const document = largeDocument(400);
    const report = reportMarkdown(document);
    expect(Buffer.byteLength(report)).toBeGreaterThan(summaryLimitBytes);
    expect(report.match(/<summary>[❌⚠]/gu)).toHaveLength(2 * 9 * 400);
    expect(report).not.toContain('left out');
  });
});

describe('the picture', () => {
  test('who leads, who is out, how long round trips take', () => {
    expect(flowchart(degradedDocument()).split('\n').slice(0, 7)).toEqual([
      'flowchart LR',
      '  m1["★ infra1<br/>leader<br/>✅ ok"]:::ok',
      '  m0["infra0<br/>follower<br/>❌ fail"]:::fail',
      '  m2["infra2<br/>does not answer"]:::out',
      '  m1 ---|"1.6 ms"| m0',
      '  m1 -.- m2',
      '  m0 -.- m2',
    ]);
    expect(flowchart(degradedDocument())).toContain('class m1 leader');
  });

  test('a member that could not be asked is not out', () => {
    const document = degradedDocument();
    const checks = document.checks.map((check) =>
      check.name === 'endpoint' ? { ...check, status: 'unknown' as const } : check,
    );
    expect(section('Members', healthSummary({ ...document, checks }))).toContain(
      '❌ fail, could not be asked',
    );
    expect(flowchart({ ...document, checks })).toContain(
      'm2["infra2<br/>role unknown<br/>unknown"]:::unknown',
    );
  });

  test('the slower direction counts, and one that is too slow is marked', () => {
    const document = healthyDocument();
    const members = document.members.map((member) => ({
      ...member,
      peers: member.peers.map((peer) => ({ ...peer, p99Ms: member.name === 'infra2' ? 51 : 1 })),
    }));
    expect(edges({ ...document, members })).toEqual([
      'm1 ---|"1 ms"| m0',
      'm1 ---|"⚠️ 51 ms"| m2',
      'm0 ---|"⚠️ 51 ms"| m2',
    ]);
  });

  test('with many members only the ways of the leader', () => {
    expect(edges(largeDocument(0))).toHaveLength(8);
  });

  test('a name means nothing to Mermaid', () => {
    const ids = flowchart(hostileDocument()).split('\n').slice(1, 4);
    for (const line of ids) {
      expect(line).toMatch(/^ {2}m\d\["(?:★ )?[\w.-]+…?<br\/>[a-z ]+(?:<br\/>\S+ [a-z]+)?"\]:::[a-z]+$/u);
    }
  });
});

function edges(document: HealthDocument): string[] {
  return flowchart(document)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => / (?:---|-\.-)/.test(line));
}
