import { ABSENT, type AuditStep } from '../cluster/audit.ts';
import type { Stage } from '../cluster/plan.ts';
import { kindOf, type Step } from '../steps/index.ts';
import type { ActContext } from './act-context.ts';

/** Writes down one step, from the moment it begins: for the log, the timeline and the audit record. */
export class StepRecorder {
  readonly #step: Step;
  readonly #stage: string;
  readonly #context: ActContext;
  readonly #before: Readonly<Record<string, string>>;
  readonly #startedMs: number;
  #ended = false;

  constructor(step: Step, { title }: Stage, context: ActContext) {
    this.#step = step;
    this.#stage = title;
    this.#context = context;
    this.#before = this.#digests();
    this.#startedMs = context.timeline.elapsedMs();
  }

  /** Whether {@link end} was called. */
  get ended(): boolean {
    return this.#ended;
  }

  /** @param atMs when it has ended, if not now: milliseconds since the run began. */
  end(outcome: 'succeeded' | 'failed', atMs?: number): void {
    this.#ended = true;
    const { timeline, record, log } = this.#context;
    const { host } = this.#step;
    const { title, onlyLooks = false } = kindOf(this.#step);
    const durationMs = (atMs ?? timeline.elapsedMs()) - this.#startedMs;
    timeline.entries.push({
      stage: this.#stage,
      title,
      host,
      startedMs: this.#startedMs,
      durationMs,
      outcome: outcome === 'succeeded' ? 'done' : 'failed',
      changes: !onlyLooks,
    });
    const what: AuditStep = { host, stage: this.#stage, title, durationMs: Math.round(durationMs), outcome };
    const replaces = Object.keys(this.#before).length > 0;
    record.steps.push(replaces ? { ...what, before: this.#before, after: this.#digests() } : what);
    if (outcome === 'succeeded') log.host(host).info(`done: ${title}`);
  }

  /** Digests of the files that the step puts in place, as the host has them now. */
  #digests(): Record<string, string> {
    const found = this.#context.material.found.get(this.#step.host);
    const files = kindOf(this.#step).replaces?.(this.#step) ?? [];
    return Object.fromEntries(files.map((path) => [path, found?.get(path) ?? ABSENT]));
  }
}
