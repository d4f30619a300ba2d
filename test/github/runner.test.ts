import { afterEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runAction } from './runner.ts';
import type { ActionRun, RunOptions } from './runner.ts';

const ECHO_ACTION = join(import.meta.dirname, 'fixtures/echo-action');
const HUSH = 'line one of it\n  line two of it';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runner-test-'));
  folders.push(folder);
  return folder;
}

function run(deeds: string, options: Partial<RunOptions> = {}): Promise<ActionRun> {
  return runAction({
    action: ECHO_ACTION,
    ...options,
    inputs: { do: deeds, secret: 'hush', ...options.inputs },
  });
}

/** Runs an action that waits, and calls `act` once it prints that. */
function runUntilWaiting(deeds: string, act: () => void, options: Partial<RunOptions>): Promise<ActionRun> {
  return run(deeds, { ...options, onLine: (line) => line === 'waiting' && act() });
}

/** Waits until a killed process is gone, or only a zombie remains. */
async function expectGone(pid: string): Promise<void> {
  const status = `/proc/${pid}/status`;
  const isGone = (): boolean => !existsSync(status) || /^State:\s+Z/m.test(readFileSync(status, 'utf8'));
  for (let waited = 0; waited < 2000 && !isGone(); waited += 50) await delay(50);
  expect(isGone()).toBe(true);
}

describe('inputs and environment', () => {
  test('defaults as written, blanks as _, hyphens kept; unknown and deprecated inputs pass, with a warning', async () => {
    const { outputs, annotations } = await run('files', { inputs: { 'old name': 'x', 'a-b': 'y' } });
    expect(JSON.parse(outputs['got'] ?? '')).toEqual({
      INPUT_DO: 'files',
      INPUT_SECRET: 'hush',
      INPUT_PORT: '02379',
      INPUT_OLD_NAME: 'x',
      'INPUT_A-B': 'y',
    });
    expect(annotations.map(({ message }) => message)).toEqual([
      "Input 'old name' has been deprecated with message: use port",
      "Unexpected input(s) 'a-b', valid inputs are ['do', 'secret', 'port', 'old name']",
    ]);
  });

  test('the environment is the runner own one: nothing of this process comes through', async () => {
    process.env['NOT_FOR_THE_ACTION'] = 'x';
    const workFolder = newFolder();
    await run('env', {
      workFolder,
      env: { OF_THE_STEP: 'yes', GITHUB_RUN_ID: 'not this' },
      github: { GITHUB_RUN_ATTEMPT: '3' },
    });
    delete process.env['NOT_FOR_THE_ACTION'];
    const env = JSON.parse(
      readFileSync(join(workFolder, 'work/workspace/workspace/env.json'), 'utf8'),
    ) as Record<string, string>;
    expect(env).toMatchObject({
      OF_THE_STEP: 'yes',
      GITHUB_RUN_ID: expect.stringMatching(/^\d+$/),
      GITHUB_RUN_ATTEMPT: '3',
      GITHUB_ACTION_REPOSITORY: 'org/etcd-ha-action',
      GITHUB_ACTION_REF: 'v1',
      HOME: join(workFolder, 'home'),
      RUNNER_TEMP: join(workFolder, 'work/_temp'),
      RUNNER_OS: 'Linux',
    });
    expect(
      Object.keys(env)
        .filter((name) => !/^(GITHUB|RUNNER|INPUT)_/.test(name))
        .sort(),
    ).toEqual(['CI', 'HOME', 'LANG', 'OF_THE_STEP', 'PATH', 'USER']);
  });

  test('a sub-action runs the same bundle with its own defaults', async () => {
    const { main, post, rawLog } = await runAction({ action: join(ECHO_ACTION, 'health'), inputs: {} });
    expect(main.exitCode).toBe(0);
    expect(post).toBeUndefined();
    expect(rawLog[0]).toContain('"INPUT_DO":"env"');
  });

  test('a command can be put in front', async () => {
    const { rawLog } = await run('env', { wrap: (argv) => ['env', 'WRAPPED=yes', ...argv] });
    expect(rawLog[0]).toContain('"WRAPPED":"yes"');
  });

  test('a bundle that was not built is refused', async () => {
    const action = newFolder();
    writeFileSync(join(action, 'action.yml'), 'runs: { using: node24, main: dist/index.js }');
    await expect(run('files', { action })).rejects.toThrow(`File not found: '${action}/dist/index.js'`);
  });

  test('a program in front that is not there is reported', async () => {
    await expect(run('files', { wrap: () => ['no-such-program'] })).rejects.toThrow('ENOENT');
  });

  test('a Node of another version is refused', async () => {
    const node = join(ECHO_ACTION, '../old-node.sh');
    await expect(run('files', { node })).rejects.toThrow('asks for node24, but');
  });
});

describe('what the action says', () => {
  test('by hand: outputs, state for post, environment and path, masked summary', async () => {
    const result = await run('files', { secrets: ['hush'] });
    expect(result.conclusion).toBe('success');
    expect(result.outputs['cwd']).toMatch(/\/work\/workspace\/workspace$/);
    expect(result.state).toEqual({ began: 'true' });
    expect(result.environment).toEqual({ FROM_MAIN: 'yes' });
    expect(result.summary).toBe('# Summary of ***\n');
    expect(result.post?.log).toEqual([
      'Post job cleanup.',
      'post: began true, inputs {"INPUT_DO":"files","INPUT_SECRET":"***","INPUT_PORT":"02379","INPUT_OLD_NAME":""}, ' +
        'FROM_MAIN yes, PATH /from/main:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ]);
    expect(result.rawLog.join()).toContain('"INPUT_SECRET":"hush"');
  });

  test('through @actions/core: masks, groups, annotations, outputs of several lines', async () => {
    const result = await run('core', { inputs: { secret: HUSH } });
    expect(result.outputs).toEqual({
      public: '{"of":["several","lines"]}',
      text: 'a=b\n<<c\n',
      leak: `it is ${HUSH}`,
    });
    expect(result.droppedOutputs).toEqual(['leak']);
    expect(result.masks).toEqual([HUSH, 'line one of it', 'line two of it']);
    expect(result.main.log.slice(-6)).toEqual([
      '##[group]a group',
      'the secret is ***',
      '  ***',
      '##[endgroup]',
      '##[error]bad: 50%, a',
      'b',
    ]);
    expect(result.annotations).toEqual([
      {
        level: 'error',
        message: 'bad: 50%, a\nb',
        properties: { title: 'A title', file: 'a,b.yml', line: '3' },
      },
    ]);
    expect(result.debugLog[0]).toBe('debug of ***');
    expect(result.summary).toContain('<h1>Members</h1>');
  });

  test('the runner prints inputs before the action runs: only known secrets are masked by then', async () => {
    const shown = await run('core', { inputs: { secret: HUSH } });
    expect(shown.log).toContain('  secret: line one of it');
    const known = await run('core', { inputs: { secret: HUSH }, secrets: [`${HUSH}\n`] });
    expect(known.log.join('\n')).not.toContain('of it');
  });

  test('standard error is read for commands too', async () => {
    const { annotations } = await run('stderr');
    expect(annotations).toEqual([{ level: 'warning', message: 'from stderr', properties: {} }]);
  });

  test('step debugging shows debug lines and tells the action', async () => {
    const { log, rawLog } = await run('files env', { debug: true });
    expect(log).toContain('##[debug]Save intra-action state began = true');
    expect(rawLog[0]).toContain('"RUNNER_DEBUG":"1"');
  });
});

describe('ends', () => {
  test('a crash fails the run, its last words are kept and post runs', async () => {
    const result = await run('crash');
    expect(result).toMatchObject({
      conclusion: 'failure',
      main: { exitCode: 1, signal: null, failed: true },
    });
    expect(result.rawLog).toContain('half a line');
    expect(result.log.join('\n')).toContain('crash on purpose');
    expect(result.post?.log.at(-1)).toContain('post: began true');
  });

  test('an exit code fails the run', async () => {
    expect(await run('files fail')).toMatchObject({ conclusion: 'failure', main: { exitCode: 1 } });
  });

  test('a signal fails the run', async () => {
    expect(await run('kill-self')).toMatchObject({
      conclusion: 'failure',
      main: { exitCode: null, signal: 'SIGKILL', failed: true },
    });
  });

  test('cancel: SIGINT first, and post still runs', async () => {
    const cancel = new AbortController();
    const result = await runUntilWaiting('files wait', () => cancel.abort(), { cancel: cancel.signal });
    expect(result).toMatchObject({ conclusion: 'cancelled', main: { exitCode: 0, ending: 'cancelled' } });
    expect(result.main.log.slice(-2)).toEqual(['interrupted', '##[error]The operation was canceled.']);
    expect(result.post?.log.at(-1)).toContain('post: began true');
  });

  test('cancel: SIGTERM and SIGKILL follow after the times given', async () => {
    const cancel = new AbortController();
    const result = await runUntilWaiting('ignore', () => cancel.abort(), {
      cancel: cancel.signal,
      grace: { interrupt: 300, terminate: 200 },
    });
    expect(result.main).toMatchObject({ exitCode: null, signal: 'SIGKILL', ending: 'cancelled' });
    expect(result.rawLog.slice(0, 3)).toEqual(['waiting', 'ignored SIGINT', 'ignored SIGTERM']);
    expect(result.main.durationMs).toBeGreaterThan(500);
  });

  test('a job that is cancelled before its step has begun ends too', async () => {
    const result = await run('wait', {
      cancel: AbortSignal.abort(),
      grace: { interrupt: 300, terminate: 200 },
    });
    expect(result.conclusion).toBe('cancelled');
  });

  test('a process that outlives the action and holds its output is ended, and its last words are kept', async () => {
    const result = await run('files leave-behind', { grace: { output: 200 } });
    expect(result).toMatchObject({ conclusion: 'success', main: { exitCode: 0 } });
    expect(result.rawLog).toEqual(expect.arrayContaining([expect.stringMatching(/^left behind \d+$/)]));
    const [, pid] = /left behind (\d+)/.exec(result.rawLog.join('\n')) ?? [];
    await expectGone(pid ?? '');
  });

  test('a timeout cancels', async () => {
    const result = await run('wait', { timeoutMs: 400 });
    expect(result).toMatchObject({ conclusion: 'cancelled', main: { ending: 'timeout' } });
    expect(result.log.join('\n')).toContain('has timed out after 400 ms');
  });

  test('a lost runner: killed at once, no post', async () => {
    const kill = new AbortController();
    const result = await runUntilWaiting('files wait', () => kill.abort(), { kill: kill.signal });
    expect(result).toMatchObject({ conclusion: 'lost', main: { signal: 'SIGKILL', ending: 'killed' } });
    expect(result.post).toBeUndefined();
  });

  test('folders are removed, unless the caller gave one', async () => {
    const { outputs } = await run('files');
    expect(() => readdirSync(outputs['cwd'] ?? '')).toThrow('ENOENT');
    const workFolder = newFolder();
    await run('files', { workFolder });
    expect(readdirSync(workFolder).sort()).toEqual(['home', 'tool-cache', 'work']);
  });
});
