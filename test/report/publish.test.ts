import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Check, checkOf } from '../../src/checks/check.ts';
import type { Operation } from '../../src/engine/operation.ts';
import { assessHealth, UnhealthyError } from '../../src/etcd/health/health.ts';
import { RefusedError } from '../../src/findings.ts';
import { leafPath } from '../../src/kubeadm/paths.ts';
import { assessDeeply, health } from '../../src/operations/health/health.ts';
import { publishCheckup } from '../../src/operations/health/report/publish.ts';
import { describePlan } from '../../src/plan/describe-plan.ts';
import { deploy, reportDeploy } from '../../src/operations/deploy/deploy.ts';
import { OPERATIONS } from '../../src/operations/index.ts';
import { preflight, reportPreflight } from '../../src/operations/preflight/preflight.ts';
import { OUTPUTS, outputsOfGroups } from '../../src/report/outputs-table.ts';
import { publishFailure, publishPlan } from '../../src/report/publish.ts';
import { RunRecord } from '../../src/report/run-report.ts';
import { Timeline } from '../../src/run/timeline.ts';
import { Redactor } from '../../src/runner/masking/redaction.ts';
import { findingErrors, memberErrors, reportErrors } from '../checks/schema.ts';
import { Lines } from '../engine/stand-ins.ts';
import { observation, PORTS } from '../etcd/observations.ts';
import { parseKeyValueFile } from '../github/file-commands.ts';
import { settingsOf } from '../inputs/given.ts';
import { thresholds } from '../operations/health/example-documents.ts';
import { healthFacts, silent } from '../operations/health/sample-facts.ts';
import { checksOf } from '../operations/preflight/example.ts';
import { createPlan, oldLeaf } from '../plan/sample.ts';

/*
 * Whichever operation sets an output, it is of one form: docs/health-report.v1.schema.json describes the report, each of its
 * `members`, and each of the `findings`.
 */

const folder = mkdtempSync(join(tmpdir(), 'publish-'));
const variables = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary.md') };
const before = { ...process.env };
beforeEach(() => {
  for (const [name, file] of Object.entries(variables)) {
    writeFileSync(file, '');
    process.env[name] = file;
  }
  process.env['RUNNER_TEMP'] = folder;
});
afterAll(() => {
  process.env = before;
  rmSync(folder, { recursive: true });
});

const settings = settingsOf({ 'upload-artifacts': 'false' });
const log = new Lines();
const means = {
  redactor: new Redactor(() => undefined),
  log,
  timeline: new Timeline(() => 0),
  record: new RunRecord(),
  startedAt: new Date('2026-06-01T00:00:00Z'),
};

function outputs(): Map<string, string> {
  return new Map(parseKeyValueFile(readFileSync(variables.GITHUB_OUTPUT, 'utf8')));
}

function output(name: string): unknown {
  return JSON.parse(outputs().get(name) ?? 'null');
}

/** The first line of the job summary. */
function headline(): string {
  return readFileSync(variables.GITHUB_STEP_SUMMARY, 'utf8').split('\n')[0] ?? '';
}

/** What of the outputs that are set is against their schema. */
function problems(): string[] {
  const forms = { 'health-report': reportErrors, members: memberErrors, findings: findingErrors };
  return Object.entries(forms).flatMap(([name, errors]) =>
    outputs().has(name) ? errors(output(name)).map((error) => `${name}${error}`) : [],
  );
}

/** Outputs that are set, and that the operation does not declare. */
function undeclared({ outputs: groups }: Pick<Operation, 'outputs'>): string[] {
  const declared: readonly string[] = outputsOfGroups(groups);
  return [...outputs().keys()].filter((name) => !declared.includes(name));
}

/** What the runner is told of a preflight with these findings. */
async function failed(findings: readonly Check[]): Promise<string[]> {
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  await reportPreflight({ findings, connections: [] }, settings, means, { error: say, setFailed: say });
  return said;
}

describe('outputs are of one form', () => {
  test('of a deploy', async () => {
    const plan = createPlan();
    const names = plan.members.after.map(({ name }) => name);
    const health = assessHealth(
      names.map((name, index) => ({ ...observation(index), name })),
      PORTS,
      means.startedAt,
    );
    const document = describePlan({ plan, operation: 'deploy', facts: new Map() });
    const certificate = leafPath('server', 'certificate');
    const outcome = {
      plan,
      document,
      dryRun: false,
      changed: true,
      unfinished: [],
      health,
      publicFiles: new Map([[names[0] ?? '', new Map([[certificate, oldLeaf.certificatePem]])]]),
      backups: [],
      connections: [],
    };
    await publishPlan(outcome, reportDeploy(outcome), settings, means);
    expect(problems()).toEqual([]);
    expect([...outputs().keys()]).toEqual(expect.arrayContaining(['health-report', 'members', 'findings']));
    expect(outputs().get('healthy')).toBe(String(health.healthy));
    const report = output('health-report') as { members: unknown; certificates: { where: string }[] };
    expect(output('members')).toEqual(report.members);
    expect(report.certificates.map(({ where }) => where)).toEqual([certificate]);
    expect(undeclared(deploy)).toEqual([]);
  });

  test('of a preflight, in the log too', async () => {
    const findings = checksOf({
      allSeen: { memoryBytes: 1024 ** 3 },
      facts: { images: [], sandboxImage: 'registry.k8s.io/pause:3.9' },
    });
    expect(findings.map(({ status }) => status)).toEqual(['warn', 'warn', 'warn', 'ok', 'ok']);
    await reportPreflight({ findings, connections: [] }, settings, means);
    expect(problems()).toEqual([]);
    expect(undeclared(preflight)).toEqual([]);
    expect(headline()).toMatch(/^## ⚠️ .* was examined, with warnings; nothing was changed on any host$/);
    expect(output('findings')).toEqual(findings);
    for (const { measured, cause, fix, notice } of findings) {
      for (const words of [measured, cause, fix, notice].filter((one) => one !== null)) {
        expect(log.lines.join('\n')).toContain(words);
      }
    }
    expect(log.lines).toContain(
      "WARN [infra1] Memory: it has 1 GiB of memory; kubeadm asks for 1.7 GiB, etcd's documentation for 8 GiB under load.",
    );
    expect(readFileSync(variables.GITHUB_STEP_SUMMARY, 'utf8')).toContain(
      '- ⚠️ **<code>infra1</code> Memory**: ',
    );
  });

  test('of a preflight that fails, whose failures are annotations', async () => {
    const findings = checksOf({
      facts: { listeners: new Map([[2380, 'nginx']]) },
      seen: { swaps: [{ device: '/swap.img', bytes: 1024 ** 3 }] },
    });
    const [verdict, ...errors] = await failed(findings);
    expect(problems()).toEqual([]);
    expect(headline()).toMatch(
      /^## ❌ .*: the hosts are not ready for a deploy; nothing was changed on any host$/,
    );
    expect(verdict).toBe('etcd-ha-action: the hosts are not ready for a deploy (2 findings)');
    expect(errors).toEqual([
      expect.stringMatching(/^\[infra1\] ports: TCP port 2380.*"nginx".* Usual cause: .* Fix: /),
      expect.stringMatching(/^\[infra1\] swap: swap is on \(\/swap\.img, 1 GiB\); .* Usual cause: .* Fix: /),
    ]);
  });

  test('of a health check', async () => {
    const figures = { clusterName: 'etcd', durationMs: 812, metricsWindowSeconds: null };
    const report = assessDeeply(healthFacts({ 2: silent(2) }), thresholds, figures);
    const said: string[] = [];
    const say = (message: string): void => void said.push(message);
    const sink = { error: say, warning: say, setFailed: say, startGroup: say, endGroup: () => undefined };
    await publishCheckup(report, settings, means, sink);
    expect(problems()).toEqual([]);
    expect(undeclared(health)).toEqual([]);
    expect(output('health-report')).toEqual(JSON.parse(JSON.stringify(report)));
    expect(output('findings')).toEqual(
      report.checks.filter(({ status, notice }) => status !== 'ok' || notice !== null),
    );
  });
});

describe('an operation that fails', () => {
  const finding = { code: 'host-too-slow', at: 'probe', fact: 'it does not answer.' } as const;
  const unhealthy = assessHealth([observation(0)], PORTS, means.startedAt);
  const errors = [new RefusedError('it was refused', [finding]), new UnhealthyError(unhealthy)];

  test.each(OPERATIONS)('$name sets no output that it does not declare', async (operation) => {
    for (const error of errors) {
      const failure = { title: 'it failed', findings: [finding] };
      await publishFailure(error, failure, settings, means, operation.outputs);
      expect(problems()).toEqual([]);
      expect(undeclared(operation)).toEqual([]);
      expect(outputs().get('changed')).toBe('false');
    }
  });

  test('before it is known which it was, all that is known is set', async () => {
    const failure = { title: 'it failed', findings: [finding] };
    await publishFailure(errors[0], failure, undefined, means);
    expect(Object.fromEntries(outputs())).toEqual({ verdict: 'refuse', healthy: 'false', changed: 'false' });
  });
});

// The description of the output is all that a user of action.yml reads of it.
test('the output findings is described by the fields of a check', () => {
  const fields = [...OUTPUTS.findings.description.matchAll(/`([a-z]+)`/g)].map(([, name]) => name);
  const check = checkOf('quorum', null)('ok', { measured: 'x' });
  const isField = (name: string | undefined): boolean => name !== undefined && name in check;
  const listed = fields.slice(fields.indexOf('name'));
  expect(listed.filter(isField).toSorted()).toEqual(Object.keys(check).toSorted());
  expect(fields.filter((name) => !isField(name))).toEqual(['ok']);
});
