import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { AT_EXIT } from '../../../src/hosts/bash.ts';

const repository = join(import.meta.dirname, '../../..');

function run(script: string): { readonly status: number | null; readonly stdout: string } {
  const { status, stdout } = spawnSync('bash', ['-c', `set -euo pipefail; ${AT_EXIT}; { ${script}\n}`], {
    encoding: 'utf8',
  });
  return { status, stdout };
}

test('no script sets a trap for EXIT of its own, which would take the place of this one', () => {
  const sources = globSync('src/**/*.ts', { cwd: repository })
    .filter((path) => path !== 'src/hosts/bash.ts')
    .filter((path) => /\btrap\b.*\bEXIT\b/.test(readFileSync(join(repository, path), 'utf8')));
  expect(sources).toEqual([]);
});

describe('commands at the end of a script', () => {
  test.each([
    ['at its end', "at_exit 'echo first'; at_exit 'echo second'; echo script", 0, 'script\nsecond\nfirst\n'],
    ['after exit', "at_exit 'echo done'; exit 7", 7, 'done\n'],
    ['after a command that failed', "at_exit 'echo done'; false; echo no", 1, 'done\n'],
    ['where one of them fails', "at_exit 'echo first'; at_exit 'false; $unset'; exit 5", 5, 'first\n'],
    [
      'at the end of the subshell that has asked for it',
      "at_exit 'echo outer'; ( at_exit 'echo inner'; exit 3 ) || echo failed; ( : ); echo script",
      0,
      'inner\nfailed\nscript\nouter\n',
    ],
    [
      'and not at the end of a subshell that a signal has ended',
      "at_exit 'echo once'; ( read -rt 9 <> <(:) ) & kill $!; wait $! || echo $?",
      0,
      '143\nonce\n',
    ],
    ['with quotes and variables as they are then', `x=1; at_exit 'echo "it'\\''s $x"'; x=2`, 0, "it's 2\n"],
  ])('%s', (_, script, status, stdout) => {
    expect(run(script)).toEqual({ status, stdout });
  });
});
