/** The kind of a channel; sshd limits sessions (MaxSessions) but not forwarded connections. */
export type ChannelKind = 'session' | 'tcp';

interface Waiter {
  readonly kind: ChannelKind;
  readonly admit: () => void;
}

/** Releases a slot; a second call does nothing. */
export type ReleaseSlot = () => void;

/** Limits the number of open channels of one connection. */
export class ChannelSlots {
  readonly #limit: number;
  readonly #onWait: () => void;
  #sessionLimit = Infinity;
  #open = 0;
  #sessions = 0;
  readonly #waiting: Waiter[] = [];

  /**
   * @param limit maximum number of open channels, of any kind.
   * @param onWait called when a caller starts waiting.
   */
  constructor(limit: number, onWait: () => void = () => undefined) {
    this.#limit = limit;
    this.#onWait = onWait;
  }

  /** Reports whether a caller is waiting for a slot. */
  get isWanted(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Returns a free slot, or undefined. It overtakes no caller: a waiting one gets each slot as soon as it is free.
   */
  tryAcquire(kind: ChannelKind): ReleaseSlot | undefined {
    return this.#fits(kind) ? this.#take(kind) : undefined;
  }

  /** Waits for a free slot, first come, first served. Rejects with the signal's reason. */
  async acquire(kind: ChannelKind, signal: AbortSignal): Promise<ReleaseSlot> {
    signal.throwIfAborted();
    const release = this.tryAcquire(kind);
    if (release !== undefined) return release;
    const { promise, resolve, reject } = Promise.withResolvers<ReleaseSlot>();
    const waiter = { kind, admit: () => resolve(this.#take(kind)) };
    this.#waiting.push(waiter);
    this.#onWait();
    const onAbort = (): void => {
      const index = this.#waiting.indexOf(waiter);
      if (index !== -1) this.#waiting.splice(index, 1);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** The number of open sessions. */
  get sessions(): number {
    return this.#sessions;
  }

  /**
   * Call it when the server has refused a session: never open more than there are beside the refused one, but at
   * least one.
   */
  learnSessionLimit(): void {
    const others = this.#sessions - 1;
    if (others > 0) this.#sessionLimit = Math.min(this.#sessionLimit, others);
  }

  #fits(kind: ChannelKind): boolean {
    return this.#open < this.#limit && (kind === 'tcp' || this.#sessions < this.#sessionLimit);
  }

  #take(kind: ChannelKind): ReleaseSlot {
    this.#count(kind, 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#count(kind, -1);
      this.#admitNext();
    };
  }

  #count(kind: ChannelKind, change: 1 | -1): void {
    this.#open += change;
    if (kind === 'session') this.#sessions += change;
  }

  #admitNext(): void {
    const index = this.#waiting.findIndex(({ kind }) => this.#fits(kind));
    if (index !== -1) this.#waiting.splice(index, 1)[0]?.admit();
  }
}

/**
 * Runs one task alone while the others wait, until one has succeeded; then all run at once. A final error fails all
 * waiting tasks and all later ones.
 */
export class TrialGate {
  readonly #isFinal: (error: unknown) => boolean;
  #passed = false;
  #first: Promise<unknown> | undefined;
  #final: { readonly error: unknown } | undefined;

  /** @param isFinal reports whether every other task would fail with the same error. */
  constructor(isFinal: (error: unknown) => boolean) {
    this.#isFinal = isFinal;
  }

  /** @throws the error of the task, or the final error of an earlier one. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.#first !== undefined && !this.#passed) await this.#first;
    if (this.#passed) return await work();
    if (this.#final !== undefined) throw this.#final.error;
    const running = work();
    this.#first = running.then(
      () => {
        this.#passed = true;
      },
      (error: unknown) => {
        if (this.#isFinal(error)) this.#final = { error };
        this.#first = undefined;
      },
    );
    return await running;
  }
}
