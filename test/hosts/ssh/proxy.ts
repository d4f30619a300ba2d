/** A network that can be bad, between a client and a server on the loopback. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What becomes of one connection. Bytes are those that the server has sent. */
export interface Weather {
  /** Nothing passes any more, in either direction, and nobody is told. */
  readonly stallAfter?: number;
  /** Both ends get a reset. */
  readonly cutAfter?: number;
  /** Bytes pass one by one for so many bytes. */
  readonly drip?: number;
  /** Milliseconds that each piece is late. */
  readonly delayMs?: number;
}

/** Forwards connections to a server, each in its own weather. */
export class BadNetwork {
  /** Connections that were made. */
  connections = 0;
  /** The most that were open at once. */
  mostOpen = 0;
  /** Bytes that the server has sent over the connection that was made last. */
  passed = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #stalled = new Set<Socket>();

  /** @param weather of each connection, by its number from 0. */
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

  /** From now on nothing passes on any connection, and nobody is told: as after a power cut, or behind a firewall that forgot. */
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
