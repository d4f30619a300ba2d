/** An unreliable network between a client and a server on the loopback. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The faults of one connection. Bytes are those sent by the server. */
export interface Weather {
  /** Drops everything silently, in either direction. */
  readonly stallAfter?: number;
  /** Both ends get a reset. */
  readonly cutAfter?: number;
  /** Passes this many bytes one by one. */
  readonly drip?: number;
  /** Delay of each piece in milliseconds. */
  readonly delayMs?: number;
}

/** Forwards connections to a server, each with its own faults. */
export class BadNetwork {
  /** Number of connections. */
  connections = 0;
  /** The most that were open at once. */
  mostOpen = 0;
  /** Bytes sent by the server over the last connection. */
  passed = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #stalled = new Set<Socket>();

  /** @param weather faults of each connection, by its number from 0. */
  static async to(port: number, weather: (connection: number) => Weather): Promise<BadNetwork> {
    const network = new BadNetwork(port, weather);
    network.#server.listen(0, '127.0.0.1');
    await once(network.#server, 'listening');
    return network;
  }

  private constructor(port: number, weather: (connection: number) => Weather) {
    this.#server = createServer((near) => {
      const number = this.connections;
      this.connections += 1;
      this.passed = 0;
      const far = connect(port, '127.0.0.1');
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.setNoDelay(true);
        socket.on('error', () => undefined);
        socket.on('close', () => this.#sockets.delete(socket));
      }
      this.mostOpen = Math.max(this.mostOpen, this.#sockets.size / 2);
      void this.#pass(near, far, {});
      void this.#pass(far, near, weather(number), (count) => {
        this.passed = count;
      });
    });
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /**
   * Drops everything silently on all connections from now on, as after a power cut, or behind a firewall that forgot
   * them.
   */
  stall(): void {
    for (const socket of this.#sockets) this.#stalled.add(socket);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(
    from: Socket,
    to: Socket,
    { stallAfter = Infinity, cutAfter = Infinity, drip = 0, delayMs }: Weather,
    onPassed: (count: number) => void = () => undefined,
  ): Promise<void> {
    const isOpen = (): boolean => !this.#stalled.has(to);
    let count = 0;
    try {
      for await (const chunk of from) {
        if (delayMs !== undefined) await sleep(delayMs);
        const bytes = (chunk as Buffer).subarray(0, Math.min(stallAfter, cutAfter) - count);
        const slowly = Math.min(Math.max(drip - count, 0), bytes.length);
        for (const byte of bytes.subarray(0, slowly)) {
          if (isOpen()) to.write(Buffer.of(byte));
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (isOpen() && slowly < bytes.length) to.write(bytes.subarray(slowly));
        count += bytes.length;
        onPassed(count);
        if (count >= cutAfter) for (const end of [from, to]) end.resetAndDestroy();
        if (count >= stallAfter) for (const end of [from, to]) this.#stalled.add(end);
      }
    } catch {
      // it was reset
    }
    if (isOpen()) to.end();
  }
}
