import { setTimeout as sleep } from 'node:timers/promises';

import { HostError } from '../host-error.ts';
import { LinkedTransport, type LinkedTransportOptions } from '../linked-transport.ts';
import { connectFinding, isTransient } from '../ssh/connect-failure.ts';
import type { Transport } from '../transport.ts';
import { type Dial, dialTcp } from './dial.ts';
import { type AttemptFailure, HostKeySearch } from './host-key-search.ts';
import { type LoggedIn, logIn, type LoginOptions } from './log-in.ts';
import { Ssh2Link } from './ssh2-link.ts';

/** An SSH server, and how patient to be with it. */
export interface ConnectOptions extends LoginOptions {
  /** How it is reached. Default: straight from this machine. */
  readonly dial?: Dial;
  /** Why a connection that is reached so has ended, if the way to it has. */
  readonly whyLost?: () => string | undefined;
  /** For everything until the login is done, all attempts together. Default 20 s. */
  readonly connectTimeoutMs?: number;
  /** Pauses before the second and third attempt, before jitter. */
  readonly retryPausesMs?: readonly number[];
  /** A number from 0 to 1 that spreads the pauses of several hosts. */
  readonly random?: () => number;
}

/** A host, how to log in, and what is known of it. */
export type Ssh2ConnectOptions = ConnectOptions & LinkedTransportOptions;

const CONNECT_TIMEOUT_MS = 20_000;
const RETRY_PAUSES_MS: readonly number[] = [1000, 2000];

/**
 * Opens the one connection to a host and logs in.
 * @throws HostError that says why there is no connection.
 */
export async function connectSsh2(options: Ssh2ConnectOptions): Promise<Transport> {
  const { client, stream } = await openClient(options);
  return new LinkedTransport(options, new Ssh2Link(client, stream, options.whyLost));
}

/**
 * Connects to an SSH server and logs in. Socket errors and connections that are closed before the handshake are tried
 * again, at most twice and within the time limit; a wrong host key or a refused login never.
 * @throws HostError that says why there is no connection.
 */
export async function openClient(options: ConnectOptions): Promise<LoggedIn> {
  const { log, connectTimeoutMs = CONNECT_TIMEOUT_MS, random = Math.random } = options;
  const started = performance.now();
  const remaining = (): number => connectTimeoutMs - (performance.now() - started);
  const pauses = [...(options.retryPausesMs ?? RETRY_PAUSES_MS)];
  const search = new HostKeySearch(options.pins, options);
  for (;;) {
    const outcome = await attempt(options, search.types, remaining(), connectTimeoutMs);
    if (!('failure' in outcome)) return outcome;
    const failure = search.learn(outcome.failure);
    if (failure === undefined) continue;
    const finding = connectFinding(options, options.credential, failure);
    const pause = pauses.shift();
    const wait = pause === undefined ? Infinity : pause * (0.5 + random());
    if (!isTransient(failure) || wait >= remaining()) throw new HostError(finding);
    log.info(`${finding.fact} Trying again in ${(wait / 1000).toFixed(1)} s.`);
    await sleep(wait);
  }
}

/** One attempt, with one deadline over its two stages. */
async function attempt(
  options: ConnectOptions,
  hostKeyTypes: readonly string[],
  withinMs: number,
  limitMs: number,
): Promise<LoggedIn | { readonly failure: AttemptFailure }> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), Math.max(withinMs, 0));
  const { dial = dialTcp } = options;
  try {
    const dialed = await dial(options, deadline.signal, limitMs);
    if ('failure' in dialed) return dialed;
    return await logIn(options, {
      stream: dialed.stream,
      hostKeyTypes,
      deadline: deadline.signal,
      limitMs,
    });
  } finally {
    clearTimeout(timer);
  }
}
