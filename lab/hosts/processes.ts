import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { childrenOf, identify, isRunning, type ProcessId, readProc } from '../machine/processes.ts';
import type { HostPlace } from '../place.ts';

/** Records a process that the lab started in `file`. Throws if it has ended already. */
export function record(file: string, pid: number): ProcessId {
  const found = identify(pid);
  if (!found) throw new Error(`process ${pid} ended at once`);
  writeFileSync(file, JSON.stringify(found));
  return found;
}

/** Returns the recorded process if it still runs. */
export function recorded(file: string): ProcessId | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  if (text === '') return undefined;
  const process = JSON.parse(text) as ProcessId;
  return isRunning(process) ? process : undefined;
}

/** Removes the record of a process. */
export function forget(file: string): void {
  rmSync(file, { force: true });
}

/** Returns the host's supervisor if the host has power. */
export function supervisorOf(host: HostPlace): ProcessId | undefined {
  return recorded(host.processFile);
}

/** Returns PID 1 of a container as the machine sees it; undefined while there is none, and for a virtual machine. */
export function initOf(host: HostPlace): ProcessId | undefined {
  const supervisor = supervisorOf(host);
  if (!supervisor) return undefined;
  for (const nspawn of childrenOf(supervisor.pid)) {
    if (readProc(`/proc/${nspawn}/comm`).trim() !== 'systemd-nspawn') continue;
    const init = childrenOf(nspawn).find((pid) => /^NSpid:.*\t1$/m.test(readProc(`/proc/${pid}/status`)));
    if (init !== undefined) return identify(init);
  }
  return undefined;
}
