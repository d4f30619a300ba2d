import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { errorMessage } from '../../findings.ts';
import { startParentBound, type ParentBoundProcess } from '../../runner/child-process.ts';
import type { AttemptLimits } from '../ssh/servers.ts';
import { type ClientFiles, type ClientTarget, masterArguments } from './client-config.ts';
import { agreedOn, clientFailure, type ClientFailure, lastMessageOf, stageOf } from './client-words.ts';
import { terminate } from './mux-connection.ts';

/** Number of bytes kept of ssh's output. */
const MAX_KEPT_OUTPUT = 64 * 1024;
/** Pause between two checks for the control socket. */
const POLL_MS = 10;
/** Time limit for ssh to end. */
const EXIT_TIMEOUT_MS = 1000;

/** An ssh(1) of the runner that is logged in and serves a control socket. */
export class Master {
  readonly files: ClientFiles;
  readonly #program: ParentBoundProcess;
  readonly #output: OutputTail;

  /**
   * Starts one, within the limits of the attempt.
   * @returns it once it is logged in, or why it is not.
   */
  static async start(
    target: ClientTarget,
    files: ClientFiles,
    env: Readonly<Record<string, string>>,
    { deadline, limitMs }: Pick<AttemptLimits, 'deadline' | 'limitMs'>,
  ): Promise<Master | { readonly failure: ClientFailure }> {
    const words = new OutputTail();
    let program: ParentBoundProcess;
    try {
      program = await startParentBound({
        name: 'ssh',
        args: masterArguments(target, files),
        env,
        onStderr: (chunk) => words.add(chunk),
      });
    } catch (error) {
      return { failure: clientFailure(errorMessage(error), limitMs) };
    }
    const ended = program.whenEnded.then(() => 'ended');
    while (!existsSync(files.control)) {
      if (deadline.aborted) {
        program.kill();
        await ended;
        return { failure: { kind: 'silent', stage: stageOf(words.text), afterMs: limitMs } };
      }
      if ((await Promise.race([ended, sleep(POLL_MS)])) === 'ended')
        return { failure: clientFailure(words.text, limitMs) };
    }
    return new Master(files, program, words);
  }

  private constructor(files: ClientFiles, program: ParentBoundProcess, words: OutputTail) {
    this.files = files;
    this.#program = program;
    this.#output = words;
  }

  /** The algorithms negotiated with the server. */
  get agreedOn(): string {
    return agreedOn(this.#output.text);
  }

  /** The last message of ssh; after its end, why it ended. */
  get lastWords(): string {
    return lastMessageOf(this.#output.text);
  }

  /** Resolves when ssh has ended. */
  get whenEnded(): Promise<unknown> {
    return this.#program.whenEnded;
  }

  /** Ends it in an orderly way, or kills it. */
  async end(): Promise<void> {
    terminate(this.files.control);
    const end = sleep(EXIT_TIMEOUT_MS, 'late', { ref: false });
    if ((await Promise.race([this.whenEnded, end])) === 'late') {
      this.#program.kill();
      await this.whenEnded;
    }
  }
}

/** Reads the host key that a server has shown, in known_hosts form; undefined if it has shown none yet. */
export function shownKey({ shownKey: path }: ClientFiles): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The last output of ssh. */
class OutputTail {
  #text = '';

  get text(): string {
    return this.#text;
  }

  add(chunk: Buffer): void {
    this.#text = `${this.#text}${chunk.toString('utf8')}`.slice(-MAX_KEPT_OUTPUT);
  }
}
