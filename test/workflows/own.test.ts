import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { OPERATIONS } from '../../src/operations/index.ts';
import { filesBelow, read } from '../docs/repository.ts';
import { commonProblems, usesOf } from './common-problems.ts';
import { parseWorkflow, stepsOf, type Permissions } from './workflow.ts';

const FILES = filesBelow('.github/workflows', '.yml');

/** All permissions of our jobs besides reading the sources, with their reasons. */
const GRANTED: Readonly<Record<string, Permissions>> = {
  'codeql.yml analyze': { 'security-events': 'write' },
  'release.yml publish': { contents: 'write', 'id-token': 'write', attestations: 'write' },
  'release.yml move-major': { contents: 'write' },
};

describe.each(FILES)('%s', (file) => {
  const text = read(file);
  const workflow = parseWorkflow(text);

  test('is a good workflow', async () => {
    expect(await commonProblems(text)).toEqual([]);
  });

  test('gives each job what it needs, and no other more than reading', () => {
    expect([{}, { contents: 'read' }]).toContainEqual(workflow.permissions);
    for (const [name, { permissions }] of Object.entries(workflow.jobs)) {
      const granted = GRANTED[`${file.replace('.github/workflows/', '')} ${name}`] ?? {};
      expect({ name, permissions }).toEqual({ name, permissions: { contents: 'read', ...granted } });
    }
  });

  // Code of a pull request runs with the workflow's rights: without secrets, and without a token that stays on the
  // disk.
  test('keeps secrets and the token from code that it runs', () => {
    expect(text).not.toMatch(/pull_request_target|workflow_run|secrets\./);
    for (const { uses = '', with: given } of stepsOf(workflow)) {
      if (uses.startsWith('actions/checkout@')) expect(given).toMatchObject({ 'persist-credentials': false });
    }
  });
});

// Otherwise an npm package, or a script of the repository, could publish or sign something else.
test('no job that may change or sign something runs packages or scripts of the repository', () => {
  const changing = Object.keys(GRANTED).map((job) => job.split(' ') as [string, string]);
  const scripts = changing.flatMap(
    ([file, job]) =>
      parseWorkflow(read(`.github/workflows/${file}`)).jobs[job]?.steps?.map(({ run = '' }) => run) ?? [],
  );
  expect(scripts.length).toBeGreaterThan(5);
  expect(scripts.filter((run) => /\b(npm|npx|node|sh|bash)\b|\.\//.test(run))).toEqual([]);
});

test('the attestation covers everything that runs for users', () => {
  const steps = parseWorkflow(read('.github/workflows/release.yml')).jobs['publish']?.steps ?? [];
  const attest = steps.find(({ uses = '' }) => uses.startsWith('actions/attest@'));
  expect(String(attest?.with?.['subject-path']).trim().split('\n')).toEqual([
    'action.yml',
    ...OPERATIONS.map(({ name }) => `${name}/action.yml`),
    'dist/*',
  ]);
});

test('an action is used in one version everywhere', () => {
  const files = [...FILES, ...filesBelow('workflows-examples', '.yml')];
  const used = files.flatMap((file) => usesOf(read(file))).filter((name) => !name.startsWith('./'));
  const versions = Map.groupBy(new Set(used), (name) => name.split('@')[0]?.split('/').slice(0, 2).join('/'));
  const several = [...versions].filter(([, pins]) => new Set(pins.map((pin) => pin.split('@')[1])).size > 1);
  expect(several).toEqual([]);
});

test('every kind of test is run by a workflow', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const workflows = FILES.map(read).join('\n');
  const verbs = Object.keys(scripts).filter((verb) => verb.startsWith('test:'));
  expect(verbs.length).toBeGreaterThan(3);
  expect(verbs.filter((verb) => !workflows.includes(verb))).toEqual([]);
});

test('dependabot covers the packages, the actions and the builds of the lab', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    updates: { 'package-ecosystem': string; directory?: string; directories?: string[] }[];
  };
  expect(
    updates.map(({ 'package-ecosystem': kind, directory, directories }) => [kind, directory ?? directories]),
  ).toEqual([
    ['npm', '/'],
    ['github-actions', '/'],
    ['gomod', ['/lab/programs/*']],
  ]);
  expect(filesBelow('lab', 'go.mod').every((file) => /^lab\/programs\/[^/]+\/go\.mod$/.test(file))).toBe(
    true,
  );
});
