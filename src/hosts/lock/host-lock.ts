import { setTimeout as sleep } from 'node:timers/promises';
import { LOCK_FILE, STEP_LOCK } from '../../kubeadm/paths.ts';
import { quoteBash } from '../bash.ts';
import { HostError } from '../host-error.ts';
import { sequenceScripts } from '../sequence.ts';
import type { RemoteResult, RemoteScript, Transport } from '../transport.ts';
import { guard } from './guard.ts';
import { checkedId, LOCK_READER, type LockOwner, lockWriter, parseLock } from './lock-bash.ts';
import { lockFailure } from './lock-messages.ts';

/** The result of releasing a lock. */
export interface LockRelease {
  /** Undefined if the host did not answer. */
  readonly outcome: ReleaseOutcome | undefined;
  /** Error of the script before the release. */
  readonly failure?: unknown;
}

/** Called when a heartbeat finds the lock missing or taken over. */
export type OnLockLost = (host: string, holder: LockOwner | undefined) => void;

/** The lock of one host, kept alive once it is acquired. */
export class HostLock {
  readonly #transport: Transport;
  readonly #owner: LockOwner;
  readonly #attempt: number;
  readonly #stop = new AbortController();

  /** @param attempt the attempt that acquired it. @param heartbeatMs pause between two heartbeats. */
  constructor(
    transport: Transport,
    owner: LockOwner,
    attempt: number,
    heartbeatMs: number,
    onLost: OnLockLost,
  ) {
    this.#transport = transport;
    this.#owner = owner;
    this.#attempt = attempt;
    void this.#keepAlive(heartbeatMs, onLost);
  }

  /**
   * Stops the heartbeat and releases the lock. If the host cannot be reached, the lock counts as abandoned once the
   * connection has ended. Never throws.
   * @param before a script to run under the lock first, in the same round trip.
   */
  async release(before?: RemoteScript): Promise<LockRelease> {
    this.#stop.abort();
    const { id } = this.#owner;
    if (before === undefined) return { outcome: await releaseOn(this.#transport, id, this.#attempt) };
    const { title } = before;
    const { script, resultsOf } = sequenceScripts(
      `${title}, unlock`,
      [guard(id, before), releaseScript(id, this.#attempt)],
      () => undefined,
    );
    try {
      const result = await this.#transport.run({ ...script, isLast: true });
      const [done = result, released] = resultsOf(result);
      if (released !== undefined) return { outcome: parseReleaseAnswer(released.stdout) };
      const failure = new Error(done.stderr.trim());
      return { outcome: await releaseOn(this.#transport, id, this.#attempt), failure };
    } catch (error) {
      return { outcome: undefined, failure: error };
    }
  }

  async #keepAlive(heartbeatMs: number, onLost: OnLockLost): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      await sleep(heartbeatMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      // A failed heartbeat says nothing about the lock; the step that needs the connection reports the error.
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

/** Releases a lock if this attempt holds it; undefined if the host did not answer. Never throws. */
export async function releaseOn(
  transport: Transport,
  ownerId: string,
  attempt: number,
): Promise<ReleaseOutcome | undefined> {
  try {
    return parseReleaseAnswer((await transport.run(releaseScript(ownerId, attempt))).stdout);
  } catch {
    return undefined;
  }
}

/** Longer than it takes on a busy host, shorter than the expiry of a lock. */
const HEARTBEAT_TIMEOUT_MS = 20_000;

/**
 * Records that the owner is alive, if it still holds the lock. The recorded connection stays: a heartbeat in flight
 * when that ended must not make the lock look alive.
 * @param attempt the attempt that acquired the lock.
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

/** Reports whether the lock is lost, and its new holder. A heartbeat that failed says nothing. */
function parseHeartbeat({
  code,
  stdout,
}: RemoteResult): { readonly lost: false } | { readonly lost: true; readonly holder: LockOwner | undefined } {
  const answer = stdout.toString('utf8').trimEnd();
  if (code !== 0 || !answer.startsWith('lost')) return { lost: false };
  return { lost: true, holder: parseLock(answer.slice('lost\t'.length)) };
}

/**
 * `not-held`: the lock is missing or another owner's. `still-running`: a step of the owner is running; the lock
 * stays, and counts as abandoned once the owner's connection has ended.
 */
type ReleaseOutcome = 'released' | 'not-held' | 'still-running';

const OUTCOMES: readonly ReleaseOutcome[] = ['released', 'not-held', 'still-running'];

/** Seconds to wait for a step that is about to end. */
const STEP_WAIT_SECONDS = 3;
const RELEASE_TIMEOUT_MS = 4500;

/**
 * Removes the lock if this owner holds it and no step is running on the host.
 * @param attempt the attempt that acquired it: a late release, from a host that hung, must not remove the lock of a
 * later attempt of the same run. Absent: any attempt.
 */
export function releaseScript(ownerId: string, attempt?: number): RemoteScript {
  const id = checkedId(ownerId);
  const isOwn = attempt === undefined ? `[ "$id" = ${id} ]` : `[ "$id $try" = '${id} ${attempt}' ]`;
  const script = `${LOCK_READER}
give_back() {
  local lock id connection try age state now
  read_lock
  if ! ${isOwn}; then echo not-held; return; fi
  exec 7>> ${quoteBash(STEP_LOCK)}
  if ! flock -x -w ${STEP_WAIT_SECONDS} 7; then echo still-running; return; fi
  enter
  read_lock
  if ${isOwn}; then rm -f -- ${quoteBash(LOCK_FILE)}; echo released; else echo not-held; fi
}
give_back`;
  return { title: 'unlock', effect: 'changes', script, timeoutMs: RELEASE_TIMEOUT_MS };
}

/** Parses the answer to `releaseScript`; undefined if there is none. */
function parseReleaseAnswer(stdout: Buffer): ReleaseOutcome | undefined {
  const answer = stdout.toString('utf8').trim();
  return OUTCOMES.find((outcome) => outcome === answer);
}

/**
 * Releases the lock of a killed run from its post step: only if that run still holds it and none of its steps is
 * running on the host (after waiting 3 s for that).
 * @throws HostError when the host cannot be reached or its answer is malformed.
 */
export async function releaseAbandoned(transport: Transport, ownerId: string): Promise<ReleaseOutcome> {
  const result = await transport.run(releaseScript(ownerId));
  const outcome = parseReleaseAnswer(result.stdout);
  if (outcome !== undefined && result.code === 0) return outcome;
  throw new HostError({ host: transport.name, at: 'unlock', ...lockFailure(result) });
}
