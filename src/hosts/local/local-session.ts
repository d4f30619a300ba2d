import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { Readable, type Writable } from 'node:stream';
import { runProgram } from '../../runner/child-process.ts';
import type { PrivateFolder } from '../../runner/private-folder.ts';
import type { ExitStatus, LocalProcess, Session } from '../root-shell/session.ts';

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

/** How many are made at a time: each making is a process. */
const BATCH = 16;

/** A named pipe into which this process writes, and a program of the runner reads. What goes through it is on no disk. */
interface Fifo {
  readonly path: string;
  readonly writer: Socket;
  /** Takes its name away; whoever has opened it goes on. */
  unlink(): void;
}

/** Makes named pipes, each to be used once: whoever has taken one could read on in what comes after. */
export class Fifos {
  readonly #folder: PrivateFolder;
  readonly #env: Readonly<Record<string, string>>;
  readonly #ready: string[] = [];
  #making: Promise<void> | undefined;

  constructor(folder: PrivateFolder, env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#env = env;
  }

  /** A new one. It can be written to at once; what is written waits for its reader. */
  async take(): Promise<Fifo> {
    for (;;) {
      const path = this.#ready.pop();
      if (path !== undefined) return opened(path);
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

function opened(path: string): Fifo {
  // For reading too: opening it for writing alone fails as long as there is no reader.
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    const writer = new Socket({ fd: descriptor, readable: false, writable: true });
    return { path, writer, unlink: () => rmSync(path, { force: true }) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
