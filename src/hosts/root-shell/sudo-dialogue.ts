import type { TrialGate } from './channel-slots.ts';
import type { Session } from './session.ts';

/**
 * The prompt that sudo prints on standard error to read the password. sudo-rs prints more around it. It replaces the
 * prompts of PAM modules too (sudo(8), -p).
 */
export const PROMPT = 'etcd-ha-sudo-password:';

/**
 * The prompt of sudo-rs for visible input, such as a code; it ignores the prompt it was given (src/pam/converse.rs).
 */
const VISIBLE_INPUT_PROMPT = '[sudo: input needed';

/** The answer to sudo's password prompt. */
export interface SudoAnswer {
  /** Secret. */
  readonly password: string;
  /** Shared by all hosts: after one rejection of a password no other host is sent it. */
  readonly gate: TrialGate;
  /** Name of the host. */
  readonly host: string;
}

/** Reason that the password did not help. */
export type PasswordFailure =
  | { readonly kind: 'refused' }
  /** Not sent: that host had rejected it. */
  | { readonly kind: 'refused before'; readonly on: string }
  /** Accepted, but sudo asks for something else too. */
  | { readonly kind: 'more wanted' };

/** A host has rejected the password. */
export class PasswordRejectedError extends Error {
  readonly host: string;

  constructor(host: string) {
    super(`refused on ${host}`);
    this.name = 'PasswordRejectedError';
    this.host = host;
  }
}

/**
 * Messages of sudo and sudo-rs (plugins/sudoers/logging.c; src/common/error.rs). If a PAM module ends the attempt
 * with anything other than an authentication failure, as pam_faillock does, sudo-rs prints that in Linux-PAM's words
 * (pam_strerror.c) and does not ask again.
 */
const WRONG_PASSWORD =
  /incorrect (?:password|authentication) attempt|PAM error: (?:Permission denied|Authentication failure|Have exhausted maximum number of retries)/i;

/**
 * Answers sudo's password prompt in one session: once, and only after the prompt. A second prompt gets no answer, so
 * that a wrong password is one failed attempt.
 */
export class SudoDialogue {
  readonly #session: Session;
  readonly #answer: SudoAnswer;
  readonly #onFailure: (failure: PasswordFailure) => void;
  readonly #outcome = Promise.withResolvers<undefined>();
  #asked = 0;
  /** The end of the output so far, which may hold the beginning of a prompt. */
  #partialPrompt: Buffer = Buffer.alloc(0);
  #isOver = false;

  /** @param onFailure called when the password does not help; the session is killed then. */
  constructor(session: Session, answer: SudoAnswer, onFailure: (failure: PasswordFailure) => void) {
    this.#session = session;
    this.#answer = answer;
    this.#onFailure = onFailure;
    this.#outcome.promise.catch(() => undefined); // Reported through the gate, if the password was sent.
  }

  /** Reports whether sudo has prompted and the outcome is still open. */
  get isPending(): boolean {
    return this.#asked > 0 && !this.#isOver;
  }

  /**
   * Takes output while the shell is not ready.
   * @param chunk new standard error. @param said returns all standard error so far; called only after a prompt.
   */
  onOutput(chunk: Buffer, said: () => string): void {
    if (this.#isOver) return;
    const seen = Buffer.concat([this.#partialPrompt, chunk]);
    this.#partialPrompt = Buffer.from(seen.subarray(1 - PROMPT.length));
    const text = seen.toString('latin1');
    if (text.includes(VISIBLE_INPUT_PROMPT)) {
      this.#end({ kind: 'more wanted' });
      return;
    }
    const asked = text.split(PROMPT).length - 1;
    if (asked === 0) return;
    this.#asked += asked;
    if (this.#asked === 1) void this.#offer();
    else if (isRejection(said())) this.#reject();
    else this.#end({ kind: 'more wanted' });
  }

  /** Call it when the shell is ready. */
  onReady(): void {
    this.#isOver = true;
    this.#outcome.resolve(undefined);
  }

  /** Call it when the session has ended without a shell. @param said all of standard error. */
  onEnded(said: string): void {
    if (this.#asked > 0 && WRONG_PASSWORD.test(said)) this.#reject();
    this.#isOver = true;
    this.#outcome.reject(new Error('the session ended'));
  }

  async #offer(): Promise<void> {
    const { gate, password, host } = this.#answer;
    try {
      await gate.run(async () => {
        if (!this.#isOver) this.#session.stdin.write(`${password}\n`);
        await this.#outcome.promise;
      });
    } catch (error) {
      if (error instanceof PasswordRejectedError && error.host !== host)
        this.#end({ kind: 'refused before', on: error.host });
    }
  }

  #reject(): void {
    this.#outcome.reject(new PasswordRejectedError(this.#answer.host));
    this.#end({ kind: 'refused' });
  }

  #end(failure: PasswordFailure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outcome.reject(new Error(failure.kind));
    this.#onFailure(failure);
    this.#session.kill();
  }
}

/** Removes the password prompts from the output. */
export function withoutPrompts(said: string): string {
  return said.replaceAll(`[sudo: ${PROMPT}] Password: `, '').replaceAll(PROMPT, '');
}

/**
 * Reports whether sudo prompts again because the first answer was wrong. It says so between its prompts, in words
 * that sudoers can choose (`badpass_message`, `insults`); PAM modules that ask for more print nothing.
 */
function isRejection(said: string): boolean {
  const between = said.slice(said.indexOf(PROMPT) + PROMPT.length, said.lastIndexOf(PROMPT));
  return (
    between
      .replace(/^\] Password:/, '')
      .replace(/\[sudo: *$/, '')
      .trim() !== ''
  );
}
