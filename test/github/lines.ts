import { StringDecoder } from 'node:string_decoder';

/**
 * Splits a byte stream into lines like .NET's StreamReader.ReadLine, with which the runner reads a step's output: CR
 * LF, LF and a lone CR each end a line.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes the next bytes and calls back for each line that they complete. */
  write(chunk: Buffer): void {
    this.#consume(this.#decoder.write(chunk));
  }

  /** Takes the end of the stream: an unfinished line is a line. */
  end(): void {
    this.#consume(this.#decoder.end());
    const last = this.#rest.replace(/\r$/, '');
    const isLine = this.#rest !== '';
    this.#rest = '';
    if (isLine) this.#onLine(last);
  }

  #consume(text: string): void {
    this.#rest += text;
    // A CR at the very end may be the first half of a CR LF, so it waits for the next bytes.
    const parts = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.#onLine(part);
  }
}
