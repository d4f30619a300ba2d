import type { Readable, Writable } from 'node:stream';

import type { ExitStatus, Session } from '../root-shell/session.ts';
import type { MuxChannel } from './mux-channel.ts';

/** A command on a channel of a control socket. */
export class MuxSession implements Session {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly whenOver: Promise<ExitStatus>;
  readonly #channel: MuxChannel;

  /** @param channel in which a command was started; nothing of its output has been read. */
  constructor(channel: MuxChannel) {
    this.#channel = channel;
    this.stdin = channel;
    this.stdout = channel;
    this.stderr = channel.stderr;
    const read = Promise.all([channel.whenClosed, ended(channel), ended(channel.stderr)]);
    this.whenOver = read.then(() => channel.status);
  }

  get status(): ExitStatus {
    return this.#channel.status;
  }

  close(): void {
    this.#channel.closeChannel();
  }

  /** sshd has passed signals on since 7.9, to the process group of the command. */
  kill(): void {
    this.#channel.signal('KILL');
    this.#channel.closeChannel();
  }
}

function ended(stream: Readable): Promise<void> {
  return new Promise((resolve) => stream.once('end', () => resolve()));
}
