import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOES_NOTHING, runAct } from './act.ts';

// test/e2e, which has act's binary, covers act's own behaviour; these tests cover its command line.
const FAKE_ACT = join(import.meta.dirname, 'fixtures/fake-act.sh');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'act-test-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A developer's folder, with more in it than a release. */
function makeAction(): string {
  const action = join(folder, 'developer');
  for (const name of ['dist', 'health', 'src', 'node_modules'])
    mkdirSync(join(action, name), { recursive: true });
  writeFileSync(
    join(action, 'action.yml'),
    'runs: { using: node24, main: dist/index.js, post: dist/index.js }',
  );
  writeFileSync(join(action, 'health/action.yml'), 'runs: { using: node24, main: ../dist/index.js }');
  for (const name of ['dist/index.js', 'package.json', 'src/index.ts', 'secret.pem']) {
    writeFileSync(join(action, name), '');
  }
  return action;
}

test('act sees the released files, the workflow, the values and Node 24', async () => {
  const work = join(folder, 'work');
  mkdirSync(work);
  const { exitCode, log } = await runAct({
    act: FAKE_ACT,
    action: makeAction(),
    workflow: 'on: workflow_dispatch\n',
    secrets: { KEY: 'two\nlines' },
    variables: { CA: 'public' },
    workFolder: work,
  });
  expect(exitCode).toBe(3);
  expect(log).toEqual([
    `node ${process.version} home ${work}/home`,
    'all',
    'on: workflow_dispatch',
    'argument workflow_dispatch',
    'argument --platform',
    'argument ubuntu-latest=-self-hosted',
    'argument --platform',
    'argument self-hosted=-self-hosted',
    'argument --local-repository',
    `argument org/etcd-ha-action@v1=${work}/action`,
    'action.yml',
    'dist',
    'health',
    'package.json',
    'argument --secret-file',
    `argument ${work}/secrets.yaml`,
    '600 {"KEY":"two\\nlines"}',
    'argument --var-file',
    `argument ${work}/variables.yaml`,
    '600 {"CA":"public"}',
    'argument --input-file',
    `argument ${work}/inputs.yaml`,
    '600 {}',
    'argument --env-file',
    `argument ${work}/env.yaml`,
    '600 {}',
    'argument --no-cache-server',
  ]);
  expect(existsSync(join(work, 'secrets.yaml'))).toBe(false);
});

test('a command in front, the payload of the event, files and programs', async () => {
  const work = join(folder, 'work');
  mkdirSync(work);
  const script = join(folder, 'gh.js');
  writeFileSync(script, 'console.log(process.argv.slice(2).join())');
  const { log } = await runAct({
    act: FAKE_ACT,
    action: makeAction(),
    workflow: '',
    event: 'pull_request',
    payload: { number: 7 },
    files: { 'etcd/inventory.yml': 'hosts' },
    programs: { gh: script },
    standIns: { 'other/action@v1': DOES_NOTHING },
    job: 'plan',
    wrap: (argv) => ['echo', ...argv],
    workFolder: work,
  });
  expect(log).toHaveLength(1);
  expect(log[0]).toContain(`fake-act.sh pull_request --job plan --platform`);
  expect(log[0]).toContain(` --local-repository other/action@v1=${work}/stand-ins/other/action@v1 `);
  expect(readFileSync(join(work, 'stand-ins/other/action@v1/action.yml'), 'utf8')).toBe(DOES_NOTHING);
  expect(log[0]).toContain(`--eventpath ${work}/event.yaml --no-cache-server`);
  expect(readFileSync(join(work, 'event.yaml'), 'utf8')).toBe('{"number":7}');
  expect(readFileSync(join(work, 'repository/etcd/inventory.yml'), 'utf8')).toBe('hosts');
  expect(execFileSync(join(work, 'bin/gh'), ['issue', 'list'], { encoding: 'utf8' })).toBe('issue,list\n');
});
