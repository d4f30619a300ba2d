import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { kindOf } from '../hosts/kinds.ts';
import { forget, record, recorded } from '../hosts/processes.ts';
import { isRunning, readProc, signal } from '../machine/processes.ts';
import { sleep, systemPath } from '../machine/run.ts';
import type { HostPlace } from '../place.ts';

/**
 * Makes every fsync and fdatasync of the host's running etcd take this many milliseconds longer, by strace from outside
 * of the host. An etcd that starts later is not slowed.
 * @throws Error if no etcd runs there, or it cannot be traced.
 */
export async function slowDisk(host: HostPlace, milliseconds: number): Promise<void> {
  await mendDisk(host);
  const etcd = kindOf(host).etcdProcess(host);
  if (etcd === undefined) throw new Error(`no etcd runs on ${host.name}`);
  const calls = 'fdatasync,fsync';
  const child = spawn(
    'strace',
    [
      ...['-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`],
      ...['-e', `inject=${calls}:delay_exit=${milliseconds * 1000}`, '-p', String(etcd)],
    ],
    { cwd: '/', env: { PATH: systemPath }, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  child.stderr.on('data', (data: Buffer) => {
    complaint += data.toString();
  });
  const ended = once(child, 'close').then(() => true);
  while (!isTraced(etcd)) {
    if (await Promise.race([ended, sleep(50).then(() => false)])) {
      throw new Error(`etcd on ${host.name} cannot be traced: ${complaint.trim()}`);
    }
  }
  if (child.pid === undefined) throw new Error('strace could not be started');
  record(fileOf(host), child.pid);
  child.stderr.destroy();
  child.unref();
}

/** Restores the speed of the disk. */
export async function mendDisk(host: HostPlace): Promise<void> {
  const tracer = recorded(fileOf(host));
  if (tracer !== undefined) {
    // strace detaches from the traced process only on SIGINT.
    signal(tracer, 'SIGINT');
    while (isRunning(tracer)) await sleep(50);
  }
  forget(fileOf(host));
}

function fileOf(host: HostPlace): string {
  return `${host.folder}/slow-disk.json`;
}

function isTraced(pid: number): boolean {
  return /^TracerPid:\t[1-9]/m.test(readProc(`/proc/${pid}/status`));
}
