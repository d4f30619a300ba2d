import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { errorMessage } from '../../findings.ts';
import { startTied, type Tied } from '../../runner/child-process.ts';
import type { AttemptLimits } from '../ssh/servers.ts';
import { type ClientFiles, type ClientTarget, masterArguments } from './client-config.ts';
import { agreedOn, clientFailure, type ClientFailure, lastWordsOf, stageOf } from './client-words.ts';
import { terminate } from './mux-connection.ts';

/** How much of what ssh says is kept. */
const MOST_SAID = 64 * 1024;
/** How often it is looked whether the control socket is there. */
const LOOK_MS = 10;
/** How long ssh may take to end. */
const END_MS = 1000;

/** An ssh(1) of the runner that is logged in, and serves a control socket. */
export class Master {
  readonly files: ClientFiles;
  readonly #program: Tied;
  readonly #words: Words;

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
    const words = new Words();
    let program: Tied;
    try {
      program = await startTied({
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
      if ((await Promise.race([ended, sleep(LOOK_MS)])) === 'ended')
        return { failure: clientFailure(words.text, limitMs) };
    }
    return new Master(files, program, words);
  }

  private constructor(files: ClientFiles, program: Tied, words: Words) {
    this.files = files;
    this.#program = program;
    this.#words = words;
  }

  /** What was agreed on with the server. */
  get agreedOn(): string {
    return agreedOn(this.#words.text);
  }

  /** What ssh has said last: once it has ended, why. */
  get lastWords(): string {
    return lastWordsOf(this.#words.text);
  }

  /** Resolves when ssh has ended. */
  get whenEnded(): Promise<unknown> {
    return this.#program.whenEnded;
  }

  /** Ends it in good order, or else at once. */
  async end(): Promise<void> {
    terminate(this.files.control);
    const end = sleep(END_MS, 'late', { ref: false });
    if ((await Promise.race([this.whenEnded, end])) === 'late') {
      this.#program.kill();
      await this.whenEnded;
    }
  }
}

/** The key that a server has shown, in the words of known_hosts; undefined when it has shown none yet. */
export function shownKey({ shownKey: path }: ClientFiles): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** What ssh says, the last of it. */
class Words {
  #text = '';

  get text(): string {
    return this.#text;
  }

  add(chunk: Buffer): void {
    this.#text = `${this.#text}${chunk.toString('utf8')}`.slice(-MOST_SAID);
  }
}
