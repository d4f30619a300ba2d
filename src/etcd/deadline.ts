import { type RequestPhase, timeoutError } from './connection-errors.ts';
import type { EtcdError, EtcdPlace } from './errors.ts';

/** The limit of a whole request: connecting and the answer. */
export interface RequestLimit {
  readonly timeoutMs: number;
  /** Ends the request early; reported as if the deadline had passed. */
  readonly signal?: AbortSignal;
}

/** The deadline of one request, and the progress that the request had made by then. */
export class Deadline {
  phase: RequestPhase = 'unsent';
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #place: EtcdPlace;
  readonly #timeoutMs: number;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal | undefined;
  readonly #expire = (): void => {
    this.#controller.abort();
  };

  constructor(place: EtcdPlace, limit: RequestLimit) {
    this.#place = place;
    this.#timeoutMs = limit.timeoutMs;
    this.signal = this.#controller.signal;
    this.#timer = setTimeout(this.#expire, limit.timeoutMs);
    this.#outer = limit.signal;
    if (limit.signal?.aborted === true) this.#expire();
    limit.signal?.addEventListener('abort', this.#expire);
  }

  get expired(): boolean {
    return this.signal.aborted;
  }

  error(): EtcdError {
    const waitedMs = Math.round(performance.now() - this.#startedAt);
    return timeoutError(this.#place, this.phase, Math.min(waitedMs, this.#timeoutMs));
  }

  throwIfExpired(): void {
    if (this.expired) throw this.error();
  }

  /** Returns the promise's value, unless the deadline passes first. */
  async orExpiry<T>(promise: Promise<T>): Promise<T> {
    const expiry = Promise.withResolvers<never>();
    const expire = (): void => {
      expiry.reject(this.error());
    };
    if (this.expired) expire();
    this.signal.addEventListener('abort', expire);
    try {
      return await Promise.race([promise, expiry.promise]);
    } finally {
      this.signal.removeEventListener('abort', expire);
    }
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#expire);
  }
}
