import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { errorMessage } from '../../findings.ts';
import { LastBytes } from '../../text/last-bytes.ts';
import { KEPT_STDERR, MAX_OUTPUT, MAX_STDERR, type RemoteResult, type RemoteScript } from '../transport.ts';
import { FramedOutput, LineSplitter, ShellStream, UntilMarker } from './output.ts';
import type { ExitStatus, Session } from './session.ts';
import { framedScript, READY } from './shell-command.ts';
import { type PasswordFailure, type SudoAnswer, SudoDialogue } from './sudo-dialogue.ts';

/** The command ended before it became a root shell. */
export class RootShellStartError extends Error {
  readonly status: ExitStatus;
  readonly stdout: string;
  readonly stderr: string;
  /** Reason that the password for sudo did not help. */
  readonly passwordFailure: PasswordFailure | undefined;

  constructor(status: ExitStatus, stdout: string, stderr: string, passwordFailure?: PasswordFailure) {
    super('no root shell');
    this.passwordFailure = passwordFailure;
    this.name = 'RootShellStartError';
    this.status = status;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

/** The source of a script's input failed. */
export class ScriptInputError extends Error {
  override readonly name = 'ScriptInputError';
}

/** A script has printed more than its limit. */
export class OutputLimitError extends Error {
  override readonly name = 'OutputLimitError';
  /** Bytes. */
  readonly limit: number;
  readonly output: 'standard output' | 'standard error';

  constructor(limit: number, output: OutputLimitError['output']) {
    super(`more than ${limit} bytes on ${output}`);
    this.limit = limit;
    this.output = output;
  }
}

/** A root bash on the host that waits for its one script. */
export class RootShell {
  readonly #session: Session;
  readonly #stdout = new LastBytes(Infinity);
  readonly #stderr = new LastBytes(KEPT_STDERR);
  readonly #out: FramedOutput;
  readonly #err: FramedOutput;
  readonly #ready = Promise.withResolvers<undefined>();
  readonly #exceeded = Promise.withResolvers<never>();
  #isExceeded = false;
  #maxOutput = MAX_OUTPUT;
  /** The mark that a script prints at its end, on both outputs. */
  readonly #end = `etcd-ha-end-${randomUUID()}`;
  readonly #scriptOut = new UntilMarker(this.#end, (chunk) => {
    if (this.#stdout.total + chunk.length <= this.#maxOutput) this.#stdout.push(chunk);
    else this.#exceed(new OutputLimitError(this.#maxOutput, 'standard output'));
  });
  readonly #scriptErr = new UntilMarker(this.#end, (chunk) => {
    this.#stderr.push(chunk);
    this.#progress?.push(chunk);
    if (this.#stderr.total > MAX_STDERR) this.#exceed(new OutputLimitError(MAX_STDERR, 'standard error'));
  });
  #onStdout = (chunk: Buffer): void => this.#scriptOut.push(chunk);
  readonly #sudo: SudoDialogue | undefined;
  #progress: LineSplitter | undefined;
  #isUsed = false;
  #over = false;

  /**
   * @param session runs `shellCommand`; none of its output may have been read.
   * @param answer for sudo's password prompt.
   */
  constructor(session: Session, answer?: SudoAnswer) {
    this.#session = session;
    this.#sudo =
      answer &&
      new SudoDialogue(session, answer, (failure) => this.#ready.reject(this.#failure(undefined, failure)));
    this.#ready.promise.catch(() => undefined); // Reported to the caller that waits, if any.
    this.#out = new FramedOutput(
      READY,
      () => {
        this.#sudo?.onReady();
        this.#ready.resolve(undefined);
      },
      (chunk) => this.#onStdout(chunk),
    );
    this.#err = new FramedOutput(READY, undefined, (chunk) => this.#scriptErr.push(chunk));
    this.#exceeded.promise.catch(() => undefined); // Reported to the caller that waits, if any.
    session.stdout.on('data', (chunk: Buffer) => {
      if (!this.#isExceeded) this.#out.push(chunk);
    });
    session.stderr.on('data', (chunk: Buffer) => {
      if (this.#isExceeded) return;
      this.#err.push(chunk);
      if (!this.#out.started) this.#sudo?.onOutput(chunk, () => this.#err.preamble);
    });
    void session.whenOver.then(() => {
      this.#over = true;
    });
  }

  /** Its pid and start time; known only if this machine is the host. */
  get process(): string | undefined {
    return this.#session.here?.id;
  }

  /** Reports whether it has ended or is ending: it has an exit status, or was closed because of its output limit. */
  get ended(): boolean {
    return this.#over || this.#isExceeded || this.#session.status !== undefined;
  }

  /** Reports whether it waits for a script: it ends by itself when its input does. */
  get isIdle(): boolean {
    return !this.#isUsed;
  }

  /** Resolves when it has ended and all its output has arrived. */
  get whenEnded(): Promise<ExitStatus> {
    return this.#session.whenOver;
  }

  /**
   * Resolves when the shell runs as root; until then nothing is sent to it, because it may be any program.
   * @throws RootShellStartError when it ends instead.
   */
  async whenReady(): Promise<void> {
    void this.whenEnded.then((status) => {
      if (this.#out.started) return;
      this.#sudo?.onEnded(this.#err.preamble);
      this.#ready.reject(this.#failure(status));
    });
    await this.#ready.promise;
  }

  #failure(status: ExitStatus, passwordFailure?: PasswordFailure): RootShellStartError {
    return new RootShellStartError(status, this.#out.preamble, this.#err.preamble, passwordFailure);
  }

  /**
   * Runs one script in a ready shell; call it once.
   * @throws OutputLimitError when the script prints more than its limit; the shell is closed then.
   */
  async execute({
    script,
    input,
    onProgress,
    maxOutput = MAX_OUTPUT,
  }: Pick<RemoteScript, 'script' | 'input' | 'onProgress' | 'maxOutput'>): Promise<{
    readonly status: ExitStatus;
    readonly stdout: Buffer;
    readonly stderr: string;
  }> {
    this.#isUsed = true;
    this.#maxOutput = maxOutput;
    if (onProgress !== undefined) this.#progress = new LineSplitter(onProgress);
    const { stdin } = this.#session;
    if (typeof input === 'function') {
      stdin.write(this.#framed(script));
      await Promise.race([this.#send(input()), this.#exceeded.promise]);
    } else stdin.end(Buffer.concat([this.#framed(script), input ?? Buffer.alloc(0)]));
    const status = await Promise.race([this.whenEnded, this.#exceeded.promise]);
    this.#scriptOut.end();
    this.#scriptErr.end();
    this.#progress?.end();
    return {
      status,
      stdout: this.#stdout.bytes,
      stderr: this.#errorText(),
    };
  }

  /**
   * Runs one script in a ready shell, with its standard input and output as a stream; call it once.
   * @param onStdout receives its output, and passes the content on to the stream.
   */
  stream(
    script: string,
    onStdout: (chunk: Buffer) => void,
  ): { readonly stream: ShellStream; readonly stderr: () => string } {
    this.#isUsed = true;
    this.#onStdout = onStdout;
    const stream = new ShellStream(this.#session);
    this.#session.stdin.write(this.#framed(script));
    return { stream, stderr: () => this.#errorText() };
  }

  /**
   * Sends input as fast as the host reads it, until the script ends: it may end without reading all.
   * @throws InputError when the source fails; the shell is closed then.
   */
  async #send(input: AsyncIterable<Buffer>): Promise<void> {
    const { stdin } = this.#session;
    try {
      for await (const chunk of input) {
        if (this.ended) return;
        // A broken pipe means that the script has ended, and its exit code says why.
        const drained = (): Promise<unknown> => once(stdin, 'drain').catch(() => this.whenEnded);
        if (!stdin.write(chunk)) await Promise.race([drained(), this.whenEnded]);
      }
      stdin.end();
    } catch (error) {
      this.close();
      throw new ScriptInputError(errorMessage(error), { cause: error });
    }
  }

  /**
   * Ends it early; the command on the host sees at least the end of its standard input and a closed output. A sudo
   * that waits for the password is killed at once: a missing answer would count as a wrong one (pam_faillock(8)).
   */
  close(): void {
    if (this.#sudo?.isPending === true) this.#session.kill();
    else this.#session.close();
  }

  #framed(script: string): Buffer {
    return framedScript(script, this.#end, this.#session.here?.servedBy);
  }

  #errorText(): string {
    return this.#stderr.bytes.toString('utf8');
  }

  #exceed(limit: OutputLimitError): void {
    this.#isExceeded = true;
    this.#exceeded.reject(limit);
    this.close();
  }
}

/** Converts the result to the transport's. */
export function remoteResult(
  status: NonNullable<ExitStatus>,
  { stdout, stderr }: { readonly stdout: Buffer; readonly stderr: string },
): RemoteResult {
  return 'code' in status
    ? { code: status.code, stdout, stderr }
    : { code: null, signal: status.signal, stdout, stderr };
}
