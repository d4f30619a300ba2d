import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { Readable, type Writable } from 'node:stream';
import { runProgram } from '../../runner/child-process.ts';
import type { PrivateFolder } from '../../runner/private-folder.ts';
import type { ExitStatus, LocalProcess, Session } from '../root-shell/session.ts';

/**
 * Opens the pipe as its standard input (for a moment also for writing, because it would wait for a writer that may be
 * gone), prints its pid and start time, and executes the command in a session of its own: without a terminal, as
 * behind an SSH server, and with all its children in one group.
 */
const EXEC_COMMAND =
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
    fifo.writer.on('error', () => undefined); // The program reports how it ends.
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

  /** The bytes sent to its standard input and received from its outputs. */
  get traffic(): { readonly bytesSent: number; readonly bytesReceived: number } {
    return { bytesSent: this.#fifo.writer.bytesWritten, bytesReceived: this.#bytesReceived };
  }

  close(): void {
    this.#fifo.writer.destroy();
  }

  /** A signal would not reach root's sudo; the owner of a shell has another one kill it. */
  kill(): void {
    this.close();
  }

  async #run(command: string, env: Readonly<Record<string, string>>): Promise<void> {
    try {
      await runProgram({
        name: 'bash',
        // Without --norc bash takes node's socket for a sign of rshd and reads .bashrc.
        args: ['--norc', '-c', EXEC_COMMAND, 'etcd-ha-local', this.#fifo.path, command],
        env,
        onStdout: (chunk) => this.#forward(this.stdout, chunk),
        onStderr: (chunk) => this.#readStderr(chunk),
        onExit: (code) => {
          this.#status = code === null ? { signal: 'an unknown signal' } : { code };
        },
      });
    } catch (error) {
      this.#forward(this.stderr, Buffer.from(`${(error as Error).message}\n`));
    }
    if (this.#process === undefined) {
      this.#fifo.unlink();
      this.#forward(this.stderr, this.#preamble);
    }
    this.#fifo.writer.destroy();
    this.stdout.push(null);
    this.stderr.push(null);
  }

  /** Parses the process from the first line of standard error; other text there says why there is none. */
  #readStderr(chunk: Buffer): void {
    if (this.#process !== undefined) {
      this.#forward(this.stderr, chunk);
      return;
    }
    this.#preamble = Buffer.concat([this.#preamble, chunk]);
    const [line, id] = /^(\d+ \d+)\n/.exec(this.#preamble.toString('latin1')) ?? [];
    if (line === undefined) return;
    this.#process = id;
    this.#fifo.unlink();
    this.#forward(this.stderr, this.#preamble.subarray(line.length));
  }

  #forward(stream: Readable, chunk: Buffer): void {
    if (chunk.length === 0) return; // an empty chunk would end the stream
    this.#bytesReceived += chunk.length;
    stream.push(chunk);
  }
}

function ended(stream: Readable): Promise<void> {
  return new Promise((resolve) => stream.once('end', () => resolve()));
}

/** Number of pipes that one mkfifo makes: each call is a process. */
const BATCH = 16;

/** A named pipe from this process to a program of the runner. Its data is never on a disk. */
interface Fifo {
  readonly path: string;
  readonly writer: Socket;
  /** Removes its name; a program that has opened it is unaffected. */
  unlink(): void;
}

/** Makes named pipes. Each is used once: a previous reader could read the next user's data. */
export class Fifos {
  readonly #folder: PrivateFolder;
  readonly #env: Readonly<Record<string, string>>;
  readonly #ready: string[] = [];
  #making: Promise<void> | undefined;

  constructor(folder: PrivateFolder, env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#env = env;
  }

  /** Returns a new one. It can be written to at once; the data waits for its reader. */
  async take(): Promise<Fifo> {
    for (;;) {
      const path = this.#ready.pop();
      if (path !== undefined) return openFifo(path);
      this.#making ??= this.#make().finally(() => {
        this.#making = undefined;
      });
      await this.#making;
    }
  }

  async #make(): Promise<void> {
    const paths = Array.from({ length: BATCH }, () => this.#folder.newPath('input'));
    let words = '';
    const code = await runProgram({
      name: 'mkfifo',
      args: ['-m', '600', '--', ...paths],
      env: this.#env,
      onStderr: (chunk) => {
        words += chunk.toString();
      },
    });
    if (code !== 0) throw new Error(`mkfifo: ${words.trim()}`);
    this.#ready.push(...paths);
  }
}

function openFifo(path: string): Fifo {
  // For reading too: opening it only for writing fails while there is no reader.
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    const writer = new Socket({ fd: descriptor, readable: false, writable: true });
    return { path, writer, unlink: () => rmSync(path, { force: true }) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
