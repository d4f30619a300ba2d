import { errorMessage } from '../../findings.ts';
import { runProgram, startParentBound, type ParentBoundProcess } from '../../runner/child-process.ts';

/** Time limit for an agent to start. */
const START_MS = 10_000;

/**
 * An ssh-agent of this run: it ends with this process at the latest, and gets keys on standard input, so that no key
 * is ever in a file.
 */
export class RunAgent {
  readonly socket: string;
  readonly #program: ParentBoundProcess;
  readonly #env: Readonly<Record<string, string>>;

  /**
   * Starts one.
   * @param socket path of the socket that it makes.
   * @throws Error with a message for the user.
   */
  static async start(socket: string, env: Readonly<Record<string, string>>): Promise<RunAgent> {
    const ready = Promise.withResolvers<undefined>();
    const said: Buffer[] = [];
    // -D: in the foreground. It prints its socket once it listens there.
    const program = await startParentBound({
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

  private constructor(socket: string, program: ParentBoundProcess, env: Readonly<Record<string, string>>) {
    this.socket = socket;
    this.#program = program;
    this.#env = env;
  }

  /** Adds a private key. @param text PEM, without a passphrase. Secret. @throws Error with a message for the user. */
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

  /** Ends it, and with it the keys that it holds. */
  async end(): Promise<void> {
    this.#program.kill();
    await this.#program.whenEnded;
  }
}
