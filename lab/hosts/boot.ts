import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { findCgroups, machineRunsSystemd, makeCgroups, removeCgroups } from '../machine/cgroups.ts';
import { isRunning, type ProcessId, signal } from '../machine/processes.ts';
import type { Progress } from '../machine/progress.ts';
import { must, run, sleep, systemPath } from '../machine/run.ts';
import { setLink } from '../network/namespaces.ts';
import type { HostPlace } from '../place.ts';
import { runtimeOf } from '../variants/variant.ts';
import { releaseLoopDevices } from './disk.ts';
import { kindOf } from './kinds.ts';
import { forget, initOf, record, supervisorOf } from './processes.ts';
import { sshCommand } from './ssh.ts';

/** Switches the host on; does nothing if it is on. Its supervisor survives the lab command. */
export async function powerOn(host: HostPlace, progress: Progress): Promise<void> {
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
  const [program = '', ...args] = [
    ...(underSystemd ? scope : []),
    ...['unshare', '--mount', '--propagation', 'private'],
    ...(await kindOf(host).supervisor(host, entrances, progress)),
  ];
  const log = openSync(host.console, 'a');
  try {
    // A clean environment: none of the caller's variables may be visible on a host.
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
 * Resolves once the host is usable: its container runtime answers, the lab's user can log in, every unit has started or
 * failed, and the files of the first boot are synced, so that a power cut right afterwards leaves a host that boots. Throws with the end of its
 * console if it dies or does not become ready. `not` is an earlier boot to disregard.
 */
export async function waitUntilReady(host: HostPlace, not?: string): Promise<void> {
  const kind = kindOf(host);
  const deadline = Date.now() + kind.bootDeadlineMs;
  const until = async (step: string, condition: () => boolean | Promise<boolean>) => {
    while (!(await condition())) {
      if (!supervisorOf(host)) throw new Error(`${host.name} died while booting${consoleEnd(host)}`);
      if (Date.now() > deadline) {
        throw new Error(
          `${host.name} did not boot within ${kind.bootDeadlineMs / 1000} s: no ${step}${consoleEnd(host)}`,
        );
      }
      await sleep(kind.lookAgainMs);
    }
  };
  const onHost = async (argv: readonly string[]) => {
    try {
      return (await run(kind.entering(host, argv), { timeoutMs: 30_000 })).code === 0;
    } catch {
      // It was switched off since the last check, or did not answer: the deadline above decides.
      return false;
    }
  };
  await until('boot', async () => {
    const boot = await kind.boot(host);
    return boot !== undefined && boot !== not;
  });
  for (const [name, isThere] of kind.signs) await until(name, () => isThere(host));
  await until('login over SSH', async () => {
    const login = sshCommand(host, ['BatchMode=yes', 'ConnectTimeout=10'], ['true']);
    return (await run(login)).code === 0;
  });
  if (runtimeOf(host.variant).servesCri) {
    await until('answer from the container runtime', () => onHost(['crictl', '--timeout', '10s', 'version']));
  }
  // units that still start would look like changes that a run has made
  await until('end of its start', () =>
    onHost(['sh', '-c', 'case $(systemctl is-system-running) in running | degraded) ;; *) exit 1 ;; esac']),
  );
  await kind.afterBoot?.(host);
  await until('sync of its disk', () => onHost(['sync', '-f', '/']));
}

/** Shuts the host down in an orderly way; cuts its power if that takes too long. */
export async function shutDown(host: HostPlace): Promise<void> {
  const supervisor = supervisorOf(host);
  if (!supervisor) return;
  await kindOf(host).askToShutDown(host);
  if (!(await ends(supervisor, kindOf(host).shutdownDeadlineMs))) await powerOff(host);
  await removeLeftovers(host);
  forget(host.processFile);
}

/** Ends the host at once. Unsynced data may or may not reach its disk: see faults/power-cut.ts. */
export async function powerOff(host: HostPlace): Promise<void> {
  const supervisor = supervisorOf(host);
  const init = initOf(host);
  if (init) signal(init, 'SIGKILL');
  if (supervisor && !(await ends(supervisor, init ? 10_000 : 0))) signal(supervisor, 'SIGKILL');
  await removeLeftovers(host);
  forget(host.processFile);
}

/** Reboots the host in an orderly way and waits until it is ready again. */
export async function reboot(host: HostPlace): Promise<void> {
  const kind = kindOf(host);
  const before = await kind.boot(host);
  // Delayed until the answer has arrived: the connection ends with the host.
  const soon = ['systemd-run', '--quiet', '--on-active=100ms', '--timer-property=AccuracySec=10ms'];
  await must(kind.entering(host, [...soon, 'systemctl', 'reboot']));
  await waitUntilReady(host, before);
}

/**
 * Removes the remains of a host whose supervisor is gone: its processes, found by their cgroup, and its loop device.
 */
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

function consoleEnd(host: HostPlace): string {
  const lines = readFileSync(host.console, 'utf8').trim().split('\n').slice(-15);
  return `. The end of ${host.console}:\n${lines.join('\n')}`;
}
