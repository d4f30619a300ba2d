import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Lab } from '../../../lab/client.ts';

/** The process to start, and its name in errors. */
export interface RecorderOptions {
  /** As in `the writer`. */
  readonly name: string;
  /** Path of its script. */
  readonly script: string;
  /** Its first line of standard input, as JSON. */
  readonly settings: unknown;
  /** Limit for its record after its input has ended. */
  readonly recordMs: number;
}

/**
 * A process on the runner's side of the lab, which shares nothing with the action: it prints a line once it has
 * started, works until its input ends, and prints its observations as one line of JSON.
 */
export class Recorder<Seen> {
  readonly #options: RecorderOptions;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;

  private constructor(lab: Lab, options: RecorderOptions) {
    const [program = '', ...args] = lab.inRunner([process.execPath, options.script]);
    this.#options = options;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout });
    // The missing line reports its end; a broken pipe adds nothing.
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdin.write(`${JSON.stringify(options.settings)}\n`);
  }

  /**
   * Resolves once it has started.
   * @throws Error if it has not within 15 s.
   */
  static async start<Seen>(lab: Lab, options: RecorderOptions): Promise<Recorder<Seen>> {
    const recorder = new Recorder<Seen>(lab, options);
    try {
      await recorder.#line(15_000);
    } catch (error) {
      recorder.#child.kill('SIGKILL');
      throw error;
    }
    return recorder;
  }

  /** Ends its work and returns its observations. */
  async stop(): Promise<Seen> {
    const record = this.#line(this.#options.recordMs);
    this.#child.stdin.end();
    try {
      return JSON.parse(await record) as Seen;
    } finally {
      this.#child.kill('SIGKILL');
    }
  }

  #line(timeoutMs: number): Promise<string> {
    const { name } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${name} has said nothing for ${timeoutMs} ms`));
      }, timeoutMs);
      this.#lines.once('line', (line) => {
        clearTimeout(timer);
        resolve(line);
      });
      this.#child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`${name} has ended with code ${String(code)}`));
      });
    });
  }
}
