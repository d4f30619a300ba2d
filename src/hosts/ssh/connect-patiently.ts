import { setTimeout as sleep } from 'node:timers/promises';

import type { Log } from '../../log.ts';
import { HostError } from '../host-error.ts';
import type { HostPins } from '../keys/host-pins.ts';
import type { KeyLabel } from '../keys/identity.ts';
import { type ConnectFailure, connectFinding, isTransient, type SshTarget } from './connect-failure.ts';
import { type AttemptFailure, HostKeySearch } from './host-key-search.ts';

/** An SSH server, what is known of it, and how patient to be with it. */
export interface PatientOptions extends SshTarget {
  readonly pins: HostPins;
  /** The server's own log. */
  readonly log: Log;
  /** For everything until the login is done, all attempts together. Default 20 s. */
  readonly connectTimeoutMs?: number;
  /** Pauses before the second and third attempt, before jitter. */
  readonly retryPausesMs?: readonly number[];
  /** Pause between attempts while the host boots, before jitter: as many as there is time for. Default 5 s. */
  readonly bootPauseMs?: number;
  /** A number from 0 to 1 that spreads the pauses of several hosts. */
  readonly random?: () => number;
}

/** Within what one attempt has to be done. */
export interface AttemptLimits {
  /** Types of host keys to offer, best first. */
  readonly hostKeyTypes: readonly string[];
  /** Ends it, as it does the attempts before. */
  readonly deadline: AbortSignal;
  /** What the deadline stands for, for the message. */
  readonly limitMs: number;
}

const CONNECT_TIMEOUT_MS = 20_000;
const RETRY_PAUSES_MS: readonly number[] = [1000, 2000];
/** Each attempt counts as a failed login, and sshd locks out who makes more of them (PerSourcePenalties authfail:5). */
const BOOT_PAUSE_MS = 5000;

/**
 * Connects to an SSH server and logs in. Socket errors and connections that are closed before the handshake are tried
 * again, at most twice and within the time limit; a host that says that it boots, as often as there is time for; a wrong host
 * key or a refused login never.
 * @param keys that log in, for the message.
 * @throws HostError that says why there is no connection.
 */
export async function connectPatiently<T extends object>(
  options: PatientOptions,
  keys: readonly KeyLabel[],
  attempt: (limits: AttemptLimits) => Promise<T | { readonly failure: AttemptFailure }>,
): Promise<T> {
  const { log, connectTimeoutMs = CONNECT_TIMEOUT_MS, random = Math.random } = options;
  const started = performance.now();
  const remaining = (): number => connectTimeoutMs - (performance.now() - started);
  const pauses = [...(options.retryPausesMs ?? RETRY_PAUSES_MS)];
  const search = new HostKeySearch(options.pins, options);
  let booting: ConnectFailure | undefined;
  for (;;) {
    const outcome = await within(remaining(), (deadline) =>
      attempt({ hostKeyTypes: search.types, deadline, limitMs: connectTimeoutMs }),
    );
    if (!('failure' in outcome)) return outcome;
    const learnt = search.learn(outcome.failure);
    if (learnt === undefined) continue;
    // The time was over while it was tried again: why is known from before.
    const failure = learnt.kind === 'silent' && booting !== undefined ? booting : learnt;
    if (failure.kind === 'nologin') booting = failure;
    const finding = connectFinding(options, keys, failure);
    const pause = failure.kind === 'nologin' ? (options.bootPauseMs ?? BOOT_PAUSE_MS) : pauses.shift();
    const wait = pause === undefined ? Infinity : pause * (0.5 + random());
    if (!isTransient(failure) || wait >= remaining()) throw new HostError(finding);
    log.info(`${finding.fact} Trying again in ${(wait / 1000).toFixed(1)} s.`);
    await sleep(wait);
  }
}

/** One attempt, with one deadline over all its stages. */
async function within<T>(ms: number, work: (deadline: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), Math.max(ms, 0));
  try {
    return await work(deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}
