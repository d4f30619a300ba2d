/** A program to start on the runner. */
export interface Program {
  /** Its name, looked up in the runner's PATH. */
  readonly name: string;
  /** Every user of the machine can read them: no secrets. */
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Its whole standard input, the only way to pass it a secret. Absent: an input that never ends. */
  readonly input?: Buffer;
  readonly onStdout?: (chunk: Buffer) => void;
  readonly onStderr?: (chunk: Buffer) => void;
  /** Called when the process has ended; other processes may still hold its output open. */
  readonly onExit?: (code: number | null) => void;
}

/** The longest delay of a timer (2^31 - 1 ms): 24 days. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Runs a program and reads the rest of its input: @actions/exec writes the input to a pipe without a listener for
 * errors, and a program that ends before it has read everything would break the pipe and so end this process.
 */
const DRAIN_INPUT = '"$@"; status=$?; cat > /dev/null; exit $status';

/**
 * Runs a program by @actions/exec, which gives no handle to end it.
 * @returns its exit code once it has ended and all its output has arrived; null if a signal ended it.
 * @throws when it cannot be started.
 */
export async function runProgram({ name, args, env, ...io }: Program): Promise<number | null> {
  const { input, onStdout, onStderr, onExit } = io;
  // Most runs start no program on the runner, and need not load the library.
  const { exec } = await import('@actions/exec');
  // Typed as a number, but it is node's value: null after a signal.
  const [program, words] =
    input === undefined
      ? [name, args]
      : ['bash', ['--norc', '-c', DRAIN_INPUT, 'etcd-ha-input', name, ...args]];
  return await exec(program, [...words], {
    env: { ...env },
    silent: true, // it would print the command line
    ignoreReturnCode: true,
    delay: MAX_TIMER_MS, // output may continue while another process holds it open
    ...(input === undefined ? {} : { input }),
    listeners: {
      stdout: withoutBuffering(onStdout),
      stderr: withoutBuffering(onStderr),
      debug: (message) => {
        const [, code] = /^Exit code (\S+) received from tool/.exec(message) ?? [];
        if (code !== undefined) onExit?.(code === 'null' ? null : Number(code));
      },
    },
  });
}

/**
 * Stops @actions/exec from collecting output into lines, which are not used here: it would keep a line without an end
 * as a whole, and search all of it again with each chunk. It gets an empty chunk instead.
 */
function withoutBuffering(listener: ((chunk: Buffer) => void) | undefined): (chunk: Buffer) => void {
  return (chunk) => {
    listener?.(chunk.subarray());
    Object.defineProperty(chunk, 'toString', { value: () => '' });
  };
}

/** A child process that ends with this process at the latest. */
export interface ParentBoundProgram {
  readonly name: string;
  /** Every user of the machine can read them: no secrets. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly onStdout?: (chunk: Buffer) => void;
  readonly onStderr?: (chunk: Buffer) => void;
}

/** A started child process. */
export interface ParentBoundProcess {
  /** Its exit code; null if a signal ended it. */
  readonly whenEnded: Promise<number | null>;
  /** Ends it if it is running. */
  kill(): void;
}

/**
 * Runs a program and ends it when its own input ends: @actions/exec keeps the input open while this process lives,
 * however that ends. The first line of standard output is the program's pid. At its end nothing is left: the watcher
 * is waited for, too.
 */
const PARENT_BOUND = `
exec 3<&0 < /dev/null
{ echo $BASHPID; exec "$@" 3<&-; } &
program=$!
{ while read -r _ <&3; do :; done; kill $program; } > /dev/null 2>&1 &
watch=$!
exec 3<&- > /dev/null 2>&1
wait $program
status=$?
kill $watch
wait $watch 2> /dev/null
exit $status`;

/**
 * Starts a program that ends with this process at the latest.
 * @returns when its pid is known. @throws when it cannot be started.
 */
export async function startParentBound({
  name,
  args,
  env,
  onStdout,
  onStderr,
}: ParentBoundProgram): Promise<ParentBoundProcess> {
  const started = Promise.withResolvers<number>();
  let first = '';
  let pid: number | undefined;
  const whenEnded = runProgram({
    name: 'bash',
    // Without --norc bash takes node's socket for a sign of rshd and reads .bashrc.
    args: ['--norc', '-c', PARENT_BOUND, 'etcd-ha-tied', name, ...args],
    env,
    onStdout: (chunk) => {
      if (pid !== undefined) {
        onStdout?.(chunk);
        return;
      }
      first += chunk.toString('latin1');
      const end = first.indexOf('\n');
      if (end === -1) return;
      pid = Number(first.slice(0, end));
      started.resolve(pid);
      if (first.length > end + 1) onStdout?.(Buffer.from(first.slice(end + 1), 'latin1'));
    },
    ...(onStderr && { onStderr }),
  });
  whenEnded.then(() => started.reject(new Error(`${name} could not be started`)), started.reject);
  const number = await started.promise;
  let over = false;
  const end = whenEnded.finally(() => {
    over = true;
  });
  return {
    whenEnded: end,
    kill: () => {
      if (over) return;
      try {
        process.kill(number);
      } catch {
        // It has ended by itself.
      }
    },
  };
}
