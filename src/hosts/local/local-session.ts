import { Readable, type Writable } from 'node:stream';

import type { ExitStatus, LocalProcess, Session } from '../root-shell/session.ts';
import { runProgram } from '../runner/program.ts';
import type { Fifo } from './fifos.ts';

/**
 * Takes the pipe for its standard input (opened for writing too for a moment, as it would wait for a writer that may be
 * gone), tells its number and start time, and becomes the command, in a session of its own: without a terminal, as behind
 * an SSH server, and with all that it starts in one group.
 */
const BECOME =
  'exec 3<> "$1" < "$1" 3>&- && IFS= read -r s < /proc/$$/stat && s=(${s##*) }) && echo $$ ${s[19]} >&2 && exec setsid bash --norc -c "$2"';

/** A command on this machine. */
export class LocalSession implements Session {
  readonly stdin: Writable;
  readonly stdout = new Readable({ read: () => undefined });
  readonly stderr = new Readable({ read: () => undefined });
  readonly whenOver: Promise<ExitStatus>;
  readonly #fifo: Fifo;
  #preamble = Buffer.alloc(0);
  #process: string | undefined;
  #status: ExitStatus;
  #bytesReceived = 0;

  /** @param fifo becomes its standard input. */
  constructor(command: string, fifo: Fifo, env: Readonly<Record<string, string>>) {
    this.#fifo = fifo;
    this.stdin = fifo.writer;
    fifo.writer.on('error', () => undefined); // how it ends is told by the program
    const outputs = [ended(this.stdout), ended(this.stderr)];
    this.whenOver = this.#run(command, env)
      .then(() => Promise.all(outputs))
      .then(() => this.#status);
  }

  get status(): ExitStatus {
    return this.#status;
  }

  get here(): LocalProcess {
    return { id: this.#process, servedBy: process.pid };
  }

  /** What went over its standard input, and came over its outputs, in bytes. */
  get traffic(): { readonly bytesSent: number; readonly bytesReceived: number } {
    return { bytesSent: this.#fifo.writer.bytesWritten, bytesReceived: this.#bytesReceived };
  }

  close(): void {
    this.#fifo.writer.destroy();
  }

  /** A signal would not reach root's sudo; whoever starts shells has them ended by another one. */
  kill(): void {
    this.close();
  }

  async #run(command: string, env: Readonly<Record<string, string>>): Promise<void> {
    try {
      await runProgram({
        name: 'bash',
        // bash takes the socket that node gives it for a sign of rshd, and would read .bashrc
        args: ['--norc', '-c', BECOME, 'etcd-ha-local', this.#fifo.path, command],
        env,
        onStdout: (chunk) => this.#pass(this.stdout, chunk),
        onStderr: (chunk) => this.#hear(chunk),
        onExit: (code) => {
          this.#status = code === null ? { signal: 'an unknown signal' } : { code };
        },
      });
    } catch (error) {
      this.#pass(this.stderr, Buffer.from(`${(error as Error).message}\n`));
    }
    if (this.#process === undefined) {
      this.#fifo.unlink();
      this.#pass(this.stderr, this.#preamble);
    }
    this.#fifo.writer.destroy();
    this.stdout.push(null);
    this.stderr.push(null);
  }

  /** The first line of standard error tells the process; words instead of it say why there is none. */
  #hear(chunk: Buffer): void {
    if (this.#process !== undefined) {
      this.#pass(this.stderr, chunk);
      return;
    }
    this.#preamble = Buffer.concat([this.#preamble, chunk]);
    const [line, id] = /^(\d+ \d+)\n/.exec(this.#preamble.toString('latin1')) ?? [];
    if (line === undefined) return;
    this.#process = id;
    this.#fifo.unlink();
    this.#pass(this.stderr, this.#preamble.subarray(line.length));
  }

  #pass(stream: Readable, chunk: Buffer): void {
    if (chunk.length === 0) return; // an empty piece would end the reading
    this.#bytesReceived += chunk.length;
    stream.push(chunk);
  }
}

function ended(stream: Readable): Promise<void> {
  return new Promise((resolve) => stream.once('end', () => resolve()));
}
