import { connect as tcpConnect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { type AuthenticationType, Client } from 'ssh2';

import { errorMessage } from '../../findings.ts';
import type { Log } from '../../log.ts';
import { HostError } from '../host-error.ts';
import { LinkedTransport } from '../linked-transport.ts';
import type { Transport } from '../transport.ts';
import { offeredAlgorithms } from './algorithms.ts';
import {
  connectFinding,
  type ConnectFailure,
  type ConnectStage,
  isTransient,
  type SshTarget,
} from '../ssh/connect-failure.ts';
import { hostKeyRefusal } from '../keys/host-key.ts';
import { type KnownHost, lookup } from '../keys/known-hosts.ts';
import type { UsableKey } from '../keys/private-key.ts';
import type { Privilege } from '../root-shell/root-shell.ts';
import { withoutSha1 } from './signing-key.ts';
import { Ssh2Link } from './ssh2-link.ts';

/** A host, how to log in, and what is known of it. */
export interface Ssh2ConnectOptions extends SshTarget {
  readonly key: UsableKey;
  readonly knownHosts: readonly KnownHost[];
  /** Whose bash runs scripts; root's if not given. */
  readonly privilege?: Privilege;
  /** The host's own log. */
  readonly log: Log;
  /** For everything until the login is done, all attempts together. Default 20 s. */
  readonly connectTimeoutMs?: number;
  /** How often an idle connection is tested; after three tests without an answer it is lost. Default 10 s. */
  readonly keepaliveMs?: number;
  /** Pauses before the second and third attempt, before jitter. */
  readonly retryPausesMs?: readonly number[];
  /** A number from 0 to 1 that spreads the pauses of several hosts. */
  readonly random?: () => number;
}

const CONNECT_TIMEOUT_MS = 20_000;
const KEEPALIVE_MS = 10_000;
const KEEPALIVE_COUNT = 3;
const RETRY_PAUSES_MS: readonly number[] = [1000, 2000];
/** For names with several addresses; Node's default of 250 ms gives up on far hosts. */
const ADDRESS_ATTEMPT_MS = 3000;
/** How much of what is no SSH greeting is kept for the message. */
const GREETING_LIMIT = 512;

/**
 * Opens the one connection to a host and logs in. The host key is compared before anything about the user is
 * sent. Socket errors and connections that are closed before the handshake are tried again, at most twice and
 * within the time limit; a wrong host key or a refused login never.
 * @throws HostError that says why there is no connection.
 */
export async function connectSsh2(options: Ssh2ConnectOptions): Promise<Transport> {
  const { log, connectTimeoutMs = CONNECT_TIMEOUT_MS, random = Math.random } = options;
  const started = performance.now();
  const remaining = (): number => connectTimeoutMs - (performance.now() - started);
  const pauses = [...(options.retryPausesMs ?? RETRY_PAUSES_MS)];
  for (;;) {
    const outcome = await attempt(options, remaining(), connectTimeoutMs);
    if (!('failure' in outcome)) return outcome.transport;
    const finding = connectFinding(options, options.key, outcome.failure);
    const pause = pauses.shift();
    const wait = pause === undefined ? Infinity : pause * (0.5 + random());
    if (!isTransient(outcome.failure) || wait >= remaining()) throw new HostError(finding);
    log.info(`${finding.fact} Trying again in ${(wait / 1000).toFixed(1)} s.`);
    await sleep(wait);
  }
}

type Outcome = { readonly transport: Transport } | { readonly failure: ConnectFailure };

/** One attempt, with one deadline over its two stages. */
async function attempt(options: Ssh2ConnectOptions, withinMs: number, limitMs: number): Promise<Outcome> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), Math.max(withinMs, 0));
  try {
    const socket = await openSocket(options, deadline.signal, limitMs);
    if ('failure' in socket) return socket;
    return await logIn(options, socket, deadline.signal, limitMs);
  } finally {
    clearTimeout(timer);
  }
}

function openSocket(
  { address, port }: SshTarget,
  deadline: AbortSignal,
  limitMs: number,
): Promise<Socket | { readonly failure: ConnectFailure }> {
  return new Promise((resolve) => {
    const socket = tcpConnect({
      host: address,
      port,
      noDelay: true,
      autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
    });
    const fail = (failure: ConnectFailure): void => {
      deadline.removeEventListener('abort', onDeadline);
      socket.destroy();
      resolve({ failure });
    };
    const onDeadline = (): void => fail({ kind: 'silent', stage: 'connect', afterMs: limitMs });
    deadline.addEventListener('abort', onDeadline, { once: true });
    socket.on('error', (error) => fail(socketFailure(error, limitMs)));
    socket.once('connect', () => {
      deadline.removeEventListener('abort', onDeadline);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

function socketFailure(error: NodeJS.ErrnoException, limitMs: number): ConnectFailure {
  const cause: NodeJS.ErrnoException =
    error instanceof AggregateError ? ((error.errors as NodeJS.ErrnoException[]).at(-1) ?? error) : error;
  const code = cause.code ?? error.code ?? errorMessage(error);
  if (cause.syscall === 'getaddrinfo') return { kind: 'name', code };
  if (code === 'ECONNREFUSED') return { kind: 'refused' };
  if (code === 'ETIMEDOUT') return { kind: 'silent', stage: 'connect', afterMs: limitMs };
  return { kind: 'unreachable', code };
}

/** The SSH handshake and login over an open socket, which is closed if they fail. */
function logIn(
  options: Ssh2ConnectOptions,
  socket: Socket,
  deadline: AbortSignal,
  limitMs: number,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const { log, user, keepaliveMs = KEEPALIVE_MS } = options;
    const known = lookup(options.knownHosts, options.address, options.port);
    const client = new Client();
    const key = withoutSha1(options.key.key, () => {
      refusal = { kind: 'sha1-only' };
    });
    const started = performance.now();
    let stage: ConnectStage = 'greeting';
    let greeting = '';
    let refusal: ConnectFailure | undefined;

    const settle = (outcome: Outcome): void => {
      deadline.removeEventListener('abort', onDeadline);
      socket.off('data', onData);
      if ('failure' in outcome) socket.destroy();
      resolve(outcome);
    };
    const onDeadline = (): void => settle({ failure: { kind: 'silent', stage, afterMs: limitMs } });
    const onData = (chunk: Buffer): void => {
      if (greeting.length < GREETING_LIMIT) greeting += chunk.toString('latin1', 0, GREETING_LIMIT);
      if (stage === 'greeting' && /^SSH-(?:2\.0|1\.99)-/m.test(greeting)) stage = 'key exchange';
    };

    deadline.addEventListener('abort', onDeadline, { once: true });
    client.on('error', (error: Error & { level?: string; code?: unknown }) => {
      settle({ failure: refusal ?? sshFailure(error, stage, greeting) });
    });
    client.on('close', () => settle({ failure: refusal ?? closedFailure(stage, greeting) }));
    client.once('handshake', (algorithms) => {
      stage = 'authentication';
      const { kex, serverHostKey, cs } = algorithms;
      log.debug(`SSH: host key known; ${kex}, ${serverHostKey}, ${cs.cipher} ${cs.mac}`.trimEnd());
    });
    client.once('ready', () => {
      client.removeAllListeners();
      log.debug(`SSH: logged in as ${user} after ${(performance.now() - started).toFixed(0)} ms`);
      settle({ transport: new LinkedTransport(options, new Ssh2Link(client, socket)) });
    });
    client.connect({
      sock: socket,
      username: user,
      algorithms: offeredAlgorithms(known.keys),
      hostVerifier: (blob: Buffer) => {
        const finding = hostKeyRefusal(known, blob, options);
        if (finding !== undefined) refusal = { kind: 'host-key', finding };
        return finding === undefined;
      },
      // Not 'none' first, as ssh2 does by itself: that is a round trip, and a failed login in sshd's eyes.
      authHandler: (methods: readonly string[] | null, partialSuccess: boolean | null, next) => {
        if (methods === null) {
          next({ type: 'publickey', username: user, key });
          return;
        }
        if (refusal === undefined) {
          refusal = { kind: partialSuccess === true ? 'second-factor' : 'authentication', methods };
        }
        // `false` ends the login (ssh2 README, authHandler); its types do not have it.
        next(false as unknown as AuthenticationType);
      },
      readyTimeout: 0, // the deadline above, which knows the stage
      keepaliveInterval: keepaliveMs,
      keepaliveCountMax: KEEPALIVE_COUNT,
    });
    // After connect(), which pauses the socket: a listener before it would take the first bytes away.
    socket.on('data', onData);
  });
}

/** What an error of ssh2 before the login means; ssh2 tells them apart by `level` and by text only. */
function sshFailure(
  error: Error & { readonly level?: string; readonly code?: unknown },
  stage: ConnectStage,
  greeting: string,
): ConnectFailure {
  if (typeof error.code === 'number') return { kind: 'disconnected', said: error.message };
  if (error.level === 'client-socket') return closedFailure(stage, greeting);
  if (stage === 'greeting') {
    return error.level === 'protocol' ? closedFailure(stage, greeting) : { kind: 'not-ssh', said: greeting };
  }
  if (error.message.includes('signature verification failed')) return { kind: 'host-key-unproven' };
  const [, what] = /no matching (.+)$/.exec(error.message) ?? [];
  return what === undefined ? { kind: 'protocol', said: error.message } : { kind: 'algorithms', what };
}

/** What OpenSSH says in clear before it hangs up (sshd.c: MaxStartups; 9.8 and later: PerSourcePenalties). */
const SSHD_FAREWELL = /^(?:Exceeded MaxStartups|Not allowed at this time)/;

function closedFailure(stage: ConnectStage, greeting: string): ConnectFailure {
  if (stage !== 'greeting') return { kind: 'closed', stage, said: '' };
  return greeting.trim() === '' || SSHD_FAREWELL.test(greeting)
    ? { kind: 'closed', stage, said: greeting }
    : { kind: 'not-ssh', said: greeting };
}
