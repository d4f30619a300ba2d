import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, signal } from './processes.ts';
import { sleep } from './run.ts';

/** Reports whether the machine runs systemd as PID 1: sd_booted(3). systemd then creates cgroups, on request. */
export function machineRunsSystemd(): boolean {
  return existsSync('/run/systemd/system');
}

/** A mounted cgroup hierarchy: v2, or one of v1 with its controllers. */
interface Hierarchy {
  mountPoint: string;
  /** Part of the hierarchy that is mounted there, "/" unless a container runtime mounted only a part. */
  root: string;
  version: 1 | 2;
  /** v1: its name in /proc/self/cgroup, as in "cpu,cpuacct" or "name=systemd". */
  controllers: string;
}

/**
 * Makes a cgroup of this name below the caller's own in every hierarchy, for a machine without systemd. Returns the
 * `cgroup.procs` files to which a process has to write its number in order to enter.
 */
export function makeCgroups(name: string): string[] {
  const own = new Map(
    readFileSync('/proc/self/cgroup', 'utf8')
      .trim()
      .split('\n')
      .map((line) => {
        const [, controllers = '', ...path] = line.split(':');
        return [controllers, path.join(':')] as const;
      }),
  );
  const entrances: string[] = [];
  for (const hierarchy of hierarchies()) {
    const path = own.get(hierarchy.controllers);
    if (path === undefined) continue;
    const parent = join(
      hierarchy.mountPoint,
      hierarchy.root === '/' ? path : path.replace(hierarchy.root, '/'),
    );
    if (!existsSync(parent)) continue;
    const folder = join(parent, name);
    if (hierarchy.version === 2) passControllersOn(parent);
    mkdirSync(folder, { recursive: true });
    if (hierarchy.controllers.split(',').includes('cpuset')) {
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        writeFileSync(join(folder, file), readFileSync(join(parent, file)));
      }
    }
    entrances.push(join(folder, 'cgroup.procs'));
  }
  return entrances;
}

/**
 * Passes the controllers of a v2 cgroup on to its children if the kernel permits it: not if the cgroup contains
 * processes.
 */
function passControllersOn(folder: string): void {
  for (const controller of readFileSync(join(folder, 'cgroup.controllers'), 'utf8').trim().split(' ')) {
    if (controller === '') continue;
    try {
      writeFileSync(join(folder, 'cgroup.subtree_control'), `+${controller}`);
    } catch (error) {
      if (!['EBUSY', 'EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

/** Finds the cgroups of these names below any cgroup in which a lab command ran. */
export function findCgroups(names: ReadonlySet<string>): string[] {
  return hierarchies().flatMap(({ mountPoint }) => search(mountPoint, names, 6));
}

function search(folder: string, names: ReadonlySet<string>, depth: number): string[] {
  return subfolders(folder).flatMap((name) => {
    const path = join(folder, name);
    if (names.has(name)) return [path];
    return depth > 0 ? search(path, names, depth - 1) : [];
  });
}

/** Kills every process in these cgroups and removes them. Throws if a process does not die within 10 s. */
export async function removeCgroups(folders: readonly string[]): Promise<void> {
  const deadline = Date.now() + 10_000;
  let left = folders.filter((folder) => existsSync(folder));
  for (;;) {
    for (const pid of new Set(left.flatMap(processesBelow))) {
      const found = identify(pid);
      if (found) signal(found, 'SIGKILL');
    }
    left = left.filter((folder) => !removeTree(folder));
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`cannot empty ${left.join(', ')}`);
    await sleep(20);
  }
}

function processesBelow(folder: string): number[] {
  let own: number[] = [];
  try {
    own = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    // Removed in the meantime, or a v2 folder in threaded mode, whose processes its parent lists.
  }
  return [...own, ...subfolders(folder).flatMap((name) => processesBelow(join(folder, name)))];
}

/** Removes a cgroup with all below it; false while it contains a process. */
function removeTree(folder: string): boolean {
  try {
    for (const name of subfolders(folder)) if (!removeTree(join(folder, name))) return false;
    rmdirSync(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'EBUSY') return false;
    throw error;
  }
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    if (['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** Lists mounted hierarchies from /proc/self/mountinfo, see proc(5). */
function hierarchies(): Hierarchy[] {
  const known = new Set(
    readFileSync('/proc/self/cgroup', 'utf8')
      .split('\n')
      .map((line) => line.split(':')[1] ?? ''),
  );
  const found = new Map<string, Hierarchy>();
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root = '/', mountPoint = ''] = left.split(' ');
    const [type, , options = ''] = right.split(' ');
    if (type === 'cgroup2') found.set('', { mountPoint, root, version: 2, controllers: '' });
    if (type !== 'cgroup') continue;
    const set = new Set(options.split(','));
    const controllers = [...known].find(
      (name) => name !== '' && name.split(',').every((part) => set.has(part)),
    );
    if (controllers !== undefined) found.set(controllers, { mountPoint, root, version: 1, controllers });
  }
  return [...found.values()];
}
