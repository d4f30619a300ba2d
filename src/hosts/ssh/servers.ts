import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteHost, SshSettings } from '../../inputs/settings.ts';
import { pinnedHost } from '../../inputs/ssh/host-keys.ts';
import type { Log } from '../../runner/log.ts';
import type { KeyLabel } from '../../ssh-keys/certificate.ts';
import { type HostPins, pinsFor } from '../../ssh-keys/host-keys.ts';
import type { SshConnectorMeans } from '../connect-options.ts';
import { HostError } from '../host-error.ts';
import { type ChannelError, OPEN_FAILURE } from '../link.ts';
import { type ConnectFailure, connectFinding, isTransient, type SshTarget } from './connect-failure.ts';
import { type AttemptFailure, HostKeySearch } from './host-key-search.ts';

/** What is the same of a server whichever client of SSH connects to it: all but what logs in there. */
export type ServerOptions = PatientOptions & Pick<SshConnectorMeans, 'onAcceptedKey'>;

/** The servers of a run, as the inputs describe them. */
export interface SshServers {
  /** The jumps on the way to every host, in order. */
  readonly bastions: readonly ServerOptions[];
  /** A host, but for its name and log, which every transport has. */
  readonly ofHost: (host: RemoteHost) => Omit<ServerOptions, 'name' | 'log'>;
}

/** The servers that are connected to by SSH: where they are, what is pinned of them, and how long connecting may take. */
export function sshServers(
  { bastions, hostKeys, connectTimeoutSeconds }: SshSettings,
  { log, onAcceptedKey }: SshConnectorMeans,
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
 * Why a bastion does not connect to what lies behind it: sshd says an error of the system, in words (channels.c, connect_to
 * and channel_connect_...).
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
