import { setTimeout as sleep } from 'node:timers/promises';

import { BastionError, HostError } from '../host-error.ts';
import type { ChannelError } from '../link.ts';
import type { ConnectFailure } from '../ssh/connect-failure.ts';
import { jumpFailure } from '../ssh/servers.ts';
import { jumpCommand } from './client-config.ts';
import { type MasterOptions, openMaster } from './connect.ts';
import type { Master } from './master.ts';
import { directTcpip } from './messages.ts';
import { MuxConnection } from './mux-connection.ts';

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

/**
 * The bastions on the way to all hosts: one ssh for each and the whole run, started before the first connection to a
 * host. Each login goes through the previous bastion, with its own host key: no bastion sees the traffic.
 */
export class OpensshBastions {
  readonly #hops: readonly [OpensshHop, ...OpensshHop[]];
  readonly #masters: Master[] = [];
  #route: Promise<OpensshRoute> | undefined;

  constructor(hops: readonly [OpensshHop, ...OpensshHop[]]) {
    this.#hops = hops;
  }

  /**
   * Opens the route through all of them once.
   * @throws BastionError, the same to all callers.
   */
  open(): Promise<OpensshRoute> {
    this.#route ??= this.#open();
    return this.#route;
  }

  /** Closes all connections, the last one first; connections through them must have ended before. */
  async close(): Promise<void> {
    await this.#route?.catch(() => undefined);
    for (const master of this.#masters.splice(0).toReversed()) await master.end();
  }

  async #open(): Promise<OpensshRoute> {
    const [first, ...others] = this.#hops;
    let way = await this.#through(first, {});
    for (const hop of others) way = await this.#through(hop, way);
    return way;
  }

  async #through(hop: OpensshHop, before: Partial<OpensshRoute>): Promise<OpensshRoute> {
    const master = await openMaster({ ...hop, ...before }).catch((error: unknown) => {
      throw error instanceof HostError ? new BastionError(error) : error;
    });
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
