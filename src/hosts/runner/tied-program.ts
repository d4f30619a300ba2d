import { runProgram } from './program.ts';

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
