import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import * as core from '@actions/core';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as runner from '../src/runner.ts';

/** What the runner takes apart at these characters, or un-escapes. */
const NASTY = ['plain', '100% a%0Ab', 'two\nlines\r\n', 'a:b,c=d::e', '', 'é ✓ 𝄞', '::error::x', 'x<<y\nx'];

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
  process.exitCode = 0;
  rmSync(folder, { recursive: true, force: true });
});

/** What each of the two prints. */
function printedBy(work: (one: typeof core | typeof runner) => void): [string, string] {
  const outputs = [core, runner].map((one) => {
    printed = '';
    work(one);
    return printed;
  });
  return [outputs[0] ?? '', outputs[1] ?? ''];
}

describe("commands are those of GitHub's own toolkit, byte for byte", () => {
  test.each(NASTY)('%j', (text) => {
    const [theirs, ours] = printedBy((one) => {
      if ('setSecret' in one) for (const secret of [text, 'another']) one.setSecret(secret);
      else one.setSecrets([text, 'another']);
      one.info(text);
      one.debug(text);
      one.warning(text);
      one.error(text);
      one.warning(text, { title: `of ${text}` });
      one.error(text, { title: `of ${text}` });
      one.startGroup(text);
      one.endGroup();
      one.setFailed(text);
    });
    expect(ours).toBe(theirs);
    expect(theirs).toContain('::add-mask::');
    expect(process.exitCode).toBe(1);
  });
});

describe('files of the runner', () => {
  const DELIMITER = /ghadelimiter_[0-9a-f-]{36}/g;

  /** What each of the two appends to the file that this variable names. */
  function appendedBy(variable: string, work: (one: typeof core | typeof runner) => void): [string, string] {
    const outputs = [core, runner].map((one) => {
      const file = join(folder, variable);
      writeFileSync(file, 'earlier\n');
      process.env[variable] = file;
      work(one);
      return readFileSync(file, 'utf8');
    });
    return [outputs[0] ?? '', outputs[1] ?? ''];
  }

  test.each(NASTY)('outputs and state as the toolkit writes them: %j', (text) => {
    const [theirOutput, ourOutput] = appendedBy('GITHUB_OUTPUT', (one) => one.setOutput('name', text));
    expect(ourOutput.replaceAll(DELIMITER, '-')).toBe(theirOutput.replaceAll(DELIMITER, '-'));
    const [theirState, ourState] = appendedBy('GITHUB_STATE', (one) => one.saveState('name', text));
    expect(ourState.replaceAll(DELIMITER, '-')).toBe(theirState.replaceAll(DELIMITER, '-'));
    expect(ourState).not.toBe(ourOutput);
  });

  test('without a runner nothing is written, and a summary has nowhere to go', () => {
    for (const name of ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'])
      Reflect.deleteProperty(process.env, name);
    runner.setOutput('name', 'value');
    runner.saveState('name', 'value');
    expect(() => runner.addSummary('text')).toThrow('GITHUB_STEP_SUMMARY');
    expect(printed).toBe('');
  });
});

test('state and inputs are read from the variables that the toolkit reads', () => {
  process.env['STATE_left'] = 'by main';
  process.env['INPUT_SOME-INPUT'] = ' text\n';
  for (const one of [core, runner]) {
    expect(one.getState('left')).toBe('by main');
    expect(one.getState('nothing')).toBe('');
  }
  expect(runner.getInput('some-input')).toBe(core.getInput('some-input', { trimWhitespace: false }));
  expect(runner.getInput('other')).toBe('');
});
