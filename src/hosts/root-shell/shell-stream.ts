import { Duplex } from 'node:stream';

import type { HostStream } from '../transport.ts';
import type { Session } from './session.ts';

/**
 * Standard input and output of a script as one stream. Ending it is not told to the script, which sees the end of its
 * input when the stream is destroyed, and only then: so a script knows that nobody reads it any more.
 */
export class ShellStream extends Duplex implements HostStream {
  readonly relayed = true;
  readonly #session: Session;
  #isHeard = true;
  #over = false;
  #writeDone: ((error?: Error | null) => void) | undefined;

  /** @param session of the shell that runs the script; its output is handed over by `receive` and `receiveEnd`. */
  constructor(session: Session) {
    super({ allowHalfOpen: true });
    this.#session = session;
    session.stdout.once('end', () => this.receiveEnd());
    void session.whenOver.then(() => {
      this.#over = true;
      if (this.#writeDone === undefined) this.end();
      else this.#writeDone(endedByPeer());
    });
    // A lost connection must not end the process when nobody listens any more; `close` still tells.
    this.on('error', () => undefined);
  }

  /** Takes what the script has written. */
  receive(chunk: Buffer): void {
    if (!this.push(chunk)) this.#session.stdout.pause();
  }

  /** The script will write no more, whatever else comes. */
  receiveEnd(): void {
    if (!this.#isHeard) return;
    this.#isHeard = false;
    this.push(null);
  }

  override _read(): void {
    this.#session.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#over) {
      done(endedByPeer());
      return;
    }
    this.#writeDone = done;
    this.#session.stdin.write(chunk, (error) => {
      this.#writeDone = undefined;
      done(error);
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#session.stdout.resume(); // what is left unread would keep the session from ending
    this.#session.close();
    done(error);
  }
}

function endedByPeer(): Error {
  return Object.assign(new Error('the other end closed the connection'), { code: 'EPIPE' });
}
