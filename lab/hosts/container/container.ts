import { statfsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkInotifyLimit } from '../../machine/limits.ts';
import { childrenOf, type ProcessId, readProc, signal } from '../../machine/processes.ts';
import { must } from '../../machine/run.ts';
import { layCableTo } from '../../network/cables.ts';
import { namespacePath } from '../../network/ip.ts';
import { sshPort } from '../../settings.ts';
import { runtimeOf } from '../../variants/variant.ts';
import { rootEnvironment } from '../enter.ts';
import type { HostKind } from '../kind.ts';
import { initOf, supervisorOf } from '../processes.ts';

const supervise = fileURLToPath(new URL('supervise.sh', import.meta.url));

/** A systemd-nspawn container with all capabilities: boots in a second, on the machine's kernel and clock. */
export const container: HostKind = {
  prepare: () => Promise.resolve(),
  checkRoomFor: checkInotifyLimit,

  namespaces: (host) => [host.namespace],
  layCable: (host) => layCableTo(host.lab, host.port, host.namespace, host.address),

  addToIdentity: () => undefined,
  supervisor: (host, entrances) => {
    const script = ['bash', supervise, host.name, host.disk, host.mountPoint, host.identity];
    return Promise.resolve([...script, namespacePath(host.namespace), ...entrances]);
  },
  boot: (host) => {
    const init = initOf(host);
    return Promise.resolve(init && `${init.pid} ${init.startTime}`);
  },
  bootDeadlineMs: 300_000,
  shutdownDeadlineMs: 40_000,
  lookAgainMs: 50,
  // Both are visible from outside, without starting a process to look.
  signs: [
    ['sshd', (host) => listens(initOf(host), sshPort)],
    ['container runtime', (host) => hasUnixSocket(initOf(host), runtimeOf(host.variant).socket)],
  ],

  entering: (host, argv) => {
    const init = initOf(host);
    if (!init) throw new Error(`${host.name} is not up: start it with "start ${host.name}"`);
    const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root', '--wd'];
    return ['nsenter', '--target', String(init.pid), ...namespaces, ...rootEnvironment(), ...argv];
  },
  diskUse: (host) => {
    const init = initOf(host);
    if (!init) return Promise.resolve(undefined);
    const { blocks, bavail } = statfsSync(`/proc/${init.pid}/root/`);
    return Promise.resolve(1 - bavail / blocks);
  },

  askToShutDown: (host) => {
    const supervisor = supervisorOf(host);
    if (supervisor) signal(supervisor, 'SIGTERM');
    return Promise.resolve();
  },
  loseUnsynced: async (host, { powerCut }) => {
    const supervisor = supervisorOf(host);
    if (!supervisor) return;
    await must(['nsenter', '--target', String(supervisor.pid), '--mount', powerCut, host.mountPoint]);
  },
  etcdProcess: (host) => {
    const init = initOf(host);
    const queue = init === undefined ? [] : [init.pid];
    for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
      if (readProc(`/proc/${pid}/comm`).trim() === 'etcd') return pid;
      queue.push(...childrenOf(pid));
    }
    return undefined;
  },
  setClock: (host) => {
    throw new Error(
      `${host.name} shares the machine's clock with all other hosts: only a lab of virtual machines (up --vm) has clocks to push`,
    );
  },
};

/** Reports whether something in the process's network namespace listens on this TCP port: proc(5), /proc/net/tcp. */
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
