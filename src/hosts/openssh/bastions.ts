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

/** A bastion, and how to log in there. Its name is as in `bastion jump.example.com`. */
export type OpensshHop = Omit<MasterOptions, keyof OpensshWay>;

/** The way to what lies behind the bastions. */
export interface OpensshWay {
  /** What connects there. */
  readonly proxyCommand: string;
  /** The last bastion, in words. */
  readonly via: string;
  /** Resolves when the way has ended, and what goes that way with it: why. */
  readonly whenLost: Promise<string>;
  /** Why the last bastion does not connect to a server; undefined: it does. */
  readonly whyUnreached: (address: string, port: number) => Promise<ConnectFailure | undefined>;
}

/** So long a bastion is asked for a reason. */
const REASON_MS = 5000;

/**
 * The bastions on the way to all hosts: one ssh for each and the whole run, started when the first host is to be connected
 * to. Each is logged in to through the one before it, with its own host key: none of them sees what passes.
 */
export class OpensshBastions {
  readonly #hops: readonly [OpensshHop, ...OpensshHop[]];
  readonly #masters: Master[] = [];
  #way: Promise<OpensshWay> | undefined;

  constructor(hops: readonly [OpensshHop, ...OpensshHop[]]) {
    this.#hops = hops;
  }

  /**
   * The way through all of them, opened once.
   * @throws BastionError, the same to all who ask.
   */
  open(): Promise<OpensshWay> {
    this.#way ??= this.#open();
    return this.#way;
  }

  /** Ends all connections, the last one first; those that go through them must have ended before. */
  async close(): Promise<void> {
    await this.#way?.catch(() => undefined);
    for (const master of this.#masters.splice(0).toReversed()) await master.end();
  }

  async #open(): Promise<OpensshWay> {
    const [first, ...others] = this.#hops;
    let way = await this.#through(first, {});
    for (const hop of others) way = await this.#through(hop, way);
    return way;
  }

  async #through(hop: OpensshHop, before: Partial<OpensshWay>): Promise<OpensshWay> {
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
 * ssh does not tell whom it connects by its control socket why there is no connection, so it is tried once more, and heard.
 * The connection to the socket stays: ssh itself ends when one ends on which a channel was refused (OpenSSH 9.2, channels.c,
 * chan_send_close2).
 */
function reasonsOf({ files }: Master): OpensshWay['whyUnreached'] {
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
