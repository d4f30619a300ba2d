import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../machine/lock.ts';
import { must, run } from '../machine/run.ts';
import type { HostPlace, LabPlace } from '../place.ts';
import { prefixLength, runnerAddress, stateFolder } from '../settings.ts';

const bridge = 'bridge0';

/** Where ip-netns(8) keeps a namespace's name. */
export function namespacePath(name: string): string {
  return `/run/netns/${name}`;
}

/** Names of the lab's namespaces that are on the machine now. */
export function namespacesOf(lab: LabPlace): string[] {
  const prefix = lab.switchNamespace.replace(/switch$/, '');
  try {
    return readdirSync('/run/netns').filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
}

/** Whether the network of these hosts is wholly there. */
export function networkIsUp(lab: LabPlace, hosts: readonly HostPlace[]): boolean {
  const wanted = [lab.switchNamespace, lab.runnerNamespace, ...hosts.map((host) => host.namespace)];
  const present = new Set(namespacesOf(lab));
  return wanted.every((name) => present.has(name));
}

/** Makes the namespaces of the lab, a bridge in the middle and a cable from it to the runner and to every host. */
export async function makeNetwork(lab: LabPlace, hosts: readonly HostPlace[]): Promise<void> {
  const names = [lab.switchNamespace, lab.runnerNamespace, ...hosts.map((host) => host.namespace)];
  // The first `ip netns add` on a machine mounts /run/netns; two at once would mount it twice.
  await withLock(
    join(stateFolder(), 'network.lock'),
    { subject: 'the list of network namespaces', removeFile: true },
    async () => {
      for (const name of names) await must(['ip', 'netns', 'add', name]);
    },
  );
  await ip(lab.switchNamespace, [
    'link set lo up',
    // Multicast snooping would hold frames back after a port came up.
    `link add ${bridge} type bridge mcast_snooping 0`,
    `link set ${bridge} up`,
  ]);
  await plugIn(lab, 'runner', lab.runnerNamespace, runnerAddress);
  for (const host of hosts) await plugIn(lab, host.port, host.namespace, host.address);
}

async function plugIn(lab: LabPlace, port: string, namespace: string, address: string): Promise<void> {
  // Both ends come into being inside the lab's namespaces: the machine's own never sees them.
  const ends = [
    port,
    'netns',
    lab.switchNamespace,
    'type',
    'veth',
    'peer',
    'name',
    'eth0',
    'netns',
    namespace,
  ];
  await must(['ip', 'link', 'add', ...ends]);
  await ip(namespace, ['link set lo up', `addr add ${address}/${prefixLength} dev eth0`, 'link set eth0 up']);
  await ip(lab.switchNamespace, [`link set ${port} master ${bridge} up`]);
}

/** Removes whatever namespaces of the lab are there, and with them their interfaces. */
export async function removeNetwork(lab: LabPlace): Promise<void> {
  for (const name of namespacesOf(lab)) {
    const { code, stderr } = await run(['ip', 'netns', 'delete', name]);
    if (code !== 0 && !stderr.includes('No such file'))
      throw new Error(`cannot remove namespace ${name}: ${stderr}`);
  }
}

/** Plugs the host's cable in or pulls it. A host whose cable is pulled sends and gets nothing, not even a reset. */
export async function setLink(host: HostPlace, state: 'up' | 'down'): Promise<void> {
  await ip(host.lab.switchNamespace, [`link set ${host.port} ${state}`]);
}

/** Whether the host's cable is plugged in. */
export async function linkState(host: HostPlace): Promise<'up' | 'down'> {
  const text = await must(['ip', '-n', host.lab.switchNamespace, '-o', 'link', 'show', host.port]);
  return /<[^>]*\bUP\b/.test(text) ? 'up' : 'down';
}

/** Connects an interface of the switch's namespace to the bridge. */
export async function joinBridge(lab: LabPlace, port: string): Promise<void> {
  await ip(lab.switchNamespace, [`link set ${port} master ${bridge} up`]);
}

/** Takes an interface of the switch's namespace off the bridge. */
export async function leaveBridge(lab: LabPlace, port: string): Promise<void> {
  await ip(lab.switchNamespace, [`link set ${port} nomaster`]);
}

async function ip(namespace: string, commands: readonly string[]): Promise<void> {
  await must(['ip', '-n', namespace, '-batch', '-'], { stdin: commands.join('\n') + '\n' });
}
