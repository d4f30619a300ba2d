import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { explainModes, setModes } from '../../src/steps/set-modes.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'set-modes-'));
  // Only root can change owners, so the changes are recorded instead.
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/chown'), `#!/bin/sh\necho "$@" >> ${folder}/chown.log\n`, { mode: 0o755 });
});

afterEach(() => rmSync(folder, { recursive: true }));

function run(modes: Readonly<Record<string, string>>): { code: number | null; stderr: string } {
  const paths = new Map(Object.entries(modes).map(([name, mode]) => [join(folder, name), mode]));
  const script = `set -euo pipefail; { ${setModes(paths).script}\n}`;
  const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  const { status, stderr } = spawnSync('bash', ['--norc', '-c', script], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { code: status, stderr };
}

function modeOf(name: string): string {
  return (statSync(join(folder, name)).mode & 0o7777).toString(8);
}

function put(name: string, mode: number): void {
  writeFileSync(join(folder, name), '');
  chmodSync(join(folder, name), mode);
}

test('files and folders get mode and owner, whatever their names hold', () => {
  put("it's a key", 0o644);
  mkdirSync(join(folder, 'data'), { mode: 0o755 });
  expect(run({ "it's a key": '600', data: '700' })).toEqual({ code: 0, stderr: '' });
  expect([modeOf("it's a key"), modeOf('data')]).toEqual(['600', '700']);
  expect(readFileSync(join(folder, 'chown.log'), 'utf8')).toBe(
    `-h 0:0 -- ${folder}/it's a key ${folder}/data\n`,
  );
});

// A data dir may be a link to a folder on another disk.
test('a link to a folder is followed, and what it leads to is given to root', () => {
  mkdirSync(join(folder, 'disk'), { mode: 0o755 });
  symlinkSync(join(folder, 'disk'), join(folder, 'data'));
  expect(run({ data: '700' })).toEqual({ code: 0, stderr: '' });
  expect(modeOf('disk')).toBe('700');
  expect(readFileSync(join(folder, 'chown.log'), 'utf8')).toBe(`-h 0:0 -- ${folder}/data/.\n`);
});

test.each([
  ['a symbolic link', () => symlinkSync('/etc/shadow', join(folder, 'bad'))],
  ['a path that is not there', () => undefined],
])('%s is refused, and nothing at all is changed', (_, make) => {
  put('good', 0o644);
  make();
  const { code, stderr } = run({ good: '600', bad: '600' });
  expect(explainModes({ code, stderr, stdout: Buffer.alloc(0) }).fact).toMatch(
    /\/bad is no longer a plain file or/,
  );
  expect(modeOf('good')).toBe('644');
});
