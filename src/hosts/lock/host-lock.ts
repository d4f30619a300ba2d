import { setTimeout as sleep } from 'node:timers/promises';

import type { Transport } from '../transport.ts';
import { heartbeatScript, parseHeartbeat } from './heartbeat-script.ts';
import type { LockOwner } from './lock-file.ts';
import { parseRelease, releaseScript, type ReleaseOutcome } from './release-script.ts';

/** Called when a heartbeat finds the lock gone or another's. */
export type OnLost = (host: string, holder: LockOwner | undefined) => void;

/** The lock of one host, kept alive from the moment it was got. */
export class HostLock {
  readonly #transport: Transport;
  readonly #owner: LockOwner;
  readonly #stop = new AbortController();

  /** @param heartbeatMs pause between two heartbeats. */
  constructor(transport: Transport, owner: LockOwner, heartbeatMs: number, onLost: OnLost) {
    this.#transport = transport;
    this.#owner = owner;
    void this.#keepAlive(heartbeatMs, onLost);
  }

  /**
   * Stops the heartbeat and gives the lock back, as far as the host can be reached; if it cannot, the lock counts as
   * abandoned as soon as the connection has ended. Never throws.
   */
  async release(): Promise<ReleaseOutcome | undefined> {
    this.#stop.abort();
    return await releaseOn(this.#transport, this.#owner.id);
  }

  async #keepAlive(heartbeatMs: number, onLost: OnLost): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      await sleep(heartbeatMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      // A heartbeat that fails tells nothing of the lock; the step that needs the connection says what is wrong.
      const result = await this.#transport.run(heartbeatScript(this.#owner)).catch(() => undefined);
      const answer = result === undefined ? undefined : parseHeartbeat(result);
      if (answer?.lost !== true || this.#stop.signal.aborted) continue;
      onLost(this.#transport.name, answer.holder);
      return;
    }
  }
}

/** Gives a lock back if it was had; undefined when the host gave no answer. Never throws. */
export async function releaseOn(transport: Transport, ownerId: string): Promise<ReleaseOutcome | undefined> {
  try {
    return parseRelease((await transport.run(releaseScript(ownerId))).stdout);
  } catch {
    return undefined;
  }
}
