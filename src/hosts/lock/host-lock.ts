import { setTimeout as sleep } from 'node:timers/promises';
import { LOCK_FILE, STEP_LOCK } from '../../kubeadm/paths.ts';
import { quote } from '../bash.ts';
import { HostError } from '../host-error.ts';
import { sequence } from '../sequence.ts';
import type { RemoteResult, RemoteScript, Transport } from '../transport.ts';
import { guard } from './guard.ts';
import { checkedId, LOCK_READER, type LockOwner, lockWriter, parseLock } from './lock-bash.ts';
import { lockFailure } from './lock-messages.ts';

/** How a lock was given back. */
export interface Release {
  /** Undefined when the host gave no answer. */
  readonly outcome: ReleaseOutcome | undefined;
  /** Why what was to be done before could not be done. */
  readonly failure?: unknown;
}

/** Called when a heartbeat finds the lock gone or another's. */
export type OnLost = (host: string, holder: LockOwner | undefined) => void;

/** The lock of one host, kept alive from the moment it was got. */
export class HostLock {
  readonly #transport: Transport;
  readonly #owner: LockOwner;
  readonly #attempt: number;
  readonly #stop = new AbortController();

  /** @param attempt the try that has got it. @param heartbeatMs pause between two heartbeats. */
  constructor(transport: Transport, owner: LockOwner, attempt: number, heartbeatMs: number, onLost: OnLost) {
    this.#transport = transport;
    this.#owner = owner;
    this.#attempt = attempt;
    void this.#keepAlive(heartbeatMs, onLost);
  }

  /**
   * Stops the heartbeat and gives the lock back, as far as the host can be reached; if it cannot, the lock counts as
   * abandoned as soon as the connection has ended. Never throws.
   * @param before what is still to be done under the lock, in the same round trip.
   */
  async release(before?: RemoteScript): Promise<Release> {
    this.#stop.abort();
    const { id } = this.#owner;
    if (before === undefined) return { outcome: await releaseOn(this.#transport, id, this.#attempt) };
    const { title } = before;
    const { script, resultsOf } = sequence(
      `${title}, unlock`,
      [guard(id, before), releaseScript(id, this.#attempt)],
      () => undefined,
    );
    try {
      const result = await this.#transport.run({ ...script, isLast: true });
      const [done = result, released] = resultsOf(result);
      if (released !== undefined) return { outcome: parseRelease(released.stdout) };
      const failure = new Error(done.stderr.trim());
      return { outcome: await releaseOn(this.#transport, id, this.#attempt), failure };
    } catch (error) {
      return { outcome: undefined, failure: error };
    }
  }

  async #keepAlive(heartbeatMs: number, onLost: OnLost): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      await sleep(heartbeatMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      // A heartbeat that fails tells nothing of the lock; the step that needs the connection says what is wrong.
      const result = await this.#transport
        .run(heartbeatScript(this.#owner, this.#attempt))
        .catch(() => undefined);
      const answer = result === undefined ? undefined : parseHeartbeat(result);
      if (answer?.lost !== true || this.#stop.signal.aborted) continue;
      onLost(this.#transport.name, answer.holder);
      return;
    }
  }
}

/** Gives a lock back if it was had; undefined when the host gave no answer. Never throws. */
export async function releaseOn(
  transport: Transport,
  ownerId: string,
  attempt: number,
): Promise<ReleaseOutcome | undefined> {
  try {
    return parseRelease((await transport.run(releaseScript(ownerId, attempt))).stdout);
  } catch {
    return undefined;
  }
}

/** Longer than it takes on a busy host, shorter than a lock lives without. */
const HEARTBEAT_TIMEOUT_MS = 20_000;

/**
 * Writes down that the owner lives, if the lock is still its own. The connection on record stays: a heartbeat that was
 * under way when that ended must not make the lock look alive.
 * @param attempt the try that has got the lock.
 */
export function heartbeatScript(owner: LockOwner, attempt: number): RemoteScript {
  const script = `${lockWriter(owner, attempt)}
beat() {
  local lock id connection try age state now
  enter
  read_lock
  if [ "$id $try" = '${owner.id} ${attempt}' ]; then write_lock "$connection"; echo beat; else printf 'lost\\t%s\\n' "$lock"; fi
}
beat`;
  return { title: 'heartbeat of the lock', effect: 'changes', script, timeoutMs: HEARTBEAT_TIMEOUT_MS };
}

/** Whether the lock is gone, and who has it now. A heartbeat that did not come to its end tells nothing. */
function parseHeartbeat({
  code,
  stdout,
}: RemoteResult): { readonly lost: false } | { readonly lost: true; readonly holder: LockOwner | undefined } {
  const answer = stdout.toString('utf8').trimEnd();
  if (code !== 0 || !answer.startsWith('lost')) return { lost: false };
  return { lost: true, holder: parseLock(answer.slice('lost\t'.length)) };
}

/**
 * `not-held`: the lock is gone or another's. `still-running`: a step of the owner goes on; the lock stays, and counts
 * as abandoned once the owner's connection has ended.
 */
type ReleaseOutcome = 'released' | 'not-held' | 'still-running';

const OUTCOMES: readonly ReleaseOutcome[] = ['released', 'not-held', 'still-running'];

/** Seconds that a step which is about to end is given. */
const STEP_WAIT = 3;
const RELEASE_TIMEOUT_MS = 4500;

/**
 * Removes the lock if it is this owner's and no step runs on the host any more.
 * @param attempt the try that has got it: one that comes late, from a host that stood still, must not take away what a later
 * try of the same run has got. Absent: whichever try it was.
 */
export function releaseScript(ownerId: string, attempt?: number): RemoteScript {
  const id = checkedId(ownerId);
  const isOwn = attempt === undefined ? `[ "$id" = ${id} ]` : `[ "$id $try" = '${id} ${attempt}' ]`;
  const script = `${LOCK_READER}
give_back() {
  local lock id connection try age state now
  read_lock
  if ! ${isOwn}; then echo not-held; return; fi
  exec 7>> ${quote(STEP_LOCK)}
  if ! flock -x -w ${STEP_WAIT} 7; then echo still-running; return; fi
  enter
  read_lock
  if ${isOwn}; then rm -f -- ${quote(LOCK_FILE)}; echo released; else echo not-held; fi
}
give_back`;
  return { title: 'unlock', effect: 'changes', script, timeoutMs: RELEASE_TIMEOUT_MS };
}

/** The answer to `releaseScript`; undefined when there is none. */
function parseRelease(stdout: Buffer): ReleaseOutcome | undefined {
  const answer = stdout.toString('utf8').trim();
  return OUTCOMES.find((outcome) => outcome === answer);
}

/**
 * Gives back the lock of a run that was killed, from its post step: only if it is still that run's, and if none of its
 * steps goes on there (after 3 s of waiting for that).
 * @throws HostError when the host cannot be reached or does not answer as it should.
 */
export async function releaseAbandoned(transport: Transport, ownerId: string): Promise<ReleaseOutcome> {
  const result = await transport.run(releaseScript(ownerId));
  const outcome = parseRelease(result.stdout);
  if (outcome !== undefined && result.code === 0) return outcome;
  throw new HostError({ host: transport.name, at: 'unlock', ...lockFailure(result) });
}
