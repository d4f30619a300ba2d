import type { Client, ClientChannel } from 'ssh2';

import type { Link } from '../link.ts';
import type { Session } from '../root-shell/session.ts';
import type { ByteStream } from './dial.ts';
import { Ssh2Session } from './ssh2-session.ts';
import { TcpStream } from './tcp-stream.ts';

/** How long the host may take to say goodbye. */
const CLOSE_TIMEOUT_MS = 1000;

/** One SSH connection of ssh2. */
export class Ssh2Link implements Link {
  readonly isHere = false;
  readonly whenLost: Promise<void>;
  readonly #client: Client;
  readonly #stream: ByteStream;
  #lostBecause: string | undefined;

  /**
   * @param client logged in over `stream`; it has no other listeners from now on but those that are about to be removed.
   * @param whyLost asked when it has ended: what else has, if that is the reason.
   */
  constructor(client: Client, stream: ByteStream, whyLost: () => string | undefined = () => undefined) {
    this.#client = client;
    this.#stream = stream;
    this.whenLost = new Promise((resolve) => {
      client.on('error', (error) => {
        this.#lostBecause ??= whyLost() ?? error.message;
        stream.destroy();
      });
      client.on('close', () => {
        this.#lostBecause ??= whyLost() ?? 'the host closed it';
        resolve();
      });
    });
  }

  get lostBecause(): string | undefined {
    return this.#lostBecause ?? (this.#stream.writable ? undefined : 'the host closed it');
  }

  readonly openSession = (command: string): Promise<Session> =>
    new Promise((resolve, reject) => {
      this.#client.exec(command, (error: Error | undefined, channel: ClientChannel) => {
        // Here and not in a later turn: how the command ended may be told in the same packet.
        if (error === undefined) resolve(new Ssh2Session(channel));
        else reject(error);
      });
    });

  openTcp(address: string, port: number): Promise<TcpStream> {
    return new Promise((resolve, reject) => {
      this.#client.forwardOut(
        '127.0.0.1',
        0,
        address,
        port,
        (error: Error | undefined, channel: ClientChannel) => {
          if (error === undefined) resolve(new TcpStream(channel));
          else reject(error);
        },
      );
    });
  }

  statistics(): ReturnType<Link['statistics']> {
    const { bytesWritten, bytesRead } = this.#stream;
    return { connections: 1, bytesSent: bytesWritten, bytesReceived: bytesRead };
  }

  async close(): Promise<void> {
    this.#lostBecause ??= 'this run closed it';
    this.#client.end();
    const timer = setTimeout(() => this.#stream.destroy(), CLOSE_TIMEOUT_MS);
    await this.whenLost;
    clearTimeout(timer);
  }
}
