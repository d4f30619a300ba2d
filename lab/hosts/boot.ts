import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findCgroups, machineRunsSystemd, makeCgroups, removeCgroups } from '../machine/cgroups.ts';
import { isRunning, type ProcessId, readProc, signal } from '../machine/processes.ts';
import { must, run, sleep, systemPath } from '../machine/run.ts';
import { namespacePath, setLink } from '../network/namespaces.ts';
import type { HostPlace } from '../place.ts';
import { releaseLoopDevices } from './disk.ts';
import { entering } from './enter.ts';
import { forget, initOf, record, supervisorOf } from './processes.ts';
import { sshCommand } from './ssh.ts';

const supervisor = fileURLToPath(new URL('supervise.sh', import.meta.url));

/** The longest that a boot may take on a busy machine, in ms. */
const bootDeadlineMs = 300_000;
/** The longest that an orderly shutdown may take before the power is cut, in ms. */
const shutdownDeadlineMs = 40_000;

/** Switches the host on; does nothing if it is. Its supervisor lives on when the lab command has ended. */
export async function powerOn(host: HostPlace): Promise<void> {
  if (supervisorOf(host)) return;
  mkdirSync(host.folder, { recursive: true });
  await removeLeftovers(host);
  await setLink(host, 'up');

  const underSystemd = machineRunsSystemd();
  const scope = [
    'systemd-run',
    '--scope',
    '--quiet',
    '--collect',
    '--property=Delegate=yes',
    `--unit=${host.cgroup}`,
  ];
  const entrances = underSystemd ? [] : makeCgroups(host.cgroup);
  const script = ['bash', supervisor, host.name, host.disk, host.mountPoint, host.identity];
  const [program = '', ...args] = [
    ...(underSystemd ? scope : []),
    ...['unshare', '--mount', '--propagation', 'private'],
    ...script,
    namespacePath(host.namespace),
    ...entrances,
  ];
  const log = openSync(host.console, 'a');
  try {
    // A clean environment: nothing of the caller's may be seen on a host.
    const env = { PATH: systemPath, LANG: 'C.UTF-8' };
    const child = spawn(program, args, { cwd: '/', env, detached: true, stdio: ['ignore', log, log] });
    if (child.pid === undefined) throw new Error(`cannot start ${program}`);
    record(host.processFile, child.pid);
    child.unref();
  } finally {
    closeSync(log);
  }
}

/**
 * Resolves once the host is in use: containerd's CRI answers, the lab's user can log in, and what the first boot wrote
 * is on the disk, so that a power cut right afterwards leaves a host that boots.
 * Throws with the end of its console if it dies or does not get there. `not` is an earlier PID 1 to disregard.
 */
export async function waitUntilReady(host: HostPlace, not?: ProcessId): Promise<void> {
  const deadline = Date.now() + bootDeadlineMs;
  let step = 'PID 1';
  const until = async (name: string, condition: () => boolean | Promise<boolean>) => {
    step = name;
    while (!(await condition())) {
      if (!supervisorOf(host)) throw new Error(`${host.name} died while booting${consoleEnd(host)}`);
      if (Date.now() > deadline) {
        throw new Error(
          `${host.name} did not boot within ${bootDeadlineMs / 1000} s: no ${step}${consoleEnd(host)}`,
        );
      }
      await sleep(50);
    }
  };
  const init = () => {
    const found = initOf(host);
    return found && found.pid !== not?.pid ? found : undefined;
  };
  const onHost = async (argv: readonly string[]) => {
    if (!init()) return false;
    try {
      return (await run(entering(host, argv), { timeoutMs: 30_000 })).code === 0;
    } catch {
      // It was switched off between the look and the call, or did not answer: the deadline above decides.
      return false;
    }
  };
  await until('PID 1', () => init() !== undefined);
  // Both are visible from outside, without starting a process to look.
  await until('sshd', () => listens(init(), 22));
  await until('containerd', () => hasUnixSocket(init(), '/run/containerd/containerd.sock'));
  await until('login over SSH', async () => {
    const login = sshCommand(host, ['BatchMode=yes', 'ConnectTimeout=2'], ['true']);
    return (await run(login)).code === 0;
  });
  await until('answer from containerd', () => onHost(['crictl', '--timeout', '2s', 'version']));
  await until('sync of its disk', () => onHost(['sync', '-f', '/']));
}

/** Shuts the host down in good order; cuts its power if it does not end in time. */
export async function shutDown(host: HostPlace): Promise<void> {
  const supervisor = supervisorOf(host);
  if (!supervisor) return;
  signal(supervisor, 'SIGTERM');
  if (!(await ends(supervisor, shutdownDeadlineMs))) await powerOff(host);
  await removeLeftovers(host);
  forget(host.processFile);
}

/** Ends the host at once. What it had written but not synced may or may not reach its disk: see faults/power-cut.ts. */
export async function powerOff(host: HostPlace): Promise<void> {
  const supervisor = supervisorOf(host);
  const init = initOf(host);
  if (init) signal(init, 'SIGKILL');
  if (supervisor && !(await ends(supervisor, init ? 10_000 : 0))) signal(supervisor, 'SIGKILL');
  await removeLeftovers(host);
  forget(host.processFile);
}

/** Reboots the host in good order and waits until it is ready again. */
export async function reboot(host: HostPlace): Promise<void> {
  const before = initOf(host);
  await must(entering(host, ['systemctl', 'reboot']));
  await waitUntilReady(host, before);
}

/** Ends what is left of a host whose supervisor is gone: its processes, found by their cgroup, and its loop device. */
async function removeLeftovers(host: HostPlace): Promise<void> {
  await removeCgroups(findCgroups(new Set([host.cgroup, `${host.cgroup}.scope`])));
  await releaseLoopDevices(host);
}

async function ends(process: ProcessId, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isRunning(process)) {
    if (Date.now() > deadline) return false;
    await sleep(10);
  }
  return true;
}

/** Whether something in the process's network namespace listens on this TCP port: proc(5), /proc/net/tcp. */
function listens(init: ProcessId | undefined, port: number): boolean {
  if (!init) return false;
  const local = new RegExp(
    `^\\s*\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ 0A `,
    'm',
  );
  return ['tcp', 'tcp6'].some((table) => local.test(readProc(`/proc/${init.pid}/net/${table}`)));
}

function hasUnixSocket(init: ProcessId | undefined, path: string): boolean {
  return init !== undefined && readProc(`/proc/${init.pid}/net/unix`).includes(` ${path}\n`);
}

function consoleEnd(host: HostPlace): string {
  const lines = readFileSync(host.console, 'utf8').trim().split('\n').slice(-15);
  return `. The end of ${host.console}:\n${lines.join('\n')}`;
}
