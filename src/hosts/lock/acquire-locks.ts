import { setTimeout as sleep } from 'node:timers/promises';

import { type Finding, RunError } from '../../findings.ts';
import type { Log } from '../../runner/log.ts';
import { HostError } from '../host-error.ts';
import { seconds } from '../../text/printable.ts';
import { explainUnknown } from '../explain-unknown.ts';
import type { RemoteScript, Transport } from '../transport.ts';
import {
  type AbandonedLock,
  type AcquireAnswer,
  acquireScript,
  type LockObstacle,
  parseAcquireAnswer,
} from './acquire-script.ts';
import { guard } from './guard.ts';
import { HostLock, releaseOn } from './host-lock.ts';
import { checkedId, type LockOwner } from './lock-bash.ts';
import {
  describeObstacle,
  lockFailure,
  lockLostFinding,
  obstacleFinding,
  takeOverWarning,
} from './lock-messages.ts';

/** Pause between two heartbeats; a lock without one expires after 30 s. */
const HEARTBEAT_MS = 8000;
/** Extra time for the optional hosts after the others. */
const OPTIONAL_MS = 15_000;
/** Mean pause between two attempts; each is between half of it and one and a half. */
const PAUSE_MS = 1000;

/** The owner of the locks, the hosts, and how long to wait. */
export interface AcquireOptions {
  readonly transports: readonly Transport[];
  /**
   * Optional hosts to lock too. One that fails is left out, as is one that has not answered `optionalMs` after the
   * others have.
   */
  readonly optional?: readonly Transport[];
  /** Default 15 s. */
  readonly optionalMs?: number;
  readonly owner: LockOwner;
  /** 0: one attempt. */
  readonly waitMs: number;
  /** Ends the wait and releases the locks acquired so far. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** A number from 0 to 1 that keeps two waiting runs out of step. */
  readonly random: () => number;
  /**
   * Returns the script to run on a host in the same round trip once its lock is acquired, e.g. the second probe. It
   * must only read, because the locks of the other hosts may be missing.
   */
  readonly then?: (host: string) => RemoteScript;
  /** Default 8000. */
  readonly heartbeatMs?: number;
}

/** A lock that was taken over from a dead run. */
export interface TakenOverLock extends AbandonedLock {
  readonly host: string;
}

/** An optional host that was not locked because it did not answer; nothing may be changed there. */
export interface SkippedHost {
  readonly host: string;
  readonly error: Error;
}

/** The last script that runs under a lock before its release. */
export interface FinalScript {
  /** Undefined: nothing runs on that host. */
  readonly scriptFor: (host: string) => RemoteScript | undefined;
  readonly onFailure: (host: string, error: unknown) => void;
}

/** The locks of all hosts. */
export interface HeldLocks {
  /** The standard output of `then`, by host name. */
  readonly answers: ReadonlyMap<string, Buffer>;
  readonly takenOver: readonly TakenOverLock[];
  /** Hosts of `optional` that are not locked. */
  readonly leftOut: readonly SkippedHost[];
  /** Aborted, with a RunError, when a heartbeat finds a lock missing or taken over. */
  readonly lost: AbortSignal;
  /** Wraps the script to run only while this run holds the host's lock; see `guard` and `explainLockLost`. */
  guard(script: RemoteScript): RemoteScript;
  /**
   * Releases all locks within 5 s, as far as possible. Never throws; a second call does nothing.
   * @param last runs on each host under its lock first, within its own time limit.
   */
  release(last?: FinalScript): Promise<void>;
}

/**
 * Acquires the locks of all hosts or of none, except optional hosts that do not answer. The first attempt locks all
 * hosts at once; later ones lock the host whose name sorts first before the others, so that one of two waiting runs
 * gets it and then all others.
 * @throws RunError that names the holders when the wait is over; HostError or RunError when a host does not answer or
 * cannot lock; the reason of the signal. No lock is held then. The signal does not interrupt a running attempt;
 * closing the connections does.
 */
export async function acquireLocks(options: AcquireOptions): Promise<HeldLocks> {
  checkedId(options.owner.id);
  const { waitMs, signal, log, random } = options;
  const started = performance.now();
  const takenOver: TakenOverLock[] = [];
  const transports = [...options.transports, ...(options.optional ?? [])].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  let order = [transports];
  let said: readonly string[] = [];
  for (;;) {
    signal.throwIfAborted();
    const attempt = new AcquireAttempt(options, takenOver);
    for (const group of order) if (attempt.isClear) await attempt.acquire(group);
    if (attempt.isClear && !signal.aborted) return attempt.held();
    await attempt.abandon();
    signal.throwIfAborted();
    attempt.throwFailures();
    const left = waitMs - (performance.now() - started);
    if (left <= 0) throw new RunError('another run works on these hosts', attempt.obstacleFindings());
    const holders = attempt.holders();
    if (!holders.every((holder) => said.includes(holder))) {
      said = holders;
      log.info(`Waiting up to ${Math.ceil(left / 1000)} s for ${holders.join('; ')}`);
    }
    order = [transports.slice(0, 1), transports.slice(1)];
    await sleep(Math.min(left, PAUSE_MS * (0.5 + random())), undefined, { signal }).catch(() => undefined);
  }
}

/** One attempt to acquire the locks of all hosts. */
class AcquireAttempt {
  readonly #options: AcquireOptions;
  readonly #takenOver: TakenOverLock[];
  readonly #locks = new Map<Transport, HostLock>();
  /** Increases with each attempt: microseconds since this process began. */
  readonly #number = Math.ceil(performance.now() * 1000);
  readonly #optional: ReadonlySet<Transport>;
  readonly #tried: Transport[] = [];
  readonly #skipped: SkippedHost[] = [];
  readonly #answers = new Map<string, Buffer>();
  readonly #obstacles: { readonly host: string; readonly obstacle: LockObstacle }[] = [];
  readonly #failures: Error[] = [];
  readonly #lost = new AbortController();

  /** @param takenOver receives the locks that this attempt takes over. */
  constructor(options: AcquireOptions, takenOver: TakenOverLock[]) {
    this.#options = options;
    this.#takenOver = takenOver;
    this.#optional = new Set(options.optional);
  }

  get isClear(): boolean {
    return this.#obstacles.length + this.#failures.length === 0;
  }

  /** Tries to acquire the locks of these hosts, all at once. */
  async acquire(transports: readonly Transport[]): Promise<void> {
    const asked = transports.map((transport) => ({ transport, done: this.#acquireOne(transport) }));
    const needed = asked.filter(({ transport }) => !this.#optional.has(transport));
    await Promise.all(needed.map(({ done }) => done));
    const { optionalMs = OPTIONAL_MS } = this.#options;
    const answered = new AbortController();
    const end = sleep(optionalMs, 'late', { signal: answered.signal }).catch(() => undefined);
    await Promise.all(
      asked.map(async ({ transport, done }) => {
        const outcome = await Promise.race([done, end]);
        if (outcome === 'late') this.#skip(transport, noAnswerError(transport.name, optionalMs));
      }),
    );
    answered.abort();
  }

  async #acquireOne(transport: Transport): Promise<void> {
    this.#tried.push(transport);
    try {
      this.#record(transport, await this.#ask(transport));
    } catch (error) {
      if (this.#optional.has(transport)) this.#skip(transport, error as Error);
      else this.#failures.push(error as Error);
    }
  }

  #skip({ name }: Transport, error: Error): void {
    if (this.#isSkipped(name)) return;
    this.#skipped.push({ host: name, error });
  }

  #isSkipped(name: string): boolean {
    return this.#skipped.some(({ host }) => host === name);
  }

  held(): HeldLocks {
    const { owner, log } = this.#options;
    for (const transport of this.#tried) {
      // It may hold the lock, and gets no other script.
      if (this.#isSkipped(transport.name)) void releaseOn(transport, owner.id, this.#number);
    }
    let released: Promise<void> | undefined;
    const release = async (last?: FinalScript): Promise<void> => {
      const outcomes = [...this.#locks].map(async ([{ name }, lock]) => {
        const { outcome, failure } = await lock.release(last?.scriptFor(name));
        if (failure !== undefined) last?.onFailure(name, failure);
        if (outcome !== 'still-running') return;
        log.host(name).warning('A step still runs on this host; its lock stays until the step ends.');
      });
      await Promise.all(outcomes);
    };
    return {
      answers: this.#answers,
      takenOver: this.#takenOver,
      leftOut: this.#skipped,
      lost: this.#lost.signal,
      guard: (script) => guard(owner.id, script),
      release: (last) => (released ??= release(last)),
    };
  }

  /** Releases the locks that were acquired, and those that may have been although no answer came. */
  async abandon(): Promise<void> {
    const refused = new Set(this.#obstacles.map(({ host }) => host));
    const maybeGot = this.#tried.filter(({ name }) => !refused.has(name));
    const { id } = this.#options.owner;
    await Promise.all(
      maybeGot.map(async (transport) => {
        await (this.#locks.get(transport)?.release() ?? releaseOn(transport, id, this.#number));
      }),
    );
  }

  throwFailures(): void {
    const [first] = this.#failures;
    if (first === undefined) return;
    const findings = this.#failures.flatMap((error) => (error instanceof HostError ? [error.finding] : []));
    if (findings.length < 2) throw first;
    throw new RunError('not every host could be locked', findings);
  }

  obstacleFindings(): Finding[] {
    return this.#obstacles
      .map(({ host, obstacle }) => ({ host, at: 'lock', ...obstacleFinding(obstacle) }))
      .toSorted((a, b) => (a.host < b.host ? -1 : 1));
  }

  /** Lists the holders of the locks, without duplicates. */
  holders(): string[] {
    return [...new Set(this.#obstacles.map(({ obstacle }) => describeObstacle(obstacle)))].toSorted();
  }

  async #ask(transport: Transport): Promise<AcquireAnswer> {
    const { owner, then } = this.#options;
    const following = then?.(transport.name);
    const result = await transport.run(acquireScript(owner, this.#number, following));
    const answer = parseAcquireAnswer(result.stdout);
    const host = transport.name;
    if (answer === undefined) throw new HostError({ host, at: 'lock', ...lockFailure(result) });
    if (result.code === 0) return answer;
    throw new HostError({ host, at: following?.title ?? 'lock', ...explainUnknown(result) });
  }

  #record(transport: Transport, answer: AcquireAnswer): void {
    const host = transport.name;
    const { owner, heartbeatMs = HEARTBEAT_MS, log } = this.#options;
    if (!answer.got) {
      if (!this.#isSkipped(host)) this.#obstacles.push({ host, obstacle: answer.obstacle });
      return;
    }
    if (this.#isSkipped(host)) {
      void releaseOn(transport, owner.id, this.#number); // Its answer came too late.
      return;
    }
    this.#answers.set(host, answer.rest);
    this.#locks.set(
      transport,
      new HostLock(transport, owner, this.#number, heartbeatMs, (where, holder) => {
        const finding = { host: where, at: 'lock', ...lockLostFinding(holder) };
        this.#lost.abort(new RunError('the lock of a host was lost', [finding]));
      }),
    );
    if (answer.abandoned === undefined) return;
    this.#takenOver.push({ host, ...answer.abandoned });
    log.host(host).warning(takeOverWarning(answer.abandoned));
  }
}

function noAnswerError(host: string, optionalMs: number): HostError {
  return new HostError({
    code: 'host-lock-late',
    host,
    at: 'lock',
    fact: `it did not answer within ${seconds(optionalMs)} after the other hosts, and is left out.`,
    cause: 'The host hangs or is overloaded, or its network was cut.',
    fix: 'Make sure that it is up, then run again: that run does the work on this host.',
  });
}
