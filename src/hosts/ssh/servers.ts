import { setTimeout as sleep } from 'node:timers/promises';
import type { HostSettings, RemoteHost, SshSettings } from '../../inputs/settings.ts';
import { pinnedHost } from '../../inputs/ssh/host-keys.ts';
import type { Log } from '../../runner/log.ts';
import type { KeyLabel } from '../../ssh-keys/certificate.ts';
import { type HostPins, pinsFor } from '../../ssh-keys/host-keys.ts';
import { BastionError, HostError } from '../host-error.ts';
import { type ChannelError, OPEN_FAILURE } from '../link.ts';
import type { LinkedTransportOptions } from '../linked-transport.ts';
import type { Transport } from '../transport.ts';
import { type ConnectFailure, isTransient, type SshTarget } from './connect-failure.ts';
import { connectFinding } from './connect-finding.ts';
import { type AttemptFailure, HostKeySearch } from './host-key-search.ts';

/** The settings of a server that do not depend on the SSH client: everything except the credentials. */
export type ServerOptions = RetryOptions & Pick<SshConnectorDeps, 'onAcceptedKey'>;

/** The servers of a run, as the inputs describe them. */
export interface SshServers {
  /** The jumps on the way to every host, in order. */
  readonly bastions: readonly ServerOptions[];
  /** Returns a host's settings, except name and log, which every transport has. */
  readonly ofHost: (host: RemoteHost) => Omit<ServerOptions, 'name' | 'log'>;
}

/** Returns the SSH servers to connect to: their addresses, pins and time limits. */
export function sshServers(
  { bastions, hostKeys, connectTimeoutSeconds }: SshSettings,
  { log, onAcceptedKey }: SshConnectorDeps,
): SshServers {
  const common = {
    connectTimeoutMs: connectTimeoutSeconds * 1000,
    ...(onAcceptedKey && { onAcceptedKey }),
  };
  return {
    bastions: bastions.map((login) => ({
      ...login,
      name: `bastion ${login.address}`,
      portInput: 'ssh-bastion',
      pins: pinsFor(hostKeys, { ...login, aliases: [] }),
      log: log.host(`bastion ${login.address}`),
      ...common,
    })),
    ofHost: (host) => ({ ...host.login, pins: pinsFor(hostKeys, pinnedHost(host)), ...common }),
  };
}

/**
 * Explains why a bastion could not connect to the next server: sshd sends the text of a system error (channels.c,
 * connect_to and channel_connect_...).
 */
export function jumpFailure(error: ChannelError): ConnectFailure {
  const said = error.message.replace(/^\(SSH\) Channel open failure: /, '').replace(/^connect failed: /, '');
  if (error.reason === OPEN_FAILURE.prohibited) return { kind: 'not-forwarded', said };
  if (/refused/i.test(said)) return { kind: 'refused' };
  if (/temporary failure in name resolution/i.test(said)) return { kind: 'name', code: 'EAI_AGAIN' };
  if (/name or service not known|no address associated|unknown host|nodename/i.test(said))
    return { kind: 'name', code: said };
  return { kind: 'unreachable', code: said === '' ? 'no reason given' : said };
}

/** An SSH server, its pins, and how to retry. */
export interface RetryOptions extends SshTarget {
  readonly pins: HostPins;
  /** The server's own log. */
  readonly log: Log;
  /** For all attempts together, until the login is complete. Default 20 s. */
  readonly connectTimeoutMs?: number;
  /** Pauses before the second and third attempt, before jitter. */
  readonly retryPausesMs?: readonly number[];
  /** Pause between attempts while the host boots, before jitter, repeated until the time is over. Default 5 s. */
  readonly bootPauseMs?: number;
  /** A number from 0 to 1 that spreads the pauses of several hosts. */
  readonly random?: () => number;
}

/** The limits of one attempt. */
export interface AttemptLimits {
  /** Types of host keys to offer, best first. */
  readonly hostKeyTypes: readonly string[];
  /** Ends the attempt. */
  readonly deadline: AbortSignal;
  /** The time limit, for messages. */
  readonly limitMs: number;
}

const CONNECT_TIMEOUT_MS = 20_000;
const RETRY_PAUSES_MS: readonly number[] = [1000, 2000];
/**
 * Each attempt counts as a failed login, and sshd locks out clients with more of them (PerSourcePenalties
 * authfail:5).
 */
const BOOT_PAUSE_MS = 5000;

/**
 * Connects to an SSH server and logs in. Retries socket errors and connections closed before the handshake, at most
 * twice and within the time limit; a booting host until the time is over; a wrong host key or a refused login never.
 * @param keys the keys offered, for the message.
 * @throws HostError that says why there is no connection.
 */
export async function connectWithRetries<T extends object>(
  options: RetryOptions,
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
    const outcome = await withDeadline(remaining(), (deadline) =>
      attempt({ hostKeyTypes: search.types, deadline, limitMs: connectTimeoutMs }),
    );
    if (!('failure' in outcome)) return outcome;
    const learnt = search.learn(outcome.failure);
    if (learnt === undefined) continue;
    // The time ran out during a retry; the earlier failure explains it.
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

/** Runs one attempt, with one deadline for all its stages. */
async function withDeadline<T>(ms: number, work: (deadline: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), Math.max(ms, 0));
  try {
    return await work(deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** The part of it that SSH needs. */
export interface SshConnectorDeps {
  readonly log: Log;
  /** Receives the known_hosts line of each host key that was accepted without a pin. */
  readonly onAcceptedKey?: (line: string) => void;
}

/** Connects to the hosts. */
export interface HostConnector<Host = HostSettings> {
  /** Opens the one connection to a host. @throws HostError */
  readonly connect: (host: Host) => Promise<Transport>;
  /** Closes everything that the connections share; they must have ended before. */
  readonly close: () => Promise<void>;
}

/** Returns a transport's settings for a host that do not depend on the kind of link. */
export type HostOptions = (host: HostSettings) => Omit<LinkedTransportOptions, 'user'>;

/**
 * Bastions on the way to all hosts: one connection to each for the whole run, opened before the first connection to a
 * host. Each login goes through the previous bastion, with its own host key: no bastion sees the traffic.
 */
export abstract class Bastions<Hop, Route extends object> {
  readonly #hops: readonly [Hop, ...Hop[]];
  /** Absent before the first connection. */
  protected route: Promise<Route> | undefined;

  constructor(hops: readonly [Hop, ...Hop[]]) {
    this.#hops = hops;
  }

  /**
   * Opens the route through all of them once.
   * @throws BastionError, the same to all callers.
   */
  open(): Promise<Route> {
    this.route ??= this.#open();
    return this.route;
  }

  /** Closes all connections, the last one first; connections through them must have ended before. */
  abstract close(): Promise<void>;

  /**
   * Connects to one bastion and logs in.
   * @param before the route to it, empty for the first one.
   * @throws HostError that says why there is no connection.
   */
  protected abstract through(hop: Hop, before: Partial<Route>): Promise<Route>;

  async #open(): Promise<Route> {
    const [first, ...others] = this.#hops;
    try {
      let route = await this.through(first, {});
      for (const hop of others) route = await this.through(hop, route);
      return route;
    } catch (error) {
      throw error instanceof HostError ? new BastionError(error) : error;
    }
  }
}
