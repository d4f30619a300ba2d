/** What a channel is for; sshd limits sessions (MaxSessions) but not forwarded connections. */
export type ChannelKind = 'session' | 'tcp';

interface Waiter {
  readonly kind: ChannelKind;
  readonly admit: () => void;
}

/** Gives a slot back; calling it again does nothing. */
export type ReleaseSlot = () => void;

/** Limits how many channels one connection has open at once. */
export class ChannelSlots {
  readonly #limit: number;
  readonly #onWait: () => void;
  #sessionLimit = Infinity;
  #open = 0;
  #sessions = 0;
  readonly #waiting: Waiter[] = [];

  /**
   * @param limit channels at once, of any kind.
   * @param onWait told whenever somebody has begun to wait.
   */
  constructor(limit: number, onWait: () => void = () => undefined) {
    this.#limit = limit;
    this.#onWait = onWait;
  }

  /** Whether somebody waits for a slot. */
  get isWanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** A slot now, or undefined. Nobody is passed: who waits has a slot the moment there is one. */
  tryAcquire(kind: ChannelKind): ReleaseSlot | undefined {
    return this.#fits(kind) ? this.#take(kind) : undefined;
  }

  /** A slot as soon as there is one; who waits longest comes first. Rejects with the signal's reason. */
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

  /** Slots of sessions that are taken. */
  get sessions(): number {
    return this.#sessions;
  }

  /** The server would not open one session more: never hold more than are open beside the refused one, but one. */
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
 * Lets one go alone while the others wait, until one has got through; then all may go at once. What ends one of them for
 * good ends those that wait, and all that come later.
 */
export class FirstAlone {
  readonly #isFinal: (error: unknown) => boolean;
  #passed = false;
  #first: Promise<unknown> | undefined;
  #final: { readonly error: unknown } | undefined;

  /** @param isFinal whether an error would come again, whoever goes next. */
  constructor(isFinal: (error: unknown) => boolean) {
    this.#isFinal = isFinal;
  }

  /** @throws what the work throws, or what has ended another for good. */
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
