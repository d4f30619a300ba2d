import { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { LastBytes } from '../../text/last-bytes.ts';
import type { HostStream } from '../transport.ts';
import type { Session } from './session.ts';

/** How much of what comes before the marker is kept, for messages when it never comes. */
const PREAMBLE_LIMIT = 64 * 1024;
/** How much of a line is passed on, in characters; the longest that our scripts write is an image's name and its digest. */
export const LONGEST_LINE = 16 * 1024;

/**
 * One output stream of a remote shell. All before the marker line is noise (`.bashrc`, banners, sudo's
 * lecture); all behind it belongs to the script and is passed on as it comes.
 */
export class FramedOutput {
  readonly #marker: Buffer;
  readonly #onMarker: (() => void) | undefined;
  readonly #onContent: (chunk: Buffer) => void;
  readonly #preamble = new LastBytes(PREAMBLE_LIMIT);
  #started = false;

  /** @param marker the line, without its newline, after which content begins. */
  constructor(marker: string, onMarker: (() => void) | undefined, onContent: (chunk: Buffer) => void) {
    this.#marker = Buffer.from(`${marker}\n`);
    this.#onMarker = onMarker;
    this.#onContent = onContent;
  }

  /** Whether the marker has come. */
  get started(): boolean {
    return this.#started;
  }

  /** The last part of what came while there was no marker. */
  get preamble(): string {
    return this.#preamble.bytes.toString('utf8');
  }

  push(chunk: Buffer): void {
    if (this.#started) {
      this.#onContent(chunk);
      return;
    }
    // The marker may have begun in what came before.
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
 * Passes on all that comes before a marker, and nothing from there on: a login shell's traps and sudo's PAM session speak when the
 * script has ended. Without a marker everything is passed on: a script that was killed says none.
 */
export class UntilMarker {
  readonly #marker: Buffer;
  readonly #onContent: (chunk: Buffer) => void;
  readonly #least: number;
  readonly #onMarker: (() => void) | undefined;
  /** The end of what has come, in which the marker may have begun. */
  #begun: Buffer = Buffer.alloc(0);
  #isOver = false;

  /**
   * @param options.least how many bytes at the end of a chunk have to be the marker's for them to be held back until more comes;
   * less of it are content, whatever comes.
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
    const seen = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    const index = seen.indexOf(this.#marker);
    this.#isOver = index !== -1;
    const whole = this.#isOver ? index : seen.length - this.#begunIn(seen);
    this.#begun = Buffer.from(this.#isOver ? [] : seen.subarray(whole));
    if (whole > 0) this.#onContent(seen.subarray(0, whole));
    if (this.#isOver) this.#onMarker?.();
  }

  /** Passes on what might have been the beginning of a marker. */
  end(): void {
    const rest = this.#begun;
    this.#begun = Buffer.alloc(0);
    if (rest.length > 0) this.#onContent(rest);
  }

  /** How many bytes at the end are a beginning of the marker. */
  #begunIn(seen: Buffer): number {
    let length = Math.min(this.#marker.length - 1, seen.length);
    while (length > 0 && !seen.subarray(-length).equals(this.#marker.subarray(0, length))) length -= 1;
    return length < this.#least ? 0 : length;
  }
}

/** Cuts a byte stream into lines; a line is passed on when it is complete, and of a longer one its first {@link LONGEST_LINE}. */
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

  /** Passes on a last line that has no newline. */
  end(): void {
    this.#add(this.#decoder.end());
    if (this.#rest !== '') this.#tell();
  }

  /** Costs no more than the part, however long the line is by now. */
  #add(part: string): void {
    const room = LONGEST_LINE - this.#rest.length;
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
