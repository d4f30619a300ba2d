/** A program to start on the runner. */
export interface Program {
  /** Its name; it is looked for in the runner's PATH. */
  readonly name: string;
  /** Every user of the machine can read them: no secrets. */
  readonly args: readonly string[];
  /** All that it finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Its whole standard input; the only road by which a secret reaches it. Absent: an input that never ends. */
  readonly input?: Buffer;
  readonly onStdout?: (chunk: Buffer) => void;
  readonly onStderr?: (chunk: Buffer) => void;
  /** Told when the process has ended, while its output may still be held open by others. */
  readonly onExit?: (code: number | null) => void;
}

/** The longest delay that a timer takes (2^31 - 1 ms): 24 days. */
const FOR_EVER_MS = 2_147_483_647;

/**
 * Runs a program and reads what that has left of the input: @actions/exec writes it to a pipe without a listener for
 * errors, and a program that ends before it has read all would break the pipe and so end this process.
 */
const DRAINED = '"$@"; status=$?; cat > /dev/null; exit $status';

/**
 * Runs a program by @actions/exec, which gives no handle to end it.
 * @returns its exit code once it has ended and all its output has come; null when a signal ended it.
 * @throws when it cannot be started.
 */
export async function runProgram({ name, args, env, ...io }: Program): Promise<number | null> {
  const { input, onStdout, onStderr, onExit } = io;
  // Most runs start no program on the runner, and need not load what does.
  const { exec } = await import('@actions/exec');
  // Typed as a number, but it is what node gives: null after a signal.
  const [program, words] =
    input === undefined ? [name, args] : ['bash', ['--norc', '-c', DRAINED, 'etcd-ha-input', name, ...args]];
  return await exec(program, [...words], {
    env: { ...env },
    silent: true, // it would print the command line
    ignoreReturnCode: true,
    delay: FOR_EVER_MS, // output may come as long as somebody holds it open
    ...(input === undefined ? {} : { input }),
    listeners: {
      stdout: passedOnTo(onStdout),
      stderr: passedOnTo(onStderr),
      debug: (message) => {
        const [, code] = /^Exit code (\S+) received from tool/.exec(message) ?? [];
        if (code !== undefined) onExit?.(code === 'null' ? null : Number(code));
      },
    },
  });
}

/**
 * @actions/exec hands each piece of output on, and then gathers it into lines that are asked for here by nobody: of a line
 * without an end it would keep all, and look through all of it again with each piece. It finds an empty piece instead.
 */
function passedOnTo(listener: ((chunk: Buffer) => void) | undefined): (chunk: Buffer) => void {
  return (chunk) => {
    listener?.(chunk.subarray());
    Object.defineProperty(chunk, 'toString', { value: () => '' });
  };
}

/** A program that runs beside this process and no longer than it. */
export interface TiedProgram {
  readonly name: string;
  /** Every user of the machine can read them: no secrets. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly onStdout?: (chunk: Buffer) => void;
  readonly onStderr?: (chunk: Buffer) => void;
}

/** What was started. */
export interface Tied {
  /** Its exit code; null when a signal ended it. */
  readonly whenEnded: Promise<number | null>;
  /** Ends it, if it still runs. */
  kill(): void;
}

/**
 * Runs a program and ends it when its own input does: @actions/exec gives it one that stays open as long as this process
 * lives, however that ends. The first line of standard output is the program's number, whatever that prints. Once it has ended, nothing
 * of it is left: the one that watches is waited for, too.
 */
const TIED = `
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
 * Starts a program that lives as long as this process at most.
 * @returns when its number is known. @throws when it cannot be started.
 */
export async function startTied({ name, args, env, onStdout, onStderr }: TiedProgram): Promise<Tied> {
  const started = Promise.withResolvers<number>();
  let first = '';
  let pid: number | undefined;
  const whenEnded = runProgram({
    name: 'bash',
    // bash takes the socket that node gives it for a sign of rshd, and would read .bashrc
    args: ['--norc', '-c', TIED, 'etcd-ha-tied', name, ...args],
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
        // it has just ended by itself
      }
    },
  };
}
