import { setImmediate } from 'node:timers/promises';

/**
 * Bytes that can be read at any place. A database is read in the order of its keys, which is not the order of its pages in the
 * file: a source that decrypts whole chunks should keep several of them.
 */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /**
   * Returns exactly `length` bytes from `offset`, valid until the next call. The readers of this folder ask for at most
   * {@link MOST_READ_BYTES} at once, and only for what lies within `size`.
   * @throws if the bytes cannot be had.
   */
  read(offset: number, length: number): Buffer;
}

/** The most bytes that are asked of a {@link ByteSource} at once. */
export const MOST_READ_BYTES = 1024 * 1024;

/** How a long reading is watched and ended. */
export interface ReadingOptions {
  /** Ends the reading soon; it then throws the signal's reason. */
  readonly signal: AbortSignal;
  /** Called a few times per second and at the end, with the bytes read so far; a page that is read again counts again. */
  readonly onProgress?: (bytesDone: number) => void;
}

/** Milliseconds of work between two looks at the signal and the event loop. */
const SLICE_MS = 10;

/** Takes the steps of a long reading, and lets the rest of the process run in between. */
export class Pace {
  readonly #options: ReadingOptions;
  #bytes = 0;

  /** @throws the signal's reason, if it is aborted already. */
  constructor(options: ReadingOptions) {
    this.#options = options;
    options.signal.throwIfAborted();
  }

  /**
   * Takes every step.
   * @param steps yields the bytes that each step has read, at least every few milliseconds.
   * @throws the signal's reason; what the steps throw.
   */
  async through(steps: Iterable<number>): Promise<void> {
    let until = performance.now() + SLICE_MS;
    for (const bytes of steps) {
      this.#bytes += bytes;
      if (performance.now() < until) continue;
      this.#options.onProgress?.(this.#bytes);
      await setImmediate();
      this.#options.signal.throwIfAborted();
      until = performance.now() + SLICE_MS;
    }
    this.#options.onProgress?.(this.#bytes);
  }
}
