import type { RemoteHost, SshSettings } from '../../inputs/settings.ts';
import {
  Bastions,
  connectWithRetries,
  type HostConnector,
  type HostOptions,
  jumpFailure,
  type RetryOptions,
  type SshConnectorDeps,
  sshServers,
} from '../ssh/servers.ts';
import type { ChannelError } from '../link.ts';
import { LinkedTransport, type LinkedTransportOptions } from '../linked-transport.ts';
import type { ConnectFailure } from '../ssh/connect-failure.ts';
import type { Transport } from '../transport.ts';
import { agentCredential, keyCredential } from './credential.ts';
import { type Dial, type DialResult, dialTcp } from './dial.ts';
import { logIn, type LoginOptions } from './log-in.ts';
import type { Ssh2Link } from './ssh2-link.ts';

/**
 * Returns a connector that uses the library ssh2. Opens no connection except to an ssh-agent on this machine.
 * @throws RunError when there are no credentials.
 */
export async function ssh2Connector(
  ssh: SshSettings,
  deps: SshConnectorDeps,
  optionsOf: HostOptions,
): Promise<HostConnector<RemoteHost>> {
  const credential =
    ssh.identity.kind === 'key'
      ? keyCredential(ssh.identity.key)
      : await agentCredential(ssh.identity.socket, deps.log);
  const bastionCredential = ssh.bastionKey === undefined ? credential : keyCredential(ssh.bastionKey);
  const servers = sshServers(ssh, deps);
  const [first, ...others] = servers.bastions.map((server): Ssh2Hop => ({
    ...server,
    credential: bastionCredential,
  }));
  const chain = first && new BastionChain([first, ...others]);
  return {
    connect: async (host) => {
      const way = await chain?.open();
      return await connectSsh2({
        ...optionsOf(host),
        ...servers.ofHost(host),
        credential,
        ...way,
      });
    },
    close: async () => chain?.close(),
  };
}

/** A bastion with its credentials. It is named e.g. `bastion jump.example.com`. */
export type Ssh2Hop = Omit<ConnectOptions, keyof BastionRoute>;

/** The route through the bastions. */
export interface BastionRoute {
  readonly dial: Dial;
  /** The last bastion, for messages. */
  readonly via: string;
  /** Returns why connections on this route ended, if the route has. */
  readonly whyLost: () => string | undefined;
}

/** Bastions with connections of the library ssh2. */
export class BastionChain extends Bastions<Ssh2Hop, BastionRoute> {
  readonly #links: Ssh2Link[] = [];
  #closed = false;

  async close(): Promise<void> {
    this.#closed = true;
    for (const link of this.#links.splice(0).toReversed()) await link.close();
  }

  protected async through(hop: Ssh2Hop, before: Partial<BastionRoute>): Promise<BastionRoute> {
    const link = await openLink({ ...hop, ...before });
    this.#links.push(link);
    // A late connection is closed too.
    if (this.#closed) await this.close();
    const via = `the ${hop.name}`;
    const whyLost = (): string | undefined =>
      link.lostBecause === undefined ? undefined : `the connection to ${via} was lost: ${link.lostBecause}`;
    return { via, whyLost, dial: dialThrough(link) };
  }
}

/** Returns a dialer from the far end of a link. */
function dialThrough(link: Ssh2Link): Dial {
  return async ({ address, port }, deadline, limitMs) => {
    const lost = (): ConnectFailure | undefined =>
      link.lostBecause === undefined ? undefined : { kind: 'way-lost', said: link.lostBecause };
    const before = lost();
    if (before !== undefined) return { failure: before };
    const opening = link.openTcp(address, port).then(
      (stream): DialResult => {
        if (deadline.aborted) stream.destroy();
        return { stream };
      },
      (error: unknown): DialResult => ({ failure: lost() ?? jumpFailure(error as ChannelError) }),
    );
    const { promise, resolve } = Promise.withResolvers<DialResult>();
    const onDeadline = (): void =>
      resolve({ failure: { kind: 'silent', stage: 'connect', afterMs: limitMs } });
    deadline.addEventListener('abort', onDeadline, { once: true });
    try {
      return await Promise.race([opening, promise]);
    } finally {
      deadline.removeEventListener('abort', onDeadline);
    }
  };
}

/** An SSH server and its credentials. */
interface ConnectOptions extends LoginOptions, RetryOptions {
  /** Opens the stream. Default: directly from this machine. */
  readonly dial?: Dial;
}

/** A host, its credentials and its pins. */
export type Ssh2ConnectOptions = ConnectOptions & LinkedTransportOptions;

/**
 * Opens the one connection to a host and logs in.
 * @throws HostError that says why there is no connection.
 */
export async function connectSsh2(options: Ssh2ConnectOptions): Promise<Transport> {
  return new LinkedTransport(options, await openLink(options));
}

/**
 * Connects to an SSH server and logs in.
 * @throws HostError that says why there is no connection.
 */
function openLink(options: ConnectOptions): Promise<Ssh2Link> {
  const { dial = dialTcp } = options;
  return connectWithRetries<Ssh2Link>(options, options.credential, async (limits) => {
    const dialed = await dial(options, limits.deadline, limits.limitMs);
    return 'failure' in dialed ? dialed : logIn(options, { stream: dialed.stream, ...limits });
  });
}
