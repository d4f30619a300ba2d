/** One operation, its host, and its duration. */
export interface TimelineEntry {
  readonly stage: string;
  readonly title: string;
  /** Absent: done on the runner. */
  readonly host?: string;
  /** Milliseconds since the run began. */
  readonly startedMs: number;
  readonly durationMs: number;
  readonly outcome: 'done' | 'failed';
  /** It may have changed something on the host. */
  readonly changes: boolean;
}

/** Collects the operations of a run, so that the report lists them also if the run fails half-way. */
export class Timeline {
  readonly entries: TimelineEntry[] = [];
  readonly #clock: () => number;
  readonly #start: number;

  /** @param clock milliseconds from any fixed point, e.g. `performance.now`. */
  constructor(clock: () => number) {
    this.#clock = clock;
    this.#start = clock();
  }

  /** Returns the milliseconds since the run began. */
  elapsedMs(): number {
    return this.#clock() - this.#start;
  }

  /** Runs `work` and records it, successful or not. */
  async record<T>(
    what: Pick<TimelineEntry, 'stage' | 'title' | 'host' | 'changes'>,
    work: () => Promise<T>,
  ): Promise<T> {
    const startedMs = this.elapsedMs();
    let outcome: TimelineEntry['outcome'] = 'failed';
    try {
      const result = await work();
      outcome = 'done';
      return result;
    } finally {
      this.entries.push({ ...what, startedMs, durationMs: this.elapsedMs() - startedMs, outcome });
    }
  }
}
