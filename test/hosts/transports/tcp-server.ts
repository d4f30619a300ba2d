/** A TCP server on the loopback that echoes, or handles each connection differently. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

export class TcpServer {
  readonly listening: Promise<unknown>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #heard: Buffer[] = [];

  constructor(handle: (socket: Socket) => void = (socket) => void socket.pipe(socket)) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('data', (chunk: Buffer) => this.#heard.push(chunk));
      handle(socket);
    });
    this.#server.listen(0, '127.0.0.1');
    this.listening = once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Returns the number of open connections. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Returns all received bytes. */
  get heard(): Buffer {
    return Buffer.concat(this.#heard);
  }

  /** Returns the number of bytes that it has not sent yet. */
  get unsent(): number {
    return [...this.#sockets].reduce((sum, socket) => sum + socket.writableLength, 0);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}
