import { Duplex } from 'node:stream';

import type { ClientChannel } from 'ssh2';

type WriteDone = (error?: Error | null) => void;

/**
 * A forwarded connection as an ordinary Node stream. ssh2's own channel ignores the error given to
 * `destroy()`, never finishes a write after the server closed it, and ends quietly when the connection is lost.
 */
export class TcpStream extends Duplex {
  /** Both without the frames of SSH. */
  bytesRead = 0;
  bytesWritten = 0;
  readonly #channel: ClientChannel;
  #closed = false;
  #writeDone: WriteDone | undefined;

  constructor(channel: ClientChannel) {
    super({ allowHalfOpen: true });
    this.#channel = channel;
    channel.on('data', (chunk: Buffer) => {
      this.bytesRead += chunk.length;
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

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: WriteDone): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: WriteDone): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  /**
   * Not in this turn: what is written may be a packet of another SSH connection, one through a bastion, and ssh2 writes its
   * beginning while it still encrypts the rest, by state that all its connections share (lib/protocol/crypto.js,
   * ChaChaPolyCipherNative and POLY1305_OUT_COMPUTE).
   */
  #send(bytes: Buffer, done: WriteDone): void {
    process.nextTick(() => {
      if (this.#closed) {
        done(closedByPeer());
        return;
      }
      this.bytesWritten += bytes.length;
      this.#writeDone = done;
      this.#channel.write(bytes, (error) => {
        this.#writeDone = undefined;
        done(error);
      });
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
