/** Processes in /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Returns all processes below one, without itself. */
export function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : undefined;
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === root || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

/** Returns the command line of a process; empty if it has ended. */
export function commandLine(pid: number): string {
  return read(pid, 'cmdline').replaceAll('\0', ' ').trim();
}

/** Returns command lines and environments of all processes below one. */
export function processTexts(root: number): string[] {
  return descendants(root).flatMap((pid) => [read(pid, 'cmdline'), read(pid, 'environ')]);
}

/**
 * Returns command lines of all processes of this machine that contain one of these texts, there or in their
 * environment.
 */
export function processesThatName(...texts: readonly string[]): string[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids
    .filter((pid) => pid !== process.pid)
    .filter((pid) => texts.some((text) => `${read(pid, 'cmdline')} ${read(pid, 'environ')}`.includes(text)))
    .map(commandLine);
}

function parentOf(pid: number): number | undefined {
  const [, parent] = /\) \S (\d+) /.exec(read(pid, 'stat')) ?? [];
  return parent === undefined ? undefined : Number(parent);
}

/** Returns an empty text for a process that has ended meanwhile. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
