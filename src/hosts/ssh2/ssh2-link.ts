import type { EventEmitter } from 'node:events';
import { Duplex, type Readable, type Writable } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { Link } from '../link.ts';
import type { ExitStatus, Session } from '../root-shell/session.ts';
import type { ByteStream } from './dial.ts';

/** Time limit for the host to close the connection. */
const CLOSE_TIMEOUT_MS = 1000;

/** One SSH connection of ssh2. */
export class Ssh2Link implements Link {
  readonly isHere = false;
  readonly whenLost: Promise<void>;
  readonly #client: Client;
  readonly #stream: ByteStream;
  #lostBecause: string | undefined;

  /**
   * @param client logged in over `stream`; its only other listeners are about to be removed.
   * @param whyLost returns the cause if a connection below it has ended.
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
        // Here and not in a later turn: the exit status may arrive in the same packet.
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

/** A command on a channel of ssh2. */
class Ssh2Session implements Session {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly whenOver: Promise<ExitStatus>;
  readonly #channel: ClientChannel;
  #status: ExitStatus;

  /** @param channel newly opened: nothing has been read from it. */
  constructor(channel: ClientChannel) {
    this.#channel = channel;
    this.stdin = channel;
    this.stdout = channel;
    this.stderr = channel.stderr;
    // `exit` and `close` report how it ends.
    channel.on('error', () => undefined);
    channel.stderr.on('error', () => undefined);
    channel.on('exit', (code: number | null, signal?: string) => {
      this.#status = code === null ? { signal: signal ?? 'an unknown signal' } : { code };
    });
    const over = Promise.all([event(channel, 'close'), event(channel.stderr, 'end')]);
    this.whenOver = over.then(() => this.#status);
  }

  get status(): ExitStatus {
    return this.#status;
  }

  close(): void {
    this.#channel.close();
  }

  /** sshd forwards signals since 7.9, to the process group of the command. */
  kill(): void {
    this.#channel.signal('KILL');
    this.#channel.close();
  }
}

function event(emitter: EventEmitter, name: string): Promise<void> {
  return new Promise((resolve) => emitter.once(name, () => resolve()));
}

type WriteDone = (error?: Error | null) => void;

/**
 * A forwarded connection as an ordinary Node stream. ssh2's own channel ignores the error given to `destroy()`, never
 * finishes a write after the server closed it, and ends without an error when the connection is lost.
 */
class TcpStream extends Duplex {
  /** Both without SSH framing. */
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
    // A lost connection must not end the process if there is no listener; `close` still reports it.
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
   * Not in this turn: the data may be a packet of another SSH connection, through a bastion, and ssh2 writes its
   * beginning while it still encrypts the rest, with state that all its connections share (lib/protocol/crypto.js,
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
    this.#channel.resume(); // unread data would keep the channel from closing
    this.#channel.destroy();
    done(error);
  }
}

function closedByPeer(): Error {
  return Object.assign(new Error('the other end closed the forwarded connection'), { code: 'EPIPE' });
}
