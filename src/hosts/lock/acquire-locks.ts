import { setTimeout as sleep } from 'node:timers/promises';

import { type Finding, Refusal } from '../../findings.ts';
import type { Log } from '../../runner/log.ts';
import { HostError } from '../host-error.ts';
import { seconds } from '../../text/printable.ts';
import { explainUnknown } from '../explain-unknown.ts';
import type { RemoteScript, Transport } from '../transport.ts';
import {
  type Abandoned,
  type AcquireAnswer,
  acquireScript,
  type Obstacle,
  parseAcquireAnswer,
} from './acquire-script.ts';
import { guard } from './guard.ts';
import { HostLock, releaseOn } from './host-lock.ts';
import { checkedId, type LockOwner } from './lock-bash.ts';
import {
  describeObstacle,
  lockFailure,
  lostFinding,
  obstacleFinding,
  takeOverWarning,
} from './lock-messages.ts';

/** How often an owner says that it lives; a lock lives 30 s without. */
const HEARTBEAT_MS = 8000;
/** How long those that the run can do without may take longer than the others. */
const OPTIONAL_MS = 15_000;
/** Mean pause between two tries; each is between half of it and one and a half. */
const PAUSE_MS = 1000;

/** Whose lock is wanted, where, and how long to wait for it. */
export interface AcquireOptions {
  readonly transports: readonly Transport[];
  /**
   * Hosts to be locked besides, that the run can do without. One that fails is left out, and one that has not answered some
   * time after the others have.
   */
  readonly optional?: readonly Transport[];
  /** That time. Default 15 s. */
  readonly optionalMs?: number;
  readonly owner: LockOwner;
  /** 0: one try. */
  readonly waitMs: number;
  /** Ends the wait; what was got is given back. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** A number from 0 to 1 that keeps two waiting runs out of step. */
  readonly random: () => number;
  /**
   * What to run on a host in the same round trip once its lock was got, e.g. the probe again. It must only read: the
   * locks of the other hosts may not have been got.
   */
  readonly then?: (host: string) => RemoteScript;
  /** Default 8000. */
  readonly heartbeatMs?: number;
}

/** A lock that was taken over from a run that lives no more. */
export interface TakenOver extends Abandoned {
  readonly host: string;
}

/** A host that was not locked, as it did not answer; nothing may be changed there. */
export interface LeftOut {
  readonly host: string;
  readonly error: Error;
}

/** What is done under a lock before it is given back. */
export interface LastDeed {
  /** Undefined: nothing is done there. */
  readonly scriptFor: (host: string) => RemoteScript | undefined;
  readonly onFailure: (host: string, error: unknown) => void;
}

/** The locks of all hosts. */
export interface HeldLocks {
  /** What `then` wrote to standard output, by host name. */
  readonly answers: ReadonlyMap<string, Buffer>;
  readonly takenOver: readonly TakenOver[];
  /** Hosts of `optional` that are not locked. */
  readonly leftOut: readonly LeftOut[];
  /** Aborted, with a Refusal, when a heartbeat finds a lock gone or another's. */
  readonly lost: AbortSignal;
  /** The script, to be run only while the lock of its host is ours; see `guard` and `explainLockLost`. */
  guard(script: RemoteScript): RemoteScript;
  /**
   * Gives back what can be given back, within 5 s. Never throws; calling it again does nothing.
   * @param last what is done on each host under its lock before that, within its own time.
   */
  release(last?: LastDeed): Promise<void>;
}

/**
 * Takes the locks of all hosts or of none, apart from those that the run can do without and that do not answer. The first try is all hosts at once; after it, the host whose name sorts
 * first comes before the others, so that of two runs that wait one gets it and with it the rest.
 * @throws Refusal that names the holders when the wait is over; HostError or Refusal when a host does not answer or
 * cannot lock; the reason of the signal. Nothing is held then. A try under way is not cut short by the signal, but by
 * closing the connections.
 */
export async function acquireLocks(options: AcquireOptions): Promise<HeldLocks> {
  checkedId(options.owner.id);
  const { waitMs, signal, log, random } = options;
  const started = performance.now();
  const takenOver: TakenOver[] = [];
  const transports = [...options.transports, ...(options.optional ?? [])].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  let order = [transports];
  let said: readonly string[] = [];
  for (;;) {
    signal.throwIfAborted();
    const attempt = new Attempt(options, takenOver);
    for (const group of order) if (attempt.untroubled) await attempt.take(group);
    if (attempt.untroubled && !signal.aborted) return attempt.held();
    await attempt.abandon();
    signal.throwIfAborted();
    attempt.throwFailures();
    const left = waitMs - (performance.now() - started);
    if (left <= 0) throw new Refusal('another run works on these hosts', attempt.obstacleFindings());
    const holders = attempt.holders();
    if (!holders.every((holder) => said.includes(holder))) {
      said = holders;
      log.info(`Waiting up to ${Math.ceil(left / 1000)} s for ${holders.join('; ')}`);
    }
    order = [transports.slice(0, 1), transports.slice(1)];
    await sleep(Math.min(left, PAUSE_MS * (0.5 + random())), undefined, { signal }).catch(() => undefined);
  }
}

/** One try to have the locks of all hosts. */
class Attempt {
  readonly #options: AcquireOptions;
  readonly #takenOver: TakenOver[];
  readonly #locks = new Map<Transport, HostLock>();
  /** It grows from try to try: microseconds since this process began. */
  readonly #number = Math.ceil(performance.now() * 1000);
  readonly #optional: ReadonlySet<Transport>;
  readonly #tried: Transport[] = [];
  readonly #leftOut: LeftOut[] = [];
  readonly #answers = new Map<string, Buffer>();
  readonly #obstacles: { readonly host: string; readonly obstacle: Obstacle }[] = [];
  readonly #failures: Error[] = [];
  readonly #lost = new AbortController();

  /** @param takenOver to which what this try takes over is added. */
  constructor(options: AcquireOptions, takenOver: TakenOver[]) {
    this.#options = options;
    this.#takenOver = takenOver;
    this.#optional = new Set(options.optional);
  }

  get untroubled(): boolean {
    return this.#obstacles.length + this.#failures.length === 0;
  }

  /** Tries to have these hosts' locks, all at once. */
  async take(transports: readonly Transport[]): Promise<void> {
    const asked = transports.map((transport) => ({ transport, done: this.#takeOne(transport) }));
    const needed = asked.filter(({ transport }) => !this.#optional.has(transport));
    await Promise.all(needed.map(({ done }) => done));
    const { optionalMs = OPTIONAL_MS } = this.#options;
    const answered = new AbortController();
    const end = sleep(optionalMs, 'late', { signal: answered.signal }).catch(() => undefined);
    await Promise.all(
      asked.map(async ({ transport, done }) => {
        const outcome = await Promise.race([done, end]);
        if (outcome === 'late') this.#leaveOut(transport, silent(transport.name, optionalMs));
      }),
    );
    answered.abort();
  }

  async #takeOne(transport: Transport): Promise<void> {
    this.#tried.push(transport);
    try {
      this.#note(transport, await this.#ask(transport));
    } catch (error) {
      if (this.#optional.has(transport)) this.#leaveOut(transport, error as Error);
      else this.#failures.push(error as Error);
    }
  }

  #leaveOut({ name }: Transport, error: Error): void {
    if (this.#isLeftOut(name)) return;
    this.#leftOut.push({ host: name, error });
  }

  #isLeftOut(name: string): boolean {
    return this.#leftOut.some(({ host }) => host === name);
  }

  held(): HeldLocks {
    const { owner, log } = this.#options;
    for (const transport of this.#tried) {
      // It may have the lock, and will not be asked for anything else.
      if (this.#isLeftOut(transport.name)) void releaseOn(transport, owner.id, this.#number);
    }
    let released: Promise<void> | undefined;
    const release = async (last?: LastDeed): Promise<void> => {
      const outcomes = [...this.#locks].map(async ([{ name }, lock]) => {
        const { outcome, failure } = await lock.release(last?.scriptFor(name));
        if (failure !== undefined) last?.onFailure(name, failure);
        if (outcome !== 'still-running') return;
        log.host(name).warning('A step still runs on this host; its lock stays until that has ended.');
      });
      await Promise.all(outcomes);
    };
    return {
      answers: this.#answers,
      takenOver: this.#takenOver,
      leftOut: this.#leftOut,
      lost: this.#lost.signal,
      guard: (script) => guard(owner.id, script),
      release: (last) => (released ??= release(last)),
    };
  }

  /** Gives back what was got, and what may have been got although no answer came. */
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
    throw new Refusal('not every host could be locked', findings);
  }

  obstacleFindings(): Finding[] {
    return this.#obstacles
      .map(({ host, obstacle }) => ({ host, at: 'lock', ...obstacleFinding(obstacle) }))
      .toSorted((a, b) => (a.host < b.host ? -1 : 1));
  }

  /** Who stands in the way, each once. */
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

  #note(transport: Transport, answer: AcquireAnswer): void {
    const host = transport.name;
    const { owner, heartbeatMs = HEARTBEAT_MS, log } = this.#options;
    if (!answer.got) {
      if (!this.#isLeftOut(host)) this.#obstacles.push({ host, obstacle: answer.obstacle });
      return;
    }
    if (this.#isLeftOut(host)) {
      void releaseOn(transport, owner.id, this.#number); // it comes too late
      return;
    }
    this.#answers.set(host, answer.rest);
    this.#locks.set(
      transport,
      new HostLock(transport, owner, this.#number, heartbeatMs, (where, holder) => {
        const finding = { host: where, at: 'lock', ...lostFinding(holder) };
        this.#lost.abort(new Refusal('the lock of a host was lost', [finding]));
      }),
    );
    if (answer.abandoned === undefined) return;
    this.#takenOver.push({ host, ...answer.abandoned });
    log.host(host).warning(takeOverWarning(answer.abandoned));
  }
}

function silent(host: string, optionalMs: number): HostError {
  return new HostError({
    code: 'host-lock-late',
    host,
    at: 'lock',
    fact: `it did not answer within ${seconds(optionalMs)} after the other hosts had, and is left out.`,
    cause: 'The host hangs or is overloaded, or its network was cut.',
    fix: 'See that it is up, then run again: what is to be done there is done then.',
  });
}
