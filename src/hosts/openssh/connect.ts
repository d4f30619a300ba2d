import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { errorMessage } from '../../findings.ts';
import type { Log } from '../../runner/log.ts';
import { HostError } from '../host-error.ts';
import { parseCertificate } from '../../ssh-keys/certificate.ts';
import { certificateRefusal, type HostPins } from '../../ssh-keys/host-keys.ts';
import type { HostKey } from '../../ssh-keys/known-hosts.ts';
import { LinkedTransport, type LinkedTransportOptions } from '../linked-transport.ts';
import { type AttemptFailure, reportAcceptedKey } from '../ssh/host-key-search.ts';
import { type ConnectFailure, connectFinding } from '../ssh/connect-failure.ts';
import { type AttemptLimits, connectWithRetries, type RetryOptions } from '../ssh/servers.ts';
import type { Transport } from '../transport.ts';
import { keyScript, pinnedLines } from './client-config.ts';
import type { ClientFailure } from './client-words.ts';
import { Master, shownKey } from './master.ts';
import { MuxConnection } from './mux-connection.ts';
import { OpensshLink } from './openssh-link.ts';
import type { ClientSetup, SshClient, SshLogin } from './ssh-client.ts';

/** A server with its credentials for the runner's own ssh. */
export interface MasterOptions extends RetryOptions {
  readonly client: SshClient;
  readonly login: SshLogin;
  readonly log: Log;
  readonly pins: HostPins;
  /** Connects to it in place of ssh. */
  readonly proxyCommand?: string;
  /** Resolves with the reason when the route to the server has ended. */
  readonly whenLost?: Promise<string>;
  /** Resolves with the reason why the route cannot connect to the server; undefined: it can. */
  readonly whyUnreached?: (address: string, port: number) => Promise<ConnectFailure | undefined>;
  /** Receives the known_hosts line of a host key that was accepted without a pin. */
  readonly onAcceptedKey?: (line: string) => void;
}

/**
 * Opens the one connection to a host by the runner's own ssh, and logs in.
 * @throws HostError that says why there is no connection; RunError when ssh cannot be used at all.
 */
export async function connectOpenssh(options: MasterOptions & LinkedTransportOptions): Promise<Transport> {
  const master = await openMaster(options);
  try {
    const connection = await MuxConnection.open(master.files.control);
    return new LinkedTransport(options, new OpensshLink(master, connection, options.whenLost));
  } catch (error) {
    await master.end();
    throw new HostError(connectFinding(options, [], { kind: 'old-client', said: errorMessage(error) }));
  }
}

/**
 * Logs in to a server.
 * @throws HostError that says why there is no connection; RunError when ssh cannot be used at all.
 */
export async function openMaster(options: MasterOptions): Promise<Master> {
  const setup = await options.client.setup(options.login);
  return await connectWithRetries<Master>(options, setup.keys, (limits) => attempt(options, setup, limits));
}

async function attempt(
  options: MasterOptions,
  setup: ClientSetup,
  limits: AttemptLimits,
): Promise<Master | { readonly failure: AttemptFailure }> {
  const { client, pins, address, log, user } = options;
  const files = client.filesOf(setup);
  writeFileSync(files.knownHosts, pinnedLines(address, pins));
  writeFileSync(files.keyScript, keyScript(pins));
  const started = performance.now();
  const { hostKeyTypes, limitMs } = limits;
  const target = { ...options, hostKeyTypes, connectSeconds: Math.ceil(limitMs / 1000) };
  const master = await Master.start(target, files, client.env, limits);
  const shown = hostKeyOf(shownKey(files));
  if ('failure' in master)
    return {
      failure:
        (await routeFailure(options, master.failure)) ?? attemptFailure(options, master.failure, shown),
    };
  log.debug(`SSH: host key proven; ${master.agreedOn}`);
  log.debug(`SSH: logged in as ${user} after ${(performance.now() - started).toFixed(0)} ms`);
  if (pins.acceptsAny && shown !== undefined) reportAcceptedKey(options, shown);
  return master;
}

/**
 * Returns the failure of the route, if that is the cause: to ssh it looks like a server that says nothing and closes.
 */
async function routeFailure(
  { address, port, whenLost, whyUnreached }: MasterOptions,
  failure: ClientFailure,
): Promise<ConnectFailure | undefined> {
  if (failure.kind !== 'closed' || failure.stage !== 'greeting') return undefined;
  const said = await Promise.race([whenLost, sleep(0)]);
  return typeof said === 'string' ? { kind: 'way-lost', said } : await whyUnreached?.(address, port);
}

function attemptFailure(
  options: MasterOptions,
  failure: ClientFailure,
  shown: HostKey | undefined,
): AttemptFailure {
  if (failure.kind !== 'refused-host-key') return failure;
  if (shown === undefined) return { kind: 'protocol', said: failure.said };
  const certificate = parseCertificate(shown.blob);
  if (certificate === undefined) return { kind: 'wrong-host-key', shown };
  return { kind: 'host-key', finding: certificateRefusal(options.pins, certificate, options) };
}

/** Parses a key in known_hosts form. */
function hostKeyOf(words: string | undefined): HostKey | undefined {
  const [type, base64] = words?.split(' ') ?? [];
  return type === undefined || base64 === undefined
    ? undefined
    : { type, blob: Buffer.from(base64, 'base64') };
}
