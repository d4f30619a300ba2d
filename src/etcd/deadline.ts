import { type RequestPhase, timeoutError } from './connection-errors.ts';
import type { EtcdError, EtcdPlace } from './errors.ts';

/** How long a request may take, all of it: connecting, the answer. */
export interface RequestLimit {
  readonly timeoutMs: number;
  /** Ends the request before that; reported as if the time had passed. */
  readonly signal?: AbortSignal;
}

/** The end of one request's time, and how far it had come by then. */
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

  /** What the promise gives, unless the time passes first. */
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
