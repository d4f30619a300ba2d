import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import * as runner from '../../src/runner/toolkit.ts';

const before = { ...process.env };
let folder: string;
let printed: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runner-'));
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
  rmSync(folder, { recursive: true, force: true });
});

test('each secret is a mask of its own, escaped as the runner reads it', () => {
  runner.setSecrets(['one', 'two%0A']);
  expect(printed).toBe('::add-mask::one\n::add-mask::two%250A\n');
});

describe('files of the runner', () => {
  test('receive outputs and state, after their existing contents', () => {
    for (const variable of ['GITHUB_OUTPUT', 'GITHUB_STATE']) {
      process.env[variable] = join(folder, variable);
      writeFileSync(join(folder, variable), 'earlier\n');
    }
    runner.setOutput('name', 'two\nlines');
    runner.saveState('left', 'x');
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    expect(read('GITHUB_OUTPUT')).toMatch(/^earlier\nname<<(ghadelimiter_[0-9a-f-]{36})\ntwo\nlines\n\1\n$/);
    expect(read('GITHUB_STATE')).toMatch(/^earlier\nleft<<(ghadelimiter_[0-9a-f-]{36})\nx\n\1\n$/);
    expect(printed).toBe('');
    expect(runner.lostOutputs()).toBeUndefined();
  });

  test('are not there without a runner: nothing is written, nor printed', () => {
    for (const name of ['GITHUB_OUTPUT', 'GITHUB_STATE']) Reflect.deleteProperty(process.env, name);
    runner.setOutput('name', 'value');
    runner.saveState('name', 'value');
    expect(printed).toBe('');
    expect(runner.lostOutputs()).toBeUndefined();
  });

  test('that cannot be written are one warning each, and the step knows in the end', () => {
    process.env['GITHUB_OUTPUT'] = join(folder, 'a folder');
    mkdirSync(join(folder, 'a folder'));
    runner.setOutput('name', 'value');
    runner.setOutput('other', 'value');
    expect(printed.match(/^::warning::/gm)).toHaveLength(1);
    expect(printed).toContain('GITHUB_OUTPUT: user ');
    expect(printed).toContain('cannot write the file of the runner');
    expect(runner.lostOutputs()).toMatchObject({
      at: 'GITHUB_OUTPUT',
      fix: expect.stringContaining('--user 0'),
    });
  });

  test('that the full disk does not take are not blamed on the user of a container', () => {
    process.env['GITHUB_OUTPUT'] = '/dev/full';
    runner.setOutput('name', 'value');
    const lost = runner.lostOutputs();
    expect(lost?.fact).toMatch(/^the step cannot write the file of the runner: .*ENOSPC/);
    expect(lost?.cause).toMatch(/disk of the runner is full/);
    expect(lost?.fix).not.toContain('--user');
  });
});

test('temporary files are where the runner wants them', () => {
  process.env['RUNNER_TEMP'] = folder;
  expect(runner.temporaryFolder()).toBe(folder);
  process.env['RUNNER_TEMP'] = '';
  expect(runner.temporaryFolder()).toBe(tmpdir());
});
