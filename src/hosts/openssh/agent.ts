import { errorMessage } from '../../findings.ts';
import { runProgram, startTied, type Tied } from '../../runner/child-process.ts';

/** How long an agent may take to be there. */
const START_MS = 10_000;

/**
 * An ssh-agent of this run: it lives as long as this process at most, and gets keys on standard input, so that none is
 * ever in a file.
 */
export class RunAgent {
  readonly socket: string;
  readonly #program: Tied;
  readonly #env: Readonly<Record<string, string>>;

  /**
   * Starts one.
   * @param socket path of the socket that it makes.
   * @throws Error in words.
   */
  static async start(socket: string, env: Readonly<Record<string, string>>): Promise<RunAgent> {
    const ready = Promise.withResolvers<undefined>();
    const said: Buffer[] = [];
    // -D: in the foreground. It names its socket once it listens there.
    const program = await startTied({
      name: 'ssh-agent',
      args: ['-D', '-a', socket],
      env,
      onStdout: () => ready.resolve(undefined),
      onStderr: (chunk) => said.push(chunk),
    });
    const timer = setTimeout(() => ready.reject(new Error('it does not start')), START_MS);
    program.whenEnded.then(
      () => ready.reject(new Error(Buffer.concat(said).toString().trim())),
      (error: unknown) => ready.reject(new Error(errorMessage(error))),
    );
    try {
      await ready.promise;
    } finally {
      clearTimeout(timer);
    }
    return new RunAgent(socket, program, env);
  }

  private constructor(socket: string, program: Tied, env: Readonly<Record<string, string>>) {
    this.socket = socket;
    this.#program = program;
    this.#env = env;
  }

  /** Adds a private key. @param text PEM, without a passphrase. Secret. @throws Error in words. */
  async add(text: string): Promise<void> {
    const said: Buffer[] = [];
    const code = await runProgram({
      name: 'ssh-add',
      args: ['-q', '-'],
      env: { ...this.#env, SSH_AUTH_SOCK: this.socket },
      input: Buffer.from(text),
      onStderr: (chunk) => said.push(chunk),
    });
    if (code !== 0) throw new Error(`ssh-add: ${Buffer.concat(said).toString().trim()}`);
  }

  /** Ends it, and with it what it holds. */
  async end(): Promise<void> {
    this.#program.kill();
    await this.#program.whenEnded;
  }
}
