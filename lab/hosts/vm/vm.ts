import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installMissingPackages, type Need } from '../../machine/packages.ts';
import { run } from '../../machine/run.ts';
import { makeOpenPort, makePrivatePort } from '../../network/cables.ts';
import type { HostPlace } from '../../place.ts';
import { managementRunnerAddress, prefixLengthOf } from '../../settings.ts';
import { traitsOf } from '../../variants/variant.ts';
import { rootEnvironment } from '../enter.ts';
import type { HostKind } from '../kind.ts';
import { supervisorOf } from '../processes.ts';
import { managementCommand } from '../ssh.ts';
import { setClock } from './clock.ts';
import { ensureVmKernel, type VmKernel } from './kernel.ts';

const supervise = fileURLToPath(new URL('supervise.sh', import.meta.url));

const needed: readonly Need[] = [
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['cpio', 'cpio'],
  ['depmod', 'kmod'],
  ['xz', 'xz-utils'],
  ['zstd', 'zstd'],
];

/** Memory of one host in MiB: kubelet, containerd and etcd use half of it. */
const memoryMiB = 1536;

/**
 * A virtual machine with a kernel, a clock, cgroups and sysctls of its own. QEMU emulates all of it (TCG): slow, but
 * the same everywhere, with or without hardware support for virtual machines.
 */
export const vm: HostKind = {
  prepare: async (progress) => {
    if (process.arch !== 'x64') {
      throw new Error(`the lab has virtual machines of x86-64 only, and this machine is ${process.arch}`);
    }
    await installMissingPackages(progress, needed);
    await ensureVmKernel(progress);
  },
  checkRoomFor: (hosts) => {
    const [, available = '0'] =
      /^MemAvailable: +(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
    const neededMiB = hosts * (memoryMiB + 200);
    const availableMiB = Math.floor(Number(available) / 1024);
    if (availableMiB >= neededMiB) return;
    throw new Error(
      `${hosts} virtual machines need ${neededMiB} MiB of memory, and ${availableMiB} MiB are to be had`,
    );
  },

  namespaces: () => [],
  layCable: async (host) => {
    await makeOpenPort(host.lab, host.port);
    await makePrivatePort(host.lab, host.managementPort, managementRunnerAddress, host.managementAddress);
  },

  addToIdentity: (host, tree) => {
    const write = (path: string, text: string) => {
      writeFileSync(join(tree, path), text, { mode: 0o644 });
    };
    for (const folder of ['etc/systemd/network', 'etc/systemd/journald.conf.d', 'etc/etcd-ha-lab']) {
      mkdirSync(join(tree, folder), { recursive: true, mode: 0o755 });
    }
    write('etc/systemd/network/10-eth0.network', networkFile(host));
    // This kernel's log belongs to the host.
    write('etc/systemd/journald.conf.d/20-vm.conf', '[Journal]\nReadKMsg=yes\n');
    write('etc/etcd-ha-lab/address', `${host.managementAddress}\n`);
    write('etc/etcd-ha-lab/authorized_keys', readFileSync(`${host.lab.privateKey}.pub`, 'utf8'));
  },
  supervisor: async (host, entrances, progress) => {
    const kernel = await ensureVmKernel(progress);
    const qemu = ['ip', 'netns', 'exec', host.lab.switchNamespace, ...machine(host, kernel)];
    return ['bash', supervise, host.disk, host.mountPoint, host.identity, ...entrances, '--', ...qemu];
  },
  boot: async (host) => {
    const answer = await ask(host, ['cat', '/proc/sys/kernel/random/boot_id']);
    return answer?.trim();
  },
  bootDeadlineMs: 900_000,
  shutdownDeadlineMs: 120_000,
  lookAgainMs: 500,
  signs: [],
  // A real host has a time service; at boot the clock is only as exact as the seconds of its clock chip.
  afterBoot: (host) => vm.setClock(host, 0),

  entering,
  diskUse: async (host) => {
    const answer = await ask(host, ['df', '--output=size,avail', '--block-size=1', '/']);
    const [, size, available] = /(\d+) +(\d+)\s*$/.exec(answer ?? '') ?? [];
    return size === undefined || available === undefined ? undefined : 1 - Number(available) / Number(size);
  },

  askToShutDown: async (host) => {
    // Without an answer the deadline of the caller decides.
    await ask(host, ['systemctl', 'poweroff', '--no-block']);
  },
  // Unsynced data is in the memory of its QEMU.
  loseUnsynced: () => Promise.resolve(),
  etcdProcess: (host) => {
    throw new Error(
      `${host.name} is a virtual machine, whose processes the machine does not see: only a lab of containers can slow a disk`,
    );
  },
  setClock: (host, aheadMs) => setClock((argv) => entering(host, argv), aheadMs),
};

function entering(host: HostPlace, argv: readonly string[], terminal = false): string[] {
  if (!supervisorOf(host)) throw new Error(`${host.name} is not up: start it with "start ${host.name}"`);
  const inside = ['nsenter', '--target', '1', '--net', ...rootEnvironment(), ...argv];
  return managementCommand(host, inside.map(quoted).join(' '), terminal);
}

/** Returns the output of a command on the host; undefined if the host cannot be asked, or the command fails. */
async function ask(host: HostPlace, argv: readonly string[]): Promise<string | undefined> {
  if (!supervisorOf(host)) return undefined;
  try {
    const { code, stdout } = await run(entering(host, argv), { timeoutMs: 30_000 });
    return code === 0 ? stdout : undefined;
  } catch {
    // It did not answer in time, or was switched off.
    return undefined;
  }
}

/** Quotes a word for a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function networkFile(host: HostPlace): string {
  return `[Match]
Name=eth0

[Network]
Address=${host.address}/${prefixLengthOf(host.address)}
LinkLocalAddressing=no
IPv6AcceptRA=no
`;
}

/** Returns the command of the virtual machine itself. Its console goes to standard output. */
function machine(host: HostPlace, { image, initrd, modules }: VmKernel): string[] {
  const card = (id: string, port: string, kind: string) => [
    '-netdev',
    `tap,id=${id},ifname=${port},script=no,downscript=no`,
    '-device',
    `virtio-net-pci,netdev=${id},mac=52:54:00:${kind}:00:${(10 + host.index).toString(16).padStart(2, '0')},romfile=`,
  ];
  const units = ['systemd-networkd.service', 'lab-access.service'].map((unit) => `systemd.wants=${unit}`);
  return [
    'qemu-system-x86_64',
    ...['-name', `${host.lab.name}.${host.name}`, '-nodefaults', '-display', 'none', '-serial', 'stdio'],
    ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '1', '-m', String(memoryMiB)],
    ...['-drive', `file=${host.disk},format=raw,if=virtio,cache=writeback`],
    ...['-drive', `file=${modules},format=raw,if=virtio,readonly=on`],
    ...card('net', host.port, '4d'),
    ...card('management', host.managementPort, '4e'),
    ...['-device', 'virtio-rng-pci'],
    ...['-kernel', image, '-initrd', initrd, '-append'],
    [
      'console=ttyS0 quiet panic=1 net.ifnames=0 mitigations=off',
      ...['systemd.mask=serial-getty@ttyS0.service', ...units],
      ...traitsOf(host.variant).flatMap((trait) => trait.kernel ?? []),
    ].join(' '),
  ];
}
