import { readFileSync, readdirSync } from 'node:fs';

/** A process that stays the same one even if the kernel gives its number to another later. */
export interface ProcessId {
  readonly pid: number;
  /** Start time in clock ticks since boot: field 22 of /proc/PID/stat, proc(5). */
  readonly startTime: string;
  /** A start time means nothing after the machine itself was booted again. */
  readonly bootId: string;
}

const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** Identifies a process that runs now; undefined if there is none of that number, or only its zombie. */
export function identify(pid: number): ProcessId | undefined {
  const fields = statFields(pid);
  const state = fields?.[0];
  const startTime = fields?.[19];
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, startTime, bootId };
}

/** Whether that very process still runs. */
export function isRunning(process: ProcessId): boolean {
  return process.bootId === bootId && identify(process.pid)?.startTime === process.startTime;
}

/** Sends a signal to that very process; does nothing if it is gone. */
export function signal(target: ProcessId, name: NodeJS.Signals): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Numbers of the children of a process; none if it is gone. */
export function childrenOf(pid: number): number[] {
  return readIfThere(() => readdirSync(`/proc/${pid}/task`), []).flatMap((task) =>
    numbers(readProc(`/proc/${pid}/task/${task}/children`)),
  );
}

/** All process numbers on the machine. */
export function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** A file below /proc, or '' when its process is gone. */
export function readProc(path: string): string {
  return readIfThere(() => readFileSync(path, 'utf8'), '');
}

/** Fields of /proc/PID/stat from the third (state) on; the second may contain blanks and brackets. */
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
