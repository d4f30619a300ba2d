import { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { LastBytes } from '../../text/last-bytes.ts';
import type { HostStream } from '../transport.ts';
import type { Session } from './session.ts';

/** Number of bytes kept from before the marker, for messages if it never comes. */
const PREAMBLE_LIMIT = 64 * 1024;
/**
 * The maximum length of a line, in characters; the longest that our scripts print is an image's name and its digest.
 */
export const MAX_LINE_LENGTH = 16 * 1024;

/**
 * One output stream of a remote shell. Everything before the marker line is noise (`.bashrc`, banners, sudo's
 * lecture); everything after it is the script's output and is passed on as it arrives.
 */
export class FramedOutput {
  readonly #marker: Buffer;
  readonly #onMarker: (() => void) | undefined;
  readonly #onContent: (chunk: Buffer) => void;
  readonly #preamble = new LastBytes(PREAMBLE_LIMIT);
  #started = false;

  /** @param marker the line, without its newline, before the content. */
  constructor(marker: string, onMarker: (() => void) | undefined, onContent: (chunk: Buffer) => void) {
    this.#marker = Buffer.from(`${marker}\n`);
    this.#onMarker = onMarker;
    this.#onContent = onContent;
  }

  /** Reports whether the marker has arrived. */
  get started(): boolean {
    return this.#started;
  }

  /** The last part of the output before the marker. */
  get preamble(): string {
    return this.#preamble.bytes.toString('utf8');
  }

  push(chunk: Buffer): void {
    if (this.#started) {
      this.#onContent(chunk);
      return;
    }
    // The marker may have begun in the previous chunk.
    const begun = this.#preamble.bytes.subarray(1 - this.#marker.length);
    const seen = Buffer.concat([begun, chunk]);
    const index = seen.indexOf(this.#marker);
    if (index === -1) {
      this.#preamble.push(chunk);
      return;
    }
    this.#started = true;
    this.#onMarker?.();
    const content = seen.subarray(index + this.#marker.length);
    if (content.length > 0) this.#onContent(content);
  }
}

/**
 * Passes on everything before a marker and nothing after it: a login shell's traps and sudo's PAM session print after
 * the script. Without a marker everything is passed on: a killed script prints none.
 */
export class UntilMarker {
  readonly #marker: Buffer;
  readonly #onContent: (chunk: Buffer) => void;
  readonly #least: number;
  readonly #onMarker: (() => void) | undefined;
  /** The end of the output so far, which may hold the beginning of the marker. */
  #partialMarker: Buffer = Buffer.alloc(0);
  #isOver = false;

  /**
   * @param options.least how many bytes at the end of a chunk have to match the marker to be held back until more
   * arrives; fewer are content in any case.
   */
  constructor(
    marker: string,
    onContent: (chunk: Buffer) => void,
    { least = 1, onMarker }: { readonly least?: number; readonly onMarker?: () => void } = {},
  ) {
    this.#marker = Buffer.from(marker);
    this.#onContent = onContent;
    this.#least = least;
    this.#onMarker = onMarker;
  }

  push(chunk: Buffer): void {
    if (this.#isOver) return;
    const seen = this.#partialMarker.length === 0 ? chunk : Buffer.concat([this.#partialMarker, chunk]);
    const index = seen.indexOf(this.#marker);
    this.#isOver = index !== -1;
    const whole = this.#isOver ? index : seen.length - this.#partialLength(seen);
    this.#partialMarker = Buffer.from(this.#isOver ? [] : seen.subarray(whole));
    if (whole > 0) this.#onContent(seen.subarray(0, whole));
    if (this.#isOver) this.#onMarker?.();
  }

  /** Passes on a held-back beginning of a marker. */
  end(): void {
    const rest = this.#partialMarker;
    this.#partialMarker = Buffer.alloc(0);
    if (rest.length > 0) this.#onContent(rest);
  }

  /** Returns how many bytes at the end match the beginning of the marker. */
  #partialLength(seen: Buffer): number {
    let length = Math.min(this.#marker.length - 1, seen.length);
    while (length > 0 && !seen.subarray(-length).equals(this.#marker.subarray(0, length))) length -= 1;
    return length < this.#least ? 0 : length;
  }
}

/**
 * Splits a byte stream into lines. A line is passed on when it is complete, a longer one up to {@link MAX_LINE_LENGTH}.
 */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #isCut = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const [first = '', ...others] = this.#decoder.write(chunk).split('\n');
    this.#add(first);
    for (const part of others) {
      this.#tell();
      this.#add(part);
    }
  }

  /** Passes on a last line without a newline. */
  end(): void {
    this.#add(this.#decoder.end());
    if (this.#rest !== '') this.#tell();
  }

  /** Costs as much as the part, however long the line is by now. */
  #add(part: string): void {
    const room = MAX_LINE_LENGTH - this.#rest.length;
    if (part.length > room) this.#isCut = true;
    if (room > 0) this.#rest += part.slice(0, room);
  }

  #tell(): void {
    const line = this.#rest.replace(/\r$/, '');
    this.#onLine(this.#isCut ? `${line}…` : line);
    this.#rest = '';
    this.#isCut = false;
  }
}

/**
 * Standard input and output of a script as one stream. The script sees the end of its input only when the stream is
 * destroyed, and then knows that its output is no longer read; ending the stream does not reach it.
 */
export class ShellStream extends Duplex implements HostStream {
  readonly relayed = true;
  readonly #session: Session;
  #isHeard = true;
  #over = false;
  #writeDone: ((error?: Error | null) => void) | undefined;

  /** @param session of the shell that runs the script; its output arrives through `receive` and `receiveEnd`. */
  constructor(session: Session) {
    super({ allowHalfOpen: true });
    this.#session = session;
    session.stdout.once('end', () => this.receiveEnd());
    void session.whenOver.then(() => {
      this.#over = true;
      if (this.#writeDone === undefined) this.end();
      else this.#writeDone(endedByPeer());
    });
    // A lost connection must not end the process if there is no listener; `close` still reports it.
    this.on('error', () => undefined);
  }

  /** Takes output of the script. */
  receive(chunk: Buffer): void {
    if (!this.push(chunk)) this.#session.stdout.pause();
  }

  /** Ends the script's output, whatever else arrives. */
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
    this.#session.stdout.resume(); // unread data would keep the session from ending
    this.#session.close();
    done(error);
  }
}

function endedByPeer(): Error {
  return Object.assign(new Error('the other end closed the connection'), { code: 'EPIPE' });
}
