import { StringDecoder } from 'node:string_decoder';

/** How much of what comes before the marker is kept, for messages when it never comes. */
const PREAMBLE_LIMIT = 64 * 1024;

/**
 * One output stream of a remote shell. All before the marker line is noise (`.bashrc`, banners, sudo's
 * lecture); all behind it belongs to the script and is passed on as it comes.
 */
export class FramedOutput {
  readonly #marker: Buffer;
  readonly #onMarker: (() => void) | undefined;
  readonly #onContent: (chunk: Buffer) => void;
  #preamble: Buffer = Buffer.alloc(0);
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
    return this.#preamble.toString('utf8');
  }

  push(chunk: Buffer): void {
    if (this.#started) {
      this.#onContent(chunk);
      return;
    }
    const seen = Buffer.concat([this.#preamble, chunk]);
    const index = seen.indexOf(this.#marker);
    if (index === -1) {
      this.#preamble = seen.subarray(-PREAMBLE_LIMIT);
      return;
    }
    this.#started = true;
    this.#onMarker?.();
    const content = seen.subarray(index + this.#marker.length);
    if (content.length > 0) this.#onContent(content);
  }
}

/** Cuts a byte stream into lines; a line is passed on when it is complete. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const lines = `${this.#rest}${this.#decoder.write(chunk)}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line.replace(/\r$/, ''));
  }

  /** Passes on a last line that has no newline. */
  end(): void {
    const line = `${this.#rest}${this.#decoder.end()}`;
    this.#rest = '';
    if (line !== '') this.#onLine(line);
  }
}
