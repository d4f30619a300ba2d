import { tmpdir } from 'node:os';
import * as core from '@actions/core';
import { describeFinding, ENTRIES, errorMessage, type Finding } from '../findings.ts';
import { fileFailure } from '../text/file-failures.ts';

// The runner functions that `@actions/core` lacks or that need error handling; the rest comes from there.

/** Masks secrets in everything that the job prints from now on. @param secrets texts of one line each. */
export function setSecrets(secrets: readonly string[]): void {
  for (const secret of secrets) core.setSecret(secret);
}

/**
 * Sets an output of the step; without a runner, which alone names the file, it does nothing. A file that cannot be
 * written causes one warning, because the work on the hosts is done. {@link lostOutputs} reports it at the end.
 */
export function setOutput(name: string, value: string): void {
  writeCommandFile('GITHUB_OUTPUT', () => core.setOutput(name, value));
}

/** Passes a value to the post step, like {@link setOutput}. */
export function saveState(name: string, value: string): void {
  writeCommandFile('GITHUB_STATE', () => core.saveState(name, value));
}

/** Explains why outputs of this step did not reach the runner; undefined if all did. */
export function lostOutputs(): Finding | undefined {
  return failedFiles.get('GITHUB_OUTPUT');
}

/**
 * The runner names a variable `INPUT_` and the input's name in capitals, with underscores for spaces (actions/runner,
 * Handler.cs).
 */
export const INPUT_PREFIX = 'INPUT_';

/** Returns the folder for temporary files; the runner empties it after the job. */
export function temporaryFolder(): string {
  const folder = process.env['RUNNER_TEMP'] ?? '';
  return folder === '' ? tmpdir() : folder;
}

/** The runner's files that could not be written, by their variables. */
const failedFiles = new Map<string, Finding>();

/** @param write throws if the variable's file cannot be written. */
function writeCommandFile(variable: string, write: () => void): void {
  const file = process.env[variable] ?? '';
  // Without the file the toolkit prints a command that runners no longer accept.
  if (file === '') return;
  try {
    write();
  } catch (error) {
    const problem = unwritableFile(variable, file, error);
    if (!failedFiles.has(variable)) core.warning(describeFinding(problem));
    failedFiles.set(variable, problem);
  }
}

function unwritableFile(variable: string, file: string, error: unknown): Finding {
  const failure = fileFailure(error, file);
  const who = failure === undefined ? `user ${process.getuid?.() ?? 'unknown'}` : 'the step';
  return {
    code: 'runner-file-unwritable',
    at: variable,
    fact: `${who} cannot write the file of the runner: ${errorMessage(error)}.`,
    ...(failure ?? {
      cause: `the job runs in a container whose user may not write ${file}, or that lacks the folder.`,
      fix: 'run the container as a user that can, for example with `options: --user 0` below `container:` of the job.',
    }),
  };
}

/**
 * State that main saves for post: set once main has reported, successful or not. {@link LOCKS_LEFT} if main could not
 * release its locks.
 */
export const MAIN_ENDED = 'main-ended';

/** The value of {@link MAIN_ENDED} if main has reported, and may have left locks on hosts. */
export const LOCKS_LEFT = 'locks-left';

/** State that main saves for post before it acquires the hosts' locks: their owner. Not secret. */
export const LOCK_OWNER = 'lock-owner';

/**
 * Returns the URL of the entries of finding codes on GitHub, for the running release, from the runner's variables
 * (docs.github.com, "Variables reference").
 * @returns the URL of TROUBLESHOOTING.md; undefined for an action from the workspace, and for runners that name no action.
 */
export function readEntryPage(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const server = environment['GITHUB_SERVER_URL'] ?? '';
  const repository = environment['GITHUB_ACTION_REPOSITORY'] ?? '';
  const ref = environment['GITHUB_ACTION_REF'] ?? '';
  const isUsual =
    /^https?:\/\/[\w.:-]+\/?$/.test(server) &&
    /^[\w.-]+\/[\w.-]+$/.test(repository) &&
    /^[\w.+@/-]+$/.test(ref);
  return isUsual ? `${server.replace(/\/$/, '')}/${repository}/blob/${ref}/${ENTRIES}` : undefined;
}
