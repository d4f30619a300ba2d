import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { alone } from '../lab/machine/alone.ts';
import { systemPath } from '../lab/machine/run.ts';

/** A command, and the root folder that is its whole file system. */
export interface InRoot {
  readonly root: string;
  /** Working directory in the root. */
  readonly folder: string;
  readonly command: readonly string[];
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Bash that prepares `$root` before it is entered; it may `shift` operands of its own away, and see the machine's
   * files.
   */
  readonly prepare?: string;
  readonly operands?: readonly string[];
  /** Namespaces besides those for mounts and processes, as options of unshare(1). */
  readonly namespaces?: readonly string[];
}

/** Makes the root the whole file system, so that commands in it can have mount namespaces of their own. */
const enter = (prepare: string): string => `set -e
root=$1 folder=$2
shift 2
mount --bind "$root" "$root"
mkdir -p "$root/.machine"
${prepare}
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
cd "$root"
pivot_root . .machine
umount --lazy /.machine
cd "$folder"
# Not exec: this shell is the first process of the namespace, and reaps those whose parents have ended.
status=0
"$@" || status=$?
exit $status
`;

/**
 * Runs a command in a root folder, on this terminal, with mounts and processes of its own.
 * @returns its exit code; null if a signal ended it. All its processes have ended by then, and the root can be removed.
 */
export async function runInRoot(what: InRoot): Promise<number | null> {
  const { root, folder, command, environment, prepare = '', operands = [], namespaces = [] } = what;
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const [program = '', ...words] = alone([
    ...(namespaces.length > 0 ? ['unshare', ...namespaces] : []),
    ...['bash', '-c', enter(prepare), 'enter', root, folder, ...operands],
    ...['env', '-i', ...settings, ...command],
  ]);
  // The preparation needs the machine's own PATH; the command gets nothing of the machine.
  const child = spawn(program, words, { stdio: 'inherit', env: { ...process.env, PATH: systemPath } });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => child.kill('SIGKILL'));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}
