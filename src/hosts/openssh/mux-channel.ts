import { Duplex, Readable } from 'node:stream';

import { wireString, wireUint32, type WireReader } from '../../ssh-keys/wire.ts';
import type { ExitStatus } from '../root-shell/session.ts';

/** Messages of the SSH connection protocol (RFC 4254 §9) that a client of sessions and TCP connections needs. */
export const MESSAGE = {
  channelOpen: 90,
  channelOpenConfirmation: 91,
  channelOpenFailure: 92,
  channelWindowAdjust: 93,
  channelData: 94,
  channelExtendedData: 95,
  channelEof: 96,
  channelClose: 97,
  channelRequest: 98,
  channelSuccess: 99,
  channelFailure: 100,
} as const;

/** Type of extended data that is standard error (RFC 4254 §5.2). */
export const STDERR = 1;

/** Encodes a message in the form of a control socket's proxy client (OpenSSH PROTOCOL.mux §9): unencrypted, unpadded. */
export function proxied(type: number, ...fields: readonly Buffer[]): Buffer {
  return wireString(Buffer.concat([Buffer.from([0, type]), ...fields]));
}

/** Encodes a `boolean` of RFC 4251 §5. */
export function wireBoolean(value: boolean): Buffer {
  return Buffer.from([value ? 1 : 0]);
}

/** Encodes the fields of `direct-tcpip` (RFC 4254 §7.2); the loopback origin is a placeholder. */
export function directTcpip(address: string, port: number): Buffer {
  return Buffer.concat([wireString(address), wireUint32(port), wireString('127.0.0.1'), wireUint32(0)]);
}

/** Receive window in bytes. */
export const WINDOW = 2 * 1024 * 1024;
/** Maximum packet size in bytes; every implementation supports it (RFC 4253 §6.1). */
export const LONGEST_PIECE = 32 * 1024;

/** The server's confirmation of a new channel. */
export interface Confirmation {
  /** The server's number of the channel. */
  readonly remoteId: number;
  /** Initial send window in bytes. */
  readonly window: number;
  readonly longestPiece: number;
}

/** Sends a message; calls `done` when there is room for more. */
export type Send = (message: Buffer, done?: () => void) => void;

type WriteDone = (error?: Error | null) => void;

/**
 * A channel of an SSH connection (RFC 4254 §5): a TCP connection, or standard input and output of a command. It is
 * destroyed when the server has closed it and all received data has been read.
 */
export class MuxChannel extends Duplex {
  /** Standard error of a command. */
  readonly stderr: Readable;
  /** Resolves when the server has closed the channel, or the connection is lost. */
  readonly whenClosed: Promise<void>;
  readonly #remoteId: number;
  readonly #longestPiece: number;
  readonly #send: Send;
  readonly #onClosed: () => void;
  readonly #unread = new Map<Readable, number>();
  #room: number;
  /** Number of bytes that were read but not yet returned to the server's window. */
  #owed = 0;
  #waiting: { readonly chunk: Buffer; readonly done: WriteDone } | undefined;
  #answer: PromiseWithResolvers<boolean> | undefined;
  #status: ExitStatus;
  #outputEnded = false;
  #closeSent = false;
  #closed = false;

  constructor({ remoteId, window, longestPiece }: Confirmation, send: Send) {
    super({ allowHalfOpen: true, autoDestroy: false });
    this.#remoteId = remoteId;
    this.#room = window;
    this.#longestPiece = longestPiece;
    this.#send = send;
    this.stderr = new Readable({ read: () => this.#giveBack(this.stderr) });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.whenClosed = promise;
    this.#onClosed = () => resolve(undefined);
    // A lost connection must not end the process if there is no listener; `close` still reports it.
    this.on('error', () => undefined);
    this.stderr.on('error', () => undefined);
  }

  /** Exit status of the command, once the server has reported it. */
  get status(): ExitStatus {
    return this.#status;
  }

  /** Starts a command. @returns whether the server accepts it. */
  async exec(command: string): Promise<boolean> {
    this.#answer = Promise.withResolvers();
    this.#tell(MESSAGE.channelRequest, wireString('exec'), wireBoolean(true), wireString(command));
    return await this.#answer.promise;
  }

  /** Sends a signal to the command. @param name without `SIG`. */
  signal(name: string): void {
    this.#tell(MESSAGE.channelRequest, wireString('signal'), wireBoolean(false), wireString(name));
  }

  /** Closes both directions. */
  closeChannel(): void {
    this.#tell(MESSAGE.channelClose);
    this.#closeSent = true;
  }

  /** Handles a message of the server for this channel; `fields` begins after the channel's number. */
  receive(type: number, fields: WireReader): void {
    switch (type) {
      case MESSAGE.channelWindowAdjust:
        this.#room += fields.uint32() ?? 0;
        this.#goOn();
        break;
      case MESSAGE.channelData:
        this.#take(this, fields.string());
        break;
      case MESSAGE.channelExtendedData:
        if (fields.uint32() === STDERR) this.#take(this.stderr, fields.string());
        break;
      case MESSAGE.channelEof:
        this.#endOutput();
        break;
      case MESSAGE.channelClose:
        this.closeChannel();
        this.lose();
        break;
      case MESSAGE.channelRequest:
        this.#note(fields);
        break;
      case MESSAGE.channelSuccess:
      case MESSAGE.channelFailure:
        this.#answer?.resolve(type === MESSAGE.channelSuccess);
        break;
    }
  }

  /** Marks the channel as closed, and ends its streams. */
  lose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#answer?.resolve(false);
    this.#endOutput();
    this.#goOn();
    if (!this.writableEnded) this.end();
    if (this.readableEnded) this.destroy();
    else this.once('end', () => this.destroy());
    this.#onClosed();
  }

  override _read(): void {
    this.#giveBack(this);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: WriteDone): void {
    this.#waiting = { chunk, done };
    this.#goOn();
  }

  override _final(done: WriteDone): void {
    this.#tell(MESSAGE.channelEof);
    done();
  }

  override _destroy(error: Error | null, done: WriteDone): void {
    this.closeChannel();
    done(error);
  }

  /** Sends as much of the pending chunk as the server's window allows. */
  #goOn(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const { chunk, done } = waiting;
    if (this.#closed || this.#closeSent) {
      this.#waiting = undefined;
      done(Object.assign(new Error('the other end closed the channel'), { code: 'EPIPE' }));
      return;
    }
    if (this.#room === 0) return;
    this.#waiting = undefined;
    const piece = chunk.subarray(0, Math.min(this.#room, this.#longestPiece));
    const rest = chunk.subarray(piece.length);
    this.#room -= piece.length;
    this.#send(proxied(MESSAGE.channelData, wireUint32(this.#remoteId), wireString(piece)), () => {
      if (rest.length === 0) done();
      else this._write(rest, 'binary', done);
    });
  }

  #take(stream: Readable, data: Buffer | undefined): void {
    if (data === undefined || data.length === 0 || this.#outputEnded || stream.destroyed) return;
    this.#unread.set(stream, (this.#unread.get(stream) ?? 0) + data.length);
    if (stream.push(data)) this.#giveBack(stream);
  }

  /** Returns the bytes that were read on this stream, or will be at once, to the server's window. */
  #giveBack(stream: Readable): void {
    this.#owed += this.#unread.get(stream) ?? 0;
    this.#unread.set(stream, 0);
    if (this.#owed < WINDOW / 2) return;
    this.#tell(MESSAGE.channelWindowAdjust, wireUint32(this.#owed));
    this.#owed = 0;
  }

  #endOutput(): void {
    if (this.#outputEnded) return;
    this.#outputEnded = true;
    this.push(null);
    this.stderr.push(null);
  }

  #note(fields: WireReader): void {
    const name = fields.string()?.toString('latin1');
    fields.raw(1); // want reply: false for these requests (RFC 4254 §6.10)
    if (name === 'exit-status') this.#status = { code: fields.uint32() ?? 0 };
    if (name === 'exit-signal') this.#status = { signal: `SIG${fields.string()?.toString('latin1') ?? ''}` };
  }

  #tell(type: number, ...fields: readonly Buffer[]): void {
    if (this.#closed || this.#closeSent) return;
    this.#send(proxied(type, wireUint32(this.#remoteId), ...fields));
  }
}
