import { tmpdir } from 'node:os';
import * as core from '@actions/core';
import { describeFinding, errorMessage, type Finding } from '../findings.ts';

/** What this action wants of the runner beyond `@actions/core`: everything else is asked there. */

/** Masks secrets in everything that the job prints from now on. @param secrets texts of one line each. */
export function setSecrets(secrets: readonly string[]): void {
  for (const secret of secrets) core.setSecret(secret);
}

/**
 * Sets an output of the step; without a runner, which alone names the file, there is nothing to write to. A file that
 * cannot be written is a warning, once: what was done on the hosts is done. {@link lostOutputs} tells of it at the end.
 */
export function setOutput(name: string, value: string): void {
  handOver('GITHUB_OUTPUT', () => core.setOutput(name, value));
}

/** Leaves a value to the post step; as {@link setOutput}. */
export function saveState(name: string, value: string): void {
  handOver('GITHUB_STATE', () => core.saveState(name, value));
}

/** Why outputs of this step did not reach the runner; undefined where all did. */
export function lostOutputs(): Finding | undefined {
  return unwritten.get('GITHUB_OUTPUT');
}

/** The runner turns a name into `INPUT_` and the name in capitals, spaces as underscores (actions/runner, Handler.cs). */
export const INPUT_PREFIX = 'INPUT_';

/** Where temporary files belong; the runner empties it with the job. */
export function temporaryFolder(): string {
  const folder = process.env['RUNNER_TEMP'] ?? '';
  return folder === '' ? tmpdir() : folder;
}

/** The files of the runner that could not be written, by the variables that name them. */
const unwritten = new Map<string, Finding>();

/** @param write throws where the file that the variable names cannot be written. */
function handOver(variable: string, write: () => void): void {
  const file = process.env[variable] ?? '';
  // without the file the toolkit prints a command that runners do not take any more
  if (file === '') return;
  try {
    write();
  } catch (error) {
    const problem: Finding = {
      code: 'runner-file-unwritable',
      at: variable,
      fact: `the file of the runner cannot be written by user ${process.getuid?.() ?? 'unknown'}: ${errorMessage(error)}.`,
      cause: `the job runs in a container whose user may not write ${file}, or that lacks the folder.`,
      fix: 'let the container run as a user that may, for example with `options: --user 0` below `container:` of the job.',
    };
    if (!unwritten.has(variable)) core.warning(describeFinding(problem));
    unwritten.set(variable, problem);
  }
}

/**
 * State that main saves for post: set once main has reported, whichever way it ended. {@link LOCKS_LEFT} where it could not
 * see to its locks.
 */
export const MAIN_ENDED = 'main-ended';

/** The value of {@link MAIN_ENDED} of a main that has reported, and may have left locks on hosts. */
export const LOCKS_LEFT = 'locks-left';

/** State that main saves for post before it takes the hosts' locks: whose they are. Not secret. */
export const LOCK_OWNER = 'lock-owner';
