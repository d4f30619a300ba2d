/** Starts a process and ends it as GitHub's runner does (src/Runner.Sdk/ProcessInvoker.cs). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { LineSplitter } from './lines.ts';

/** The runner's waits for a process before the next measure, in milliseconds. */
export interface Grace {
  /** From SIGINT to SIGTERM. */
  readonly interrupt: number;
  /** From SIGTERM to SIGKILL. */
  readonly terminate: number;
  /** From the end of the process to the end of those that still hold its output open. */
  readonly output: number;
}

/** The runner's own times (`_sigintTimeout`, `_sigtermTimeout`, `ProcessExitedHandler`). */
export const RUNNER_GRACE: Grace = { interrupt: 7500, terminate: 2500, output: 5000 };

/** The reason for ending a process early. */
export type Ending = 'cancelled' | 'timeout' | 'killed';

/** Options of a process. */
export interface ChildOptions {
  /** Program and arguments; the program is found by the PATH of `env`. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Called for every line of stdout and stderr, without its line end. */
  readonly onLine: (line: string) => void;
  /** Aborting it cancels as the runner does: SIGINT, then SIGTERM, then the whole tree is killed. */
  readonly cancel?: AbortSignal | undefined;
  /** Aborting it kills the whole tree at once, as when the machine is lost. */
  readonly kill?: AbortSignal | undefined;
  /** Milliseconds after which the process is cancelled. */
  readonly timeoutMs: number;
  readonly grace?: Partial<Grace> | undefined;
}

/** The result of a process. */
export interface ChildResult {
  /** null if a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly durationMs: number;
  /** Set if it did not end by itself. */
  readonly ending?: Ending;
}

/** Signals a process group; ignores one that is gone. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  const splitter = new LineSplitter(onLine);
  stream.on('data', (chunk: Buffer) => splitter.write(chunk));
  stream.on('close', () => splitter.end());
}

/**
 * Runs a process with closed standard input to its end. It leads a process group of its own, so that its remaining
 * children end with it and signals to the caller do not reach it.
 * @throws Error if the program cannot be started.
 */
export async function runChild(options: ChildOptions): Promise<ChildResult> {
  const [program, ...args] = options.argv;
  if (program === undefined) throw new Error('argv is empty');
  const grace = { ...RUNNER_GRACE, ...options.grace };
  const startedAt = performance.now();
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  readLines(child.stdout, options.onLine);
  readLines(child.stderr, options.onLine);
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} was started without a process id`);

  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exited = new AbortController();
  const exit = new Promise<Pick<ChildResult, 'exitCode' | 'signal'>>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      exited.abort();
      resolve({ exitCode, signal });
    });
  });

  let ending: Ending | undefined;
  const end = async (reason: Ending): Promise<void> => {
    ending ??= reason;
    child.kill('SIGINT');
    await delay(grace.interrupt, undefined, { signal: exited.signal });
    child.kill('SIGTERM');
    await delay(grace.terminate, undefined, { signal: exited.signal });
    signalGroup(pid, 'SIGKILL');
  };
  // The waits inside reject once the process has gone, which is their purpose.
  const onCancel = (): void => void end('cancelled').catch(() => undefined);
  const onTimeout = (): void => void end('timeout').catch(() => undefined);
  const onKill = (): void => {
    ending = 'killed';
    signalGroup(pid, 'SIGKILL');
  };
  const timer = setTimeout(onTimeout, options.timeoutMs);
  options.cancel?.addEventListener('abort', onCancel, { once: true });
  options.kill?.addEventListener('abort', onKill, { once: true });
  if (options.kill?.aborted) onKill();
  else if (options.cancel?.aborted) onCancel();

  const result = await exit;
  const durationMs = performance.now() - startedAt;
  clearTimeout(timer);
  options.cancel?.removeEventListener('abort', onCancel);
  options.kill?.removeEventListener('abort', onKill);
  const outputTimer = setTimeout(() => {
    signalGroup(pid, 'SIGKILL');
    child.stdout.destroy();
    child.stderr.destroy();
  }, grace.output);
  await closed;
  clearTimeout(outputTimer);
  signalGroup(pid, 'SIGKILL');
  return { ...result, durationMs, ...(ending !== undefined && { ending }) };
}
