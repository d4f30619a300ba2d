import { setTimeout as sleep } from 'node:timers/promises';

import { sequence } from '../scripts/sequence.ts';
import type { RemoteScript, Transport } from '../transport.ts';
import { guard } from './guard.ts';
import { heartbeatScript, parseHeartbeat } from './heartbeat-script.ts';
import type { LockOwner } from './lock-file.ts';
import { parseRelease, releaseScript, type ReleaseOutcome } from './release-script.ts';

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
