import type { RemoteHost, SshSettings } from '../../inputs/settings.ts';
import type { HostConnector, HostOptions, SshConnectorMeans } from '../connect-options.ts';
import { BastionError, HostError } from '../host-error.ts';
import type { ChannelError } from '../link.ts';
import { LinkedTransport, type LinkedTransportOptions } from '../linked-transport.ts';
import type { ConnectFailure } from '../ssh/connect-failure.ts';
import { connectPatiently, jumpFailure, type PatientOptions, sshServers } from '../ssh/servers.ts';
import type { Transport } from '../transport.ts';
import { agentCredential, keyCredential } from './credential.ts';
import { type Dial, type Dialed, dialTcp } from './dial.ts';
import { logIn, type LoginOptions } from './log-in.ts';
import type { Ssh2Link } from './ssh2-link.ts';

/**
 * How hosts are connected to by the library ssh2. No connection is made yet, but to an ssh-agent on this machine.
 * @throws Refusal when there is nothing to log in with.
 */
export async function ssh2Connector(
  ssh: SshSettings,
  means: SshConnectorMeans,
  optionsOf: HostOptions,
): Promise<HostConnector<RemoteHost>> {
  const credential =
    ssh.identity.kind === 'key'
      ? keyCredential(ssh.identity.key)
      : await agentCredential(ssh.identity.socket, means.log);
  const bastionCredential = ssh.bastionKey === undefined ? credential : keyCredential(ssh.bastionKey);
  const servers = sshServers(ssh, means);
  const [first, ...others] = servers.bastions.map((server): Hop => ({
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

/** A bastion, and how to log in there. Its name is as in `bastion jump.example.com`. */
export type Hop = Omit<ConnectOptions, keyof Way>;

/** The way to what lies behind the bastions. */
export interface Way {
  readonly dial: Dial;
  /** The last bastion, in words. */
  readonly via: string;
  /** Why what goes that way has ended, if the way has. */
  readonly whyLost: () => string | undefined;
}

/**
 * The bastions on the way to all hosts: one connection to each for the whole run, opened when the first host is to be
 * connected to. Each is logged in to through the one before it, with its own host key: none of them sees what passes.
 */
export class BastionChain {
  readonly #hops: readonly [Hop, ...Hop[]];
  readonly #links: Ssh2Link[] = [];
  #way: Promise<Way> | undefined;
  #closed = false;

  constructor(hops: readonly [Hop, ...Hop[]]) {
    this.#hops = hops;
  }

  /**
   * The way through all of them, opened once.
   * @throws BastionError, the same to all who ask.
   */
  open(): Promise<Way> {
    this.#way ??= this.#open();
    return this.#way;
  }

  /** Ends all connections, the last one first; those that go through them must have ended before. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const link of this.#links.splice(0).toReversed()) await link.close();
  }

  async #open(): Promise<Way> {
    const [first, ...others] = this.#hops;
    let way = await this.#through(first, {});
    for (const hop of others) way = await this.#through(hop, way);
    return way;
  }

  async #through(hop: Hop, way: Partial<Way>): Promise<Way> {
    const link = await openLink({ ...hop, ...way }).catch((error: unknown) => {
      throw error instanceof HostError ? new BastionError(error) : error;
    });
    this.#links.push(link);
    // One that comes too late is not left open.
    if (this.#closed) await this.close();
    const via = `the ${hop.name}`;
    const whyLost = (): string | undefined =>
      link.lostBecause === undefined ? undefined : `the connection to ${via} was lost: ${link.lostBecause}`;
    return { via, whyLost, dial: through(link) };
  }
}

/** Connects from the far end of a link. */
function through(link: Ssh2Link): Dial {
  return async ({ address, port }, deadline, limitMs) => {
    const lost = (): ConnectFailure | undefined =>
      link.lostBecause === undefined ? undefined : { kind: 'way-lost', said: link.lostBecause };
    const before = lost();
    if (before !== undefined) return { failure: before };
    const opening = link.openTcp(address, port).then(
      (stream): Dialed => {
        if (deadline.aborted) stream.destroy();
        return { stream };
      },
      (error: unknown): Dialed => ({ failure: lost() ?? jumpFailure(error as ChannelError) }),
    );
    const { promise, resolve } = Promise.withResolvers<Dialed>();
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

/** An SSH server, and how to log in there. */
interface ConnectOptions extends LoginOptions, PatientOptions {
  /** How it is reached. Default: straight from this machine. */
  readonly dial?: Dial;
}

/** A host, how to log in, and what is known of it. */
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
  return connectPatiently<Ssh2Link>(options, options.credential, async (limits) => {
    const dialed = await dial(options, limits.deadline, limits.limitMs);
    return 'failure' in dialed ? dialed : logIn(options, { stream: dialed.stream, ...limits });
  });
}
