import type { FirstAlone } from './channel-slots.ts';
import type { Session } from './session.ts';

/**
 * What sudo is told to ask for the password with, on standard error. sudo-rs writes more around it. It takes the place of
 * the prompts of PAM modules too (sudo(8), -p).
 */
export const PROMPT = 'etcd-ha-sudo-password:';

/** How sudo-rs asks for what may be seen, such as a code: not with the prompt that it was given (src/pam/converse.rs). */
const ASKS_FOR_MORE = '[sudo: input needed';

/** What to answer when sudo asks for a password. */
export interface SudoAnswer {
  /** Secret. */
  readonly password: string;
  /** Of all hosts together: of a password that is wrong the first refusal is the last one. */
  readonly gate: FirstAlone;
  /** Name of the host. */
  readonly host: string;
}

/** What came of the password, if it did not help. */
export type PasswordTrouble =
  | { readonly kind: 'refused' }
  /** It was not sent: that host had refused it. */
  | { readonly kind: 'refused before'; readonly on: string }
  /** It was taken, and sudo asks for something else besides. */
  | { readonly kind: 'more wanted' };

/** A host has refused the password. */
export class PasswordRefused extends Error {
  readonly host: string;

  constructor(host: string) {
    super(`refused on ${host}`);
    this.name = 'PasswordRefused';
    this.host = host;
  }
}

/**
 * In sudo's and sudo-rs's words (plugins/sudoers/logging.c; src/common/error.rs). A module of PAM that ends the try with anything else
 * than an authentication failure, as pam_faillock does, makes sudo-rs tell that, in Linux-PAM's words (pam_strerror.c), and ask no
 * second time.
 */
const INCORRECT =
  /incorrect (?:password|authentication) attempt|PAM error: (?:Permission denied|Authentication failure|Have exhausted maximum number of retries)/i;

/**
 * Answers sudo's question for a password in one session: once, and not before it has been asked. To a second question there
 * is no answer, so that a wrong password is one failed try.
 */
export class SudoDialogue {
  readonly #session: Session;
  readonly #answer: SudoAnswer;
  readonly #onTrouble: (trouble: PasswordTrouble) => void;
  readonly #outcome = Promise.withResolvers<undefined>();
  #asked = 0;
  /** The end of what was heard, in which a question may have begun. */
  #begun: Buffer = Buffer.alloc(0);
  #isOver = false;

  /** @param onTrouble told when the password does not help; the session is ended then. */
  constructor(session: Session, answer: SudoAnswer, onTrouble: (trouble: PasswordTrouble) => void) {
    this.#session = session;
    this.#answer = answer;
    this.#onTrouble = onTrouble;
    this.#outcome.promise.catch(() => undefined); // told to the gate, if it came to that
  }

  /** Whether sudo has asked, and it is not known yet what comes of it. */
  get isPending(): boolean {
    return this.#asked > 0 && !this.#isOver;
  }

  /**
   * To be called while the shell is not there.
   * @param chunk what has come on standard error. @param said gives all that came there; asked only if sudo has asked.
   */
  heard(chunk: Buffer, said: () => string): void {
    if (this.#isOver) return;
    const seen = Buffer.concat([this.#begun, chunk]);
    this.#begun = Buffer.from(seen.subarray(1 - PROMPT.length));
    const text = seen.toString('latin1');
    if (text.includes(ASKS_FOR_MORE)) {
      this.#end({ kind: 'more wanted' });
      return;
    }
    const asked = text.split(PROMPT).length - 1;
    if (asked === 0) return;
    this.#asked += asked;
    if (this.#asked === 1) void this.#offer();
    else if (isRefusal(said())) this.#refused();
    else this.#end({ kind: 'more wanted' });
  }

  /** The shell is there. */
  passed(): void {
    this.#isOver = true;
    this.#outcome.resolve(undefined);
  }

  /** The session is over, and there was no shell. @param said all that came on standard error. */
  ended(said: string): void {
    if (this.#asked > 0 && INCORRECT.test(said)) this.#refused();
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
      if (error instanceof PasswordRefused && error.host !== host)
        this.#end({ kind: 'refused before', on: error.host });
    }
  }

  #refused(): void {
    this.#outcome.reject(new PasswordRefused(this.#answer.host));
    this.#end({ kind: 'refused' });
  }

  #end(trouble: PasswordTrouble): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outcome.reject(new Error(trouble.kind));
    this.#onTrouble(trouble);
    this.#session.kill();
  }
}

/** What was said without the questions for the password themselves. */
export function withoutPrompts(said: string): string {
  return said.replaceAll(`[sudo: ${PROMPT}] Password: `, '').replaceAll(PROMPT, '');
}

/**
 * Whether sudo asks again because the first answer was wrong. It says so between its questions, in words that sudoers can
 * choose (`badpass_message`, `insults`); PAM modules that ask for more say nothing.
 */
function isRefusal(said: string): boolean {
  const between = said.slice(said.indexOf(PROMPT) + PROMPT.length, said.lastIndexOf(PROMPT));
  return (
    between
      .replace(/^\] Password:/, '')
      .replace(/\[sudo: *$/, '')
      .trim() !== ''
  );
}
