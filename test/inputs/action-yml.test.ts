import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { OPERATIONS } from '../../src/operations/index.ts';
import { definitionOf, inputNames } from '../../src/inputs/table/table.ts';
import { outputNames } from '../../src/report/outputs-table.ts';
import { readActionMetadata } from '../github/action-metadata.ts';

const operationNames = OPERATIONS.map(({ name }) => name);

/** The parts of action.yml that the code must agree with: the runner takes them from there, users read them there. */
interface ActionFile {
  readonly inputs: Record<string, { description?: string; default?: string; required?: boolean }>;
  readonly outputs: Record<string, { description?: string }>;
  readonly runs: Record<string, string>;
  readonly branding: { icon: string; color: string };
}

const action = parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')) as ActionFile;

test('the inputs are those that the code reads, in the same order', () => {
  expect(Object.keys(action.inputs)).toEqual(inputNames);
});

describe.each(inputNames)('%s', (name) => {
  test('has the default and the need that the code has', () => {
    const { default: value, required } = action.inputs[name] ?? {};
    const definition = definitionOf(name);
    expect({ value, required }).toEqual({ value: definition.default, required: definition.required });
  });

  test('is described', () => {
    expect(action.inputs[name]?.description).toMatch(/^[A-Z`].{20,}[.)]$/s);
  });
});

test('the outputs are those that the code writes, each described', () => {
  expect(Object.keys(action.outputs)).toEqual(outputNames);
  for (const { description } of Object.values(action.outputs))
    expect(description).toMatch(/^[A-Z`].{10,}\.$/s);
});

// The runner refuses an action with one, wherever it stands (actions/runner, ActionManifestManager.cs).
test.each(['.', ...operationNames])('there is no expression in %s/action.yml', (folder) => {
  const file = new URL(`../../${folder}/action.yml`, import.meta.url);
  expect(readFileSync(file, 'utf8')).not.toContain('${{');
});

test('post has an entry of its own to the one bundle, on Node 24, without a pre step', () => {
  expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js', post: 'dist/post.js' });
});

/** Inputs about one operation alone. */
const OF_HEALTH = [
  'health-probe',
  'deadline',
  'metrics-window',
  'fail-on',
  'certificate-warning-days',
  'certificate-failure-days',
  'latency-warning-ms',
  'fsync-warning-ms',
  'commit-warning-ms',
  'peer-latency-warning-ms',
  'db-quota-warning-percent',
  'db-quota-failure-percent',
  'disk-free-warning-percent',
  'clock-warning-ms',
  'raft-lag-warning',
  'backup-warning-age',
  'history-artifact',
  'github-token',
];

const OF_RESTORE = ['restore-from', 'backup-identity', 'drill'];
const OF_BACKUP = ['backup-recipients', 'backup-path', 'backup-encryption'];

/** What only an operation uses that changes the configuration of the members. */
const OF_DEPLOY = [
  'bootstrap',
  'disk-test',
  'ca-certificate',
  'ca-key',
  'ca-custody',
  'key-algorithm',
  'certificate-validity-days',
  'ca-validity-days',
  'extra-sans',
  'renew-before-days',
  'client-certificate-copied',
  'image-archive',
  'image-repository',
  'registry-username',
  'registry-password',
  'etcd-image-tag',
  'heartbeat-interval',
  'election-timeout',
  'quota-backend-bytes',
  'auto-compaction-mode',
  'auto-compaction-retention',
  'extra-args',
  'patches',
  'kubelet-config',
  'lock-timeout',
];

/** What no use is made of by the operation; written down once more, so that no input comes to it or is lost by a slip. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  deploy: ['disk-test', ...OF_HEALTH, ...OF_BACKUP, ...OF_RESTORE],
  // it makes no plan to carry out, takes no lock, and uploads nothing
  preflight: [
    'approved-plan',
    'client-certificate-copied',
    ...OF_HEALTH,
    ...OF_BACKUP,
    ...OF_RESTORE,
    'upload-artifacts',
    'artifact-name',
    'artifact-retention-days',
    'lock-timeout',
  ],
  health: [
    'dry-run',
    'approved-plan',
    ...OF_DEPLOY.filter((name) => name !== 'ca-certificate'),
    ...OF_BACKUP,
    ...OF_RESTORE,
  ],
  // it takes no lock
  backup: [...OF_DEPLOY, ...OF_HEALTH, ...OF_RESTORE],
  restore: ['bootstrap', 'disk-test', ...OF_HEALTH, ...OF_BACKUP],
};

const BACKUP_OUTPUTS = [
  'backup-path',
  'backup-manifest',
  'backup-revision',
  'backup-sha256',
  'backup-verified',
];

/** What the operation does not set, written down once more for the same reason. */
const NOT_SET: Readonly<Record<string, readonly string[]>> = {
  deploy: ['status', 'summary', 'failure-tolerance', 'report-path', ...BACKUP_OUTPUTS],
  preflight: [
    'healthy',
    'endpoints',
    'members',
    'status',
    'summary',
    'failure-tolerance',
    'leader',
    'cluster-id',
    'verdict',
    'plan',
    'plan-digest',
    'health-report',
    'report-path',
    ...BACKUP_OUTPUTS,
    'ca-certificate',
    'ca-fingerprint',
    'certificates-expire-at',
    'external-etcd-config',
    'artifact-id',
    'artifact-url',
  ],
  health: [
    'verdict',
    'plan',
    'plan-digest',
    ...BACKUP_OUTPUTS,
    'ca-certificate',
    'ca-fingerprint',
    'external-etcd-config',
  ],
  restore: ['status', 'summary', 'failure-tolerance', 'report-path', ...BACKUP_OUTPUTS],
  backup: [
    'status',
    'summary',
    'failure-tolerance',
    'report-path',
    'ca-certificate',
    'ca-fingerprint',
    'external-etcd-config',
  ],
};

describe.each(operationNames)('the sub-action %s', (name) => {
  const folder = new URL(`../../${name}/`, import.meta.url);
  const sub = parse(readFileSync(new URL('action.yml', folder), 'utf8')) as ActionFile;
  const { operation, ...inputs } = sub.inputs;

  test('is this operation', () => {
    expect(operation?.default).toBe(name);
  });

  test('has exactly the inputs of its operation, as action.yml has them', () => {
    const left = inputNames.filter((input) => !(LEFT_OUT[name] ?? []).includes(input));
    expect(Object.keys(sub.inputs)).toEqual(left);
    expect(inputNames.length - left.length).toBe((LEFT_OUT[name] ?? []).length);
    for (const [input, declared] of Object.entries(inputs)) expect(declared).toEqual(action.inputs[input]);
  });

  test('has exactly the outputs of its operation, as action.yml has them', () => {
    const left = outputNames.filter((output) => !(NOT_SET[name] ?? []).includes(output));
    expect(Object.keys(sub.outputs)).toEqual(left);
    expect(outputNames.length - left.length).toBe((NOT_SET[name] ?? []).length);
    for (const output of left) expect(sub.outputs[output]).toEqual(action.outputs[output]);
  });

  test('runs the one bundle', () => {
    expect(sub.runs).toEqual({ using: 'node24', main: '../dist/index.js', post: '../dist/post.js' });
    const whole = readActionMetadata(fileURLToPath(new URL('..', folder)));
    expect(readActionMetadata(fileURLToPath(folder))).toMatchObject({ main: whole.main, post: whole.post });
  });
});

test('every input is used by an operation, every output set by one', () => {
  const subs = operationNames.map(
    (name) => parse(readFileSync(new URL(`../../${name}/action.yml`, import.meta.url), 'utf8')) as ActionFile,
  );
  const used = subs.flatMap(({ inputs }) => Object.keys(inputs));
  expect(inputNames.filter((name) => !used.includes(name))).toEqual([]);
  const set = subs.flatMap(({ outputs }) => Object.keys(outputs));
  expect(outputNames.filter((name) => !set.includes(name))).toEqual([]);
});
