import type { Duplex } from 'node:stream';
import type { Transport } from '../../hosts/transport.ts';
import type { ReachedHost } from './reach-hosts.ts';

/** The way to one member: through its own host, or, where that cannot be reached, through another. */
export interface Route {
  readonly transport: Transport;
  /** Whose host it leads through; absent: the member's own. */
  readonly through?: ReachedHost;
}

/**
 * The way to each member, in their order: through its own host where that answered the probe, else through one that did;
 * through its own after all where none did. None where no host at all is reached.
 */
export function routesTo(reached: readonly ReachedHost[]): (Route | undefined)[] {
  const answering = reached.find(({ sight, transport }) => 'seen' in sight && transport !== undefined);
  return reached.map((host): Route | undefined => {
    const { sight, transport } = host;
    if (transport !== undefined && ('seen' in sight || answering === undefined)) return { transport };
    return answering?.transport === undefined
      ? undefined
      : { transport: answering.transport, through: answering };
  });
}

/** Byte streams to one member's ports, and how long the way to the host takes. */
export class Way {
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
