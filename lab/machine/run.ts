import { spawn } from 'node:child_process';

/** The result of a command; a command that a signal killed has code 128 + the signal's number, as in a shell. */
export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  stdin?: string | Buffer;
  /** Milliseconds after which the command's whole process group is killed and the call throws. */
  timeoutMs?: number;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** The command's name in messages; default: its beginning. */
  title?: string;
  /** Called with each complete line of stdout and stderr while the command runs. */
  onLine?: (line: string) => void;
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** Returns the exit code in the shell's convention. */
export function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  if (code !== null) return code;
  return 128 + ((signal && signalNumbers[signal]) ?? 0);
}

/** PATH with the administrator's folders, which a user's own PATH often lacks. */
export const systemPath = [
  ...new Set([
    ...(process.env['PATH'] ?? '').split(':').filter(Boolean),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
  ]),
].join(':');

/** Runs a command to its end without a shell. Throws if it cannot be started or its time is up, not if it fails. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [program, ...args] = argv;
  if (program === undefined) throw new Error('run: no command given');
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...(options.env ?? process.env), PATH: options.env?.['PATH'] ?? systemPath },
    // A process group of its own lets a deadline end the command's children too.
    detached: options.timeoutMs !== undefined,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    let rest = '';
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      if (!options.onLine) return;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) options.onLine(line);
    });
  }
  let timer: NodeJS.Timeout | undefined;
  let timedOut = false;
  if (options.timeoutMs !== undefined) {
    timer = setTimeout(() => {
      timedOut = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, options.timeoutMs);
  }
  child.on('error', (error) => {
    clearTimeout(timer);
    reject(new Error(`cannot run ${program}: ${error.message}`, { cause: error }));
  });
  child.on('close', (code, signal) => {
    clearTimeout(timer);
    if (timedOut) {
      reject(
        new Error(`${shown(argv)} did not end within ${options.timeoutMs ?? 0} ms${ending(output.stderr)}`),
      );
    } else resolve({ code: exitCode(code, signal), ...output });
  });
  // A command that does not read its input closes the pipe early, which is no error.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  return promise;
}

/** Runs a command and returns its stdout. Throws with its stderr if it fails. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await run(argv, options);
  if (result.code !== 0) {
    throw new Error(
      `${options.title ?? shown(argv)} failed with code ${result.code}${ending(result.stderr || result.stdout)}`,
    );
  }
  return result.stdout;
}

/** Formats the command for a message, without arguments that are long scripts. */
function shown(argv: readonly string[]): string {
  const text = argv.join(' ').replaceAll(/\s+/g, ' ');
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Returns the last lines of an output, where commands report errors. */
function ending(output: string): string {
  const text = output.trim();
  return text === '' ? '' : `:\n${text.split('\n').slice(-20).join('\n')}`;
}

/** Resolves after this many milliseconds. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
