import type { Duplex } from 'node:stream';
import { EtcdClient } from '../../../etcd/client.ts';
import type { EtcdCredentials } from '../../../etcd/endpoint.ts';
import type { Transport } from '../../../hosts/transport.ts';
import type { Settings } from '../../../inputs/settings.ts';
import type { ExaminedHost } from './hosts.ts';

/** Milliseconds that a request of a health check may take: without a majority a read hangs for as long as it may. */
export const REQUEST_MS = 5_000;

/** One member that can be asked. */
export interface MemberConnection {
  readonly name: string;
  readonly address: string;
  readonly client: EtcdClient;
  readonly way: Way;
  readonly credentials: EtcdCredentials;
}

/** The client of one member, over the way that leads to it. */
export function memberConnection(
  address: string,
  name: string,
  route: Route,
  credentials: EtcdCredentials,
  { clientPort }: Settings,
): MemberConnection {
  const way = new Way(route, address);
  const client = new EtcdClient({
    name,
    address,
    port: clientPort,
    open: () => way.open(clientPort),
    credentials,
    requestTimeoutMs: REQUEST_MS,
  });
  return { name, address, client, way, credentials };
}

/** The way to one member: through its own host, or, where that cannot be reached, through another. */
export interface Route<H = unknown> {
  readonly transport: Transport;
  /** Whose host it leads through; absent: the member's own. */
  readonly through?: H;
}

/**
 * The way to each member: through its own host where that answered the probe, else through one that did; through its own
 * after all where none did. No entry where no host at all is reached.
 */
export function routesTo<H extends Pick<ExaminedHost, 'observed' | 'transport'>>(
  hosts: readonly H[],
): Map<H, Route<H>> {
  const answering = hosts.find(({ observed, transport }) => 'seen' in observed && transport !== undefined);
  return new Map(
    hosts.flatMap((host): [H, Route<H>][] => {
      const { observed, transport } = host;
      if (transport !== undefined && ('seen' in observed || answering === undefined))
        return [[host, { transport }]];
      return answering?.transport === undefined
        ? []
        : [[host, { transport: answering.transport, through: answering }]];
    }),
  );
}

/** Byte streams to one member's ports, and how long the way to the host takes. */
class Way {
  readonly #route: Route;
  readonly #address: string;
  #fastestMs: number | null = null;

  constructor(route: Route, address: string) {
    this.#route = route;
    this.#address = address;
  }

  /** A stream to a port at the member's address. */
  async open(port: number): Promise<Duplex> {
    const begun = performance.now();
    const stream = await this.#route.transport.openTcp(this.#address, port);
    if (stream.relayed === true) return stream;
    this.#fastestMs = Math.min(this.#fastestMs ?? Infinity, performance.now() - begun);
    return stream;
  }

  /**
   * Milliseconds of a round trip over SSH: the fastest opening of a stream, which sshd answers as soon as the port on its own
   * host is open. Null before there was one, where a shell opens them, and through another host, where the way goes on from
   * there.
   */
  get roundTripMs(): number | null {
    return this.#route.through === undefined ? this.#fastestMs : null;
  }
}
