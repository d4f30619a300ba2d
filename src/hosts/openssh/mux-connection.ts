import { connect, type Socket } from 'node:net';

import { WireReader, wireString, wireUint32 } from '../../ssh-keys/wire.ts';
import type { ChannelError } from '../link.ts';
import { MESSAGE, proxied, LONGEST_PIECE, MuxChannel, WINDOW } from './mux-channel.ts';

/** Messages of OpenSSH's multiplexing protocol (PROTOCOL.mux §11). */
const MUX = {
  hello: 0x00000001,
  terminate: 0x10000005,
  proxy: 0x1000000f,
  isProxy: 0x8000000f,
} as const;
const VERSION = 4;
const REQUEST_ID = 0;

interface Opening {
  readonly resolve: (channel: MuxChannel) => void;
  readonly reject: (error: ChannelError) => void;
}

/**
 * A connection to the control socket of a logged-in ssh(1), in proxy mode (OpenSSH PROTOCOL.mux §9, since 7.4): it
 * speaks the SSH connection protocol, which ssh forwards to the server. So one ssh process serves all channels of a
 * host, and the server itself reports how a command ends.
 */
export class MuxConnection {
  /** Resolves when either side has ended it. */
  readonly whenEnded: Promise<void>;
  readonly #socket: Socket;
  readonly #opening = new Map<number, Opening>();
  readonly #channels = new Map<number, MuxChannel>();
  readonly #ready = Promise.withResolvers<undefined>();
  #received: Buffer = Buffer.alloc(0);
  #isProxy = false;
  #lastId = -1;

  /** @param path of the control socket. @throws when there is none, or its listener does not support proxy mode. */
  static async open(path: string): Promise<MuxConnection> {
    const connection = new MuxConnection(connect(path));
    await connection.#ready.promise;
    return connection;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#hear(chunk));
    socket.on('error', (error) => this.#ready.reject(error));
    this.whenEnded = new Promise((resolve) => {
      socket.once('close', () => {
        this.#ready.reject(new Error('ssh closed its control socket'));
        for (const { reject } of this.#opening.values()) reject(new Error('the connection is lost'));
        for (const channel of this.#channels.values()) channel.lose();
        resolve();
      });
    });
    this.#send(wireString(Buffer.concat([wireUint32(MUX.hello), wireUint32(VERSION)])));
    this.#send(wireString(Buffer.concat([wireUint32(MUX.proxy), wireUint32(REQUEST_ID)])));
  }

  /** Reports whether it is usable. */
  get isOpen(): boolean {
    return this.#socket.writable;
  }

  /** Bytes of the channels in both directions, without the overhead of SSH on the way to the host. */
  get traffic(): { readonly bytesSent: number; readonly bytesReceived: number } {
    return { bytesSent: this.#socket.bytesWritten, bytesReceived: this.#socket.bytesRead };
  }

  /**
   * Opens a channel.
   * @param type `session` or `direct-tcpip`. @param more the fields that the type adds to the message.
   * @throws ChannelError when the server refuses it.
   */
  openChannel(type: string, more: Buffer = Buffer.alloc(0)): Promise<MuxChannel> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#opening.set(id, { resolve, reject });
      this.#send(
        proxied(
          MESSAGE.channelOpen,
          wireString(type),
          wireUint32(id),
          wireUint32(WINDOW),
          wireUint32(LONGEST_PIECE),
          more,
        ),
      );
    });
  }

  /** Closes this connection; its ssh keeps running. */
  end(): void {
    this.#socket.destroy();
  }

  readonly #send = (message: Buffer, done?: () => void): void => {
    this.#socket.write(message, () => done?.());
  };

  #hear(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readUInt32BE();
      if (this.#received.length < end) return;
      const message = this.#received.subarray(4, end);
      this.#received = this.#received.subarray(end);
      if (this.#isProxy) this.#handle(message);
      else this.#greet(message);
    }
  }

  /** Handles the messages before proxy mode: ssh's greeting, and its answer. */
  #greet(message: Buffer): void {
    const fields = new WireReader(message);
    const type = fields.uint32();
    if (type === MUX.hello) {
      const version = fields.uint32();
      if (version !== VERSION) this.#refuse(`ssh speaks version ${version} of its control protocol`);
      return;
    }
    if (type !== MUX.isProxy) {
      this.#refuse('ssh does not know the proxy mode of its control socket');
      return;
    }
    this.#isProxy = true;
    this.#ready.resolve(undefined);
  }

  #refuse(words: string): void {
    this.#ready.reject(new Error(words));
    this.end();
  }

  #handle(message: Buffer): void {
    const type = message[1] ?? 0;
    const fields = new WireReader(message.subarray(2));
    const id = fields.uint32() ?? -1;
    const opening = this.#opening.get(id);
    if (opening === undefined) {
      this.#channels.get(id)?.receive(type, fields);
      return;
    }
    this.#opening.delete(id);
    if (type === MESSAGE.channelOpenConfirmation) opening.resolve(this.#opened(id, fields));
    else opening.reject(refusal(fields));
  }

  #opened(id: number, fields: WireReader): MuxChannel {
    const [remoteId = 0, window = 0, longestPiece = 0] = [fields.uint32(), fields.uint32(), fields.uint32()];
    const channel = new MuxChannel({ remoteId, window, longestPiece }, this.#send);
    this.#channels.set(id, channel);
    void channel.whenClosed.then(() => this.#channels.delete(id));
    return channel;
  }
}

/** Ends the ssh of a control socket with all its channels. Its exit shows whether it did. */
export function terminate(path: string): void {
  const socket = connect(path);
  socket.on('error', () => undefined); // ssh has already ended
  socket.write(wireString(Buffer.concat([wireUint32(MUX.hello), wireUint32(VERSION)])));
  socket.write(wireString(Buffer.concat([wireUint32(MUX.terminate), wireUint32(REQUEST_ID)])));
  socket.resume();
}

function refusal(fields: WireReader): ChannelError {
  const reason = fields.uint32();
  const words = fields.string()?.toString('utf8') ?? '';
  return Object.assign(new Error(words), { reason });
}
