import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { commandsOf, type Ended, inputsFor, outputsIn, runEntry } from '../entry.ts';
import { brokenHostKeys, disconnect, hostileServer, type HostileServer } from '../hostile-server.ts';

const TEXT =
  'bye\n::save-state name=owner::FORGED\n::set-output name=plan-digest::FORGED\n##[error]x\n::stop-commands::x';

let folder: string;
let server: HostileServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faults-'));
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  rmSync(folder, { recursive: true });
});

const run = (env: Readonly<Record<string, string>>, preload?: string): Promise<Ended> =>
  runEntry(folder, env, preload);
const state = (): Record<string, string> => outputsIn(folder, 'state');

function throwing(how: string): string {
  const error = `new Error(${JSON.stringify(`${TEXT}\nhunter2!`)})`;
  // Soon after main listens: the host refuses sessions, so the run ends by itself before long.
  return `
    setImmediate(function again() {
      if (process.listenerCount('uncaughtException') === 0) return setImmediate(again);
      setTimeout(() => { ${how.replace('ERROR', error)} }, 20);
    });`;
}

describe('an error that no code catches, with text of a host', () => {
  test.each([
    ['an exception', 'throw ERROR;'],
    ['a promise', 'void Promise.reject(ERROR);'],
    [
      'an emitter without a listener',
      "import('node:events').then(({ EventEmitter }) => process.nextTick(() => new EventEmitter().emit('error', ERROR)));",
    ],
  ])(
    'ends main in words of its own: %s',
    async (_what, how) => {
      server = await hostileServer();
      const inputs = { ...inputsFor(server, 'preflight'), 'INPUT_SUDO-PASSWORD': 'hunter2!' };
      const ended = await run(inputs, throwing(how));
      expect(ended.stderr).toBe('');
      expect(ended.code).toBe(1);
      const commands = commandsOf(ended);
      expect(commands.filter(({ name }) => !['error', 'warning'].includes(name))).toEqual([]);
      const errors = commands.filter(({ name }) => name === 'error');
      expect(errors).toHaveLength(1);
      expect(errors[0]?.data).toContain('unexpected error: bye\n: :save-state name=owner::FORGED');
      expect(errors[0]?.data).toContain('***');
      expect(errors[0]?.data).not.toMatch(/##\[|hunter2/);
      expect(Object.keys(state())).toEqual(['main-ended']);
      expect(readFileSync(join(folder, 'summary'), 'utf8')).toContain('an unexpected error occurred');
    },
    60_000,
  );

  test('is a warning of the post step', async () => {
    const preload = `
      globalThis.etcdHaActionPhase = 'post';
      const error = new Error(${JSON.stringify(TEXT)});
      setImmediate(function again() {
        if (process.listenerCount('uncaughtException') > 0) throw error;
        setImmediate(again);
      });`;
    const ended = await run({}, preload);
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expect(new Set(commandsOf(ended).map(({ name }) => name))).toEqual(new Set(['warning']));
    expect(ended.stdout).toContain('could not clean up: bye%0A');
  }, 60_000);

  test('warnings of Node and of libraries go to the debug log', async () => {
    const warn = `const warn = () => process.emitWarning(${JSON.stringify(TEXT)}); `;
    // Not before the action has taken over: earlier output comes from no host.
    const often = `setInterval(() => process.listenerCount('uncaughtException') > 0 && warn(), 5);`;
    server = await hostileServer([disconnect(TEXT)]);
    const ended = await run(inputsFor(server, 'preflight'), warn + often);
    expect(ended.stderr).toBe('');
    expect(ended.stdout).toContain('::debug::Warning: bye');
    expect(commandsOf(ended).filter(({ name }) => !['error', 'warning'].includes(name))).toEqual([]);
  }, 60_000);
});

describe('a file of the runner that cannot be written', () => {
  test('GITHUB_OUTPUT: the run goes on, its summary is written, and it fails in the end', async () => {
    server = await hostileServer([disconnect(TEXT)]);
    const missing = join(folder, 'missing', 'output');
    const ended = await run({
      ...inputsFor(server, 'health'),
      GITHUB_OUTPUT: missing,
      'INPUT_FAIL-ON': 'never',
    });
    const told = commandsOf(ended).filter(({ data }) => data.includes('GITHUB_OUTPUT'));
    expect(told.map(({ name }) => name)).toEqual(['warning', 'error']);
    expect(told[0]?.data).toContain(missing);
    expect(told[0]?.data).toContain(`user ${process.getuid?.() ?? ''}`);
    expect(ended.stdout).not.toContain('unexpected');
    expect(ended.code).toBe(1);
    expect(readFileSync(join(folder, 'summary'), 'utf8')).toContain('infra0');
    expect(state()).toEqual({ 'main-ended': 'true' });
  }, 60_000);

  test('GITHUB_STATE: a warning alone', async () => {
    const ended = await run({ GITHUB_STATE: join(folder, 'missing', 'state') });
    const told = commandsOf(ended).filter(({ data }) => data.includes('GITHUB_STATE'));
    expect(told.map(({ name }) => name)).toEqual(['warning']);
    expect(ended.stdout).toContain('The inputs cannot be used');
  }, 60_000);
});

describe('a host that sends a packet in the segment of its login', () => {
  test.each([
    ['a disconnect of several lines', disconnect(TEXT)],
    ['host keys that are cut off', brokenHostKeys()],
    [
      'a refusal behind the success',
      Buffer.concat([Buffer.from([51, 0, 0, 0, 4]), Buffer.from('none'), Buffer.from([0])]),
    ],
  ])(
    '%s: nothing of it is on standard error, and no command in the log',
    async (_what, packet) => {
      server = await hostileServer([packet]);
      for (const operation of ['preflight', 'health']) {
        const ended = await run(inputsFor(server, operation));
        expect(ended.stderr).toBe('');
        expect(ended.code).toBe(1);
        const names = new Set(commandsOf(ended).map(({ name }) => name));
        expect(
          [...names].filter((name) => !['error', 'warning', 'group', 'endgroup'].includes(name)),
        ).toEqual([]);
        expect(ended.stdout).not.toMatch(/^::(?:save-state|set-output|stop-commands)/m);
        expect(Object.keys(state())).toEqual(['main-ended']);
      }
      const summary = readFileSync(join(folder, 'summary'), 'utf8');
      expect(summary).toContain('infra0');
    },
    120_000,
  );
});
