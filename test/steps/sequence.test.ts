import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LineSplitter } from '../../src/hosts/root-shell/output.ts';
import { sequenceScripts, type Sequence } from '../../src/hosts/sequence.ts';
import type { RemoteResult, RemoteScript } from '../../src/hosts/transport.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sequence-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function script(text: string, more: Partial<RemoteScript> = {}): RemoteScript {
  return { title: text, effect: 'reads', script: text, timeoutMs: 1000, ...more };
}

interface Run {
  readonly results: RemoteResult[];
  /** Place and exit code of each script that ended, and progress lines, in order. */
  readonly told: string[];
  readonly whole: RemoteResult;
  readonly sequence: Sequence;
}

/**
 * Runs them with real bash, as the root shell of a host would.
 * @param before additional bash before them.
 */
async function run(scripts: readonly RemoteScript[], before = ''): Promise<Run> {
  const told: string[] = [];
  const withProgress = scripts.map((one, index) => ({
    ...one,
    onProgress: (line: string) => void told.push(`${index} says ${line}`),
  }));
  const made = sequenceScripts(
    'all',
    withProgress,
    (index, code) => void told.push(`${index} ends with ${code}`),
  );
  const bash = `set -euo pipefail; { ${before}\n${made.script.script}\n}`;
  const child = spawn('bash', ['--norc', '-c', bash], { cwd: folder });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  const progress = new LineSplitter(made.script.onProgress ?? (() => undefined));
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr.push(chunk);
    progress.push(chunk);
  });
  child.stdin.on('error', () => undefined).end(made.script.input);
  const [code] = (await once(child, 'close')) as [number];
  progress.end();
  const whole = { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') };
  return { results: made.resultsOf(whole), told, whole, sequence: made };
}

const texts = ({ results }: Run): [number | null, string, string][] =>
  results.map(({ code, stdout, stderr }) => [code, stdout.toString('latin1'), stderr]);

describe('scripts in one shell', () => {
  test('each has its own output, whatever is in it, and its own progress', async () => {
    const all = await run([
      script('echo one; echo first >&2'),
      script("printf 'two\\0\\xff\\n\\n'; printf 'without end' >&2"),
      script(':'),
    ]);
    expect(texts(all)).toEqual([
      [0, 'one\n', 'first\n'],
      [0, 'two\0\xff\n\n', 'without end'],
      [0, '', ''],
    ]);
    expect(all.told).toEqual([
      '0 says first',
      '0 ends with 0',
      '1 says without end',
      '1 ends with 0',
      '2 ends with 0',
    ]);
    expect(all.whole.code).toBe(0);
  });

  test('each keeps its place and its output, when of the words only the end was kept', async () => {
    const all = await run([script('echo one; echo first >&2'), script('echo two; echo second >&2; exit 7')]);
    const { sequence: made, whole } = all;
    const results = made.resultsOf({ ...whole, stderr: whole.stderr.slice(whole.stderr.indexOf('second')) });
    expect(results).toEqual([
      { code: 0, stdout: Buffer.from('one\n'), stderr: '' },
      { code: 7, stdout: Buffer.from('two\n'), stderr: 'second\n' },
    ]);
  });

  test('each is ended by its first failing command, and none is begun after it', async () => {
    const all = await run([
      script('echo one'),
      script('echo two; (exit 7); echo never'),
      script('touch begun'),
    ]);
    expect(texts(all)).toEqual([
      [0, 'one\n', ''],
      [7, 'two\n', ''],
    ]);
    expect(all.whole.code).toBe(7);
    expect(existsSync(join(folder, 'begun'))).toBe(false);
  });

  test('none sees the variables, traps, folders or open files of another', async () => {
    const all = await run([
      script("a=1; cd /; trap 'echo trapped' EXIT; exec 7< /dev/null; set -- x y; exit 0"),
      script('echo "${a-none} $PWD $#"; if { : <&7; } 2> /dev/null; then echo open; fi'),
    ]);
    expect(texts(all)).toEqual([
      [0, 'trapped\n', ''],
      [0, `none ${folder} 0\n`, ''],
    ]);
  });

  test('each reads its own part of the input', async () => {
    const reads = (bytes: number): string => `IFS= read -r -N ${bytes} text; printf '%s' "$text"`;
    const all = await run([
      script(reads(4), { input: Buffer.from('ab\nc') }),
      script('echo no input'),
      script('cat', { input: Buffer.from('the rest') }),
    ]);
    expect(texts(all).map(([, stdout]) => stdout)).toEqual(['ab\nc', 'no input\n', 'the rest']);
  });

  test('nothing more is begun when the connection has ended that waits for it', async () => {
    const all = await run(
      [script('echo one'), script('touch begun')],
      // The number of a process that has ended.
      'etcd_ha_connection=$(bash -c "echo \\$\\$")',
    );
    expect(texts(all)).toEqual([[0, 'one\n', '']]);
    expect(all.whole.code).toBe(96);
    expect(existsSync(join(folder, 'begun'))).toBe(false);
  });

  test('one that is killed is reported as failed', async () => {
    const all = await run([script('kill -9 "$BASHPID"'), script('touch begun')]);
    expect(all.results.map(({ code }) => code)).toEqual([137]);
    expect(existsSync(join(folder, 'begun'))).toBe(false);
  });
});

test('all together change something if one does, and may take as long as all', () => {
  const reading = sequenceScripts('x', [script('a'), script('b')], () => undefined).script;
  expect([reading.effect, reading.timeoutMs, reading.input]).toEqual(['reads', 2000, undefined]);
  const changing = sequenceScripts(
    'x',
    [script('a'), script('b', { effect: 'changes' })],
    () => undefined,
  ).script;
  expect(changing.effect).toBe('changes');
});

test('input too large for memory cannot join a sequence', () => {
  const stream = script('a', { input: async function* () {} });
  expect(() => sequenceScripts('x', [stream, script('b')], () => undefined)).toThrow('"a"');
});
