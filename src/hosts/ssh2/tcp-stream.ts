import { Duplex } from 'node:stream';

import type { ClientChannel } from 'ssh2';

/**
 * A forwarded connection as an ordinary Node stream. ssh2's own channel ignores the error given to
 * `destroy()`, never finishes a write after the server closed it, and ends quietly when the connection is lost.
 */
export class TcpStream extends Duplex {
  readonly #channel: ClientChannel;
  #closed = false;
  #writeDone: ((error?: Error | null) => void) | undefined;

  constructor(channel: ClientChannel) {
    super({ allowHalfOpen: true });
    this.#channel = channel;
    channel.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) channel.pause();
    });
    channel.on('end', () => this.push(null));
    channel.on('error', (error: Error) => this.destroy(error));
    channel.on('close', () => {
      this.#closed = true;
      if (this.#writeDone === undefined) this.end();
      else this.#writeDone(closedByPeer());
    });
    // A lost connection must not end the process when nobody listens any more; `close` still tells.
    this.on('error', () => undefined);
  }

  override _read(): void {
    this.#channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#closed) {
      done(closedByPeer());
      return;
    }
    this.#writeDone = done;
    this.#channel.write(chunk, (error) => {
      this.#writeDone = undefined;
      done(error);
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#channel.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channel.resume(); // what is left unread would keep the channel from closing
    this.#channel.destroy();
    done(error);
  }
}

function closedByPeer(): Error {
  return Object.assign(new Error('the other end closed the forwarded connection'), { code: 'EPIPE' });
}
