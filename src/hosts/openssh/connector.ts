import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../../findings.ts';
import type { RemoteHost, SshSettings } from '../../inputs/settings.ts';
import type { Log } from '../../runner/log.ts';
import type { PrivateFolder } from '../../runner/private-folder.ts';
import { agentRefusal, listIdentities, noAnswerRefusal } from '../../ssh-keys/agent-identities.ts';
import { describeKeyLabel, parseCertificate } from '../../ssh-keys/certificate.ts';
import { certificateRefusal, type HostPins } from '../../ssh-keys/host-keys.ts';
import type { HostKey } from '../../ssh-keys/known-hosts.ts';
import { fingerprint, keyBlobType } from '../../ssh-keys/wire.ts';
import { HostError } from '../host-error.ts';
import type { ChannelError } from '../link.ts';
import { LinkedTransport, type LinkedTransportOptions } from '../linked-transport.ts';
import type { ConnectFailure } from '../ssh/connect-failure.ts';
import { connectFinding } from '../ssh/connect-finding.ts';
import { type AttemptFailure, reportAcceptedKey } from '../ssh/host-key-search.ts';
import {
  type HostConnector,
  type HostOptions,
  type SshConnectorDeps,
  sshServers,
  type AttemptLimits,
  Bastions,
  connectWithRetries,
  jumpFailure,
  type RetryOptions,
} from '../ssh/servers.ts';
import type { Transport } from '../transport.ts';
import { jumpCommand, keyScript, pinnedLines } from './client-config.ts';
import type { ClientFailure } from './client-words.ts';
import { Master, shownKey } from './master.ts';
import { directTcpip } from './mux-channel.ts';
import { MuxConnection } from './mux-connection.ts';
import { OpensshLink } from './openssh-link.ts';
import { SshClient, type SshLogin, type ClientSetup } from './ssh-client.ts';

/**
 * Returns a connector that uses the runner's own ssh. Starts nothing yet.
 * @throws RunError when there are no credentials.
 */
export async function opensshConnector(
  ssh: SshSettings,
  deps: SshConnectorDeps,
  optionsOf: HostOptions,
  folder: PrivateFolder,
): Promise<HostConnector<RemoteHost>> {
  const client = new SshClient(folder, ssh.hostKeys.knownHosts, process.env);
  const login = await loginOf(ssh, deps.log);
  const bastionLogin: SshLogin = ssh.bastionKey === undefined ? login : { with: ssh.bastionKey };
  const servers = sshServers(ssh, deps);
  const [first, ...others] = servers.bastions.map((server): OpensshHop => ({
    ...server,
    client,
    login: bastionLogin,
  }));
  const bastions = first && new OpensshBastions([first, ...others]);
  return {
    connect: async (host) => {
      const way = await bastions?.open();
      return await connectOpenssh({
        ...optionsOf(host),
        ...servers.ofHost(host),
        client,
        login,
        ...way,
      });
    },
    close: async () => {
      await bastions?.close();
      await client.end();
    },
  };
}

/**
 * Returns the credentials. All keys of a user's agent are tried, including certificates and keys in hardware; the log
 * names them.
 */
async function loginOf({ identity, certificate }: SshSettings, log: Log): Promise<SshLogin> {
  const line = certificate === undefined ? {} : { certificate };
  if (identity.kind === 'key') return { with: identity.key, ...line };
  const { socket } = identity;
  const blobs = await listIdentities(socket).catch((error: unknown) => {
    throw noAnswerRefusal(socket, error);
  });
  const keys = blobs.map((blob) => ({
    type: keyBlobType(blob) ?? 'unknown',
    fingerprint: fingerprint(blob),
  }));
  if (keys.length === 0) {
    throw agentRefusal(
      `the ssh-agent at ${socket} has no key.`,
      'no key was added to the agent (`ssh-add -l` lists its keys).',
    );
  }
  log.info(`Keys of the ssh-agent: ${keys.map(describeKeyLabel).join(', ')}.`);
  return { with: { socket, keys }, ...line };
}

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
async function openMaster(options: MasterOptions): Promise<Master> {
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

/** A bastion with its credentials. It is named e.g. `bastion jump.example.com`. */
export type OpensshHop = Omit<MasterOptions, keyof OpensshRoute>;

/** The route through the bastions. */
export interface OpensshRoute {
  /** The command that connects through them. */
  readonly proxyCommand: string;
  /** The last bastion, for messages. */
  readonly via: string;
  /** Resolves with the reason when the route has ended, and all connections on it. */
  readonly whenLost: Promise<string>;
  /** Resolves with the reason why the last bastion cannot connect to a server; undefined: it can. */
  readonly whyUnreached: (address: string, port: number) => Promise<ConnectFailure | undefined>;
}

/** Time limit for a bastion to report a reason. */
const REASON_MS = 5000;

/** Bastions with one ssh for each. */
export class OpensshBastions extends Bastions<OpensshHop, OpensshRoute> {
  readonly #masters: Master[] = [];

  async close(): Promise<void> {
    await this.route?.catch(() => undefined);
    for (const master of this.#masters.splice(0).toReversed()) await master.end();
  }

  protected async through(hop: OpensshHop, before: Partial<OpensshRoute>): Promise<OpensshRoute> {
    const master = await openMaster({ ...hop, ...before });
    this.#masters.push(master);
    const via = `the ${hop.name}`;
    return {
      via,
      proxyCommand: jumpCommand(master.files, hop.address),
      whenLost: master.whenEnded.then(() => `the connection to ${via} was lost: ${master.lastWords}`),
      whyUnreached: reasonsOf(master),
    };
  }
}

/**
 * Tries a failed connection again to get its error, which ssh does not report to clients of its control socket. The
 * connection to the socket stays open: ssh itself ends when one ends on which a channel was refused (OpenSSH 9.2,
 * channels.c, chan_send_close2).
 */
function reasonsOf({ files }: Master): OpensshRoute['whyUnreached'] {
  let opened: Promise<MuxConnection | undefined> | undefined;
  return async (address, port) => {
    opened ??= MuxConnection.open(files.control).catch(() => undefined);
    const connection = await opened;
    const asked = connection?.openChannel('direct-tcpip', directTcpip(address, port)).then(
      (channel) => channel.closeChannel(),
      (error: unknown) => (connection.isOpen ? jumpFailure(error as ChannelError) : undefined),
    );
    return (await Promise.race([asked, sleep(REASON_MS, undefined, { ref: false })])) ?? undefined;
  };
}
