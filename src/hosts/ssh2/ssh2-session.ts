import type { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';

import type { ClientChannel } from 'ssh2';

import type { ExitStatus, Session } from '../root-shell/session.ts';

/** A command on a channel of ssh2. */
export class Ssh2Session implements Session {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly whenOver: Promise<ExitStatus>;
  readonly #channel: ClientChannel;
  #status: ExitStatus;

  /** @param channel just opened: nothing of what comes over it has been seen. */
  constructor(channel: ClientChannel) {
    this.#channel = channel;
    this.stdin = channel;
    this.stdout = channel;
    this.stderr = channel.stderr;
    // How it ends is told by `exit` and `close`.
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

  /** sshd has passed signals on since 7.9, to the process group of the command. */
  kill(): void {
    this.#channel.signal('KILL');
    this.#channel.close();
  }
}

function event(emitter: EventEmitter, name: string): Promise<void> {
  return new Promise((resolve) => emitter.once(name, () => resolve()));
}
