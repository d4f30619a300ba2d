import { constants, closeSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';

import type { PrivateFolder } from '../runner/private-folder.ts';
import { runProgram } from '../runner/program.ts';

/** How many are made at a time: each making is a process. */
const BATCH = 16;

/** A named pipe into which this process writes, and a program of the runner reads. What goes through it is on no disk. */
export interface Fifo {
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
