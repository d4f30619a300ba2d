import { readFileSync, readdirSync } from 'node:fs';

/** A process, identified even if the kernel reuses its number later. */
export interface ProcessId {
  readonly pid: number;
  /** Start time in clock ticks since boot: field 22 of /proc/PID/stat, proc(5). */
  readonly startTime: string;
  /** The start time is meaningless after a reboot of the machine. */
  readonly bootId: string;
}

const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** Identifies a running process; undefined if there is none with that number, or only its zombie. */
export function identify(pid: number): ProcessId | undefined {
  const fields = statFields(pid);
  const state = fields?.[0];
  const startTime = fields?.[19];
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, startTime, bootId };
}

/** Reports whether exactly this process still runs. */
export function isRunning(process: ProcessId): boolean {
  return process.bootId === bootId && identify(process.pid)?.startTime === process.startTime;
}

/** Sends a signal to exactly this process; does nothing if it is gone. */
export function signal(target: ProcessId, name: NodeJS.Signals): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Returns the process numbers of a process's children; none if it is gone. */
export function childrenOf(pid: number): number[] {
  return readIfThere(() => readdirSync(`/proc/${pid}/task`), []).flatMap((task) =>
    numbers(readProc(`/proc/${pid}/task/${task}/children`)),
  );
}

/** Returns all process numbers on the machine. */
export function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Reads a file below /proc; '' if its process is gone. */
export function readProc(path: string): string {
  return readIfThere(() => readFileSync(path, 'utf8'), '');
}

/** Returns the fields of /proc/PID/stat from the third (state) on; the second may contain blanks and brackets. */
function statFields(pid: number): string[] | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  return text === '' ? undefined : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function numbers(text: string): number[] {
  return text.split(/\s+/).filter(Boolean).map(Number);
}

function readIfThere<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EINVAL') return otherwise;
    throw error;
  }
}
