import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf } from '../hosts/kinds.ts';
import { withLock } from '../machine/lock.ts';
import { must, run } from '../machine/run.ts';
import type { HostPlace, LabPlace } from '../place.ts';
import { defaultFamily, familyOf, runnerAddress, stateFolder } from '../settings.ts';
import { layCableTo } from './cables.ts';
import { ip } from './ip.ts';

const bridge = 'bridge0';
const runnerPort = 'runner';

/** Returns the names of the lab's existing namespaces. */
export function namespacesOf(lab: LabPlace): string[] {
  const prefix = lab.switchNamespace.replace(/switch$/, '');
  try {
    return readdirSync('/run/netns').filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
}

function namespacesFor(lab: LabPlace, hosts: readonly HostPlace[]): string[] {
  return [
    lab.switchNamespace,
    lab.runnerNamespace,
    ...hosts.flatMap((host) => kindOf(host).namespaces(host)),
  ];
}

/** Reports whether the network of these hosts exists: every namespace, and every port in the switch. */
export async function networkIsUp(lab: LabPlace, hosts: readonly HostPlace[]): Promise<boolean> {
  const present = new Set(namespacesOf(lab));
  if (!namespacesFor(lab, hosts).every((name) => present.has(name))) return false;
  const links = await must(['ip', '-n', lab.switchNamespace, '-o', 'link', 'show']);
  const ports = new Set(Array.from(links.matchAll(/^\d+: ([^:@]+)[:@]/gm), ([, name]) => name));
  return [runnerPort, ...hosts.map(({ port }) => port)].every((port) => ports.has(port));
}

/** Makes the namespaces of the lab, a bridge in the middle and a cable from it to the runner and to every host. */
export async function makeNetwork(lab: LabPlace, hosts: readonly HostPlace[]): Promise<void> {
  const names = namespacesFor(lab, hosts);
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
    // Multicast snooping would delay frames after a port came up.
    `link add ${bridge} type bridge mcast_snooping 0`,
    `link set ${bridge} up`,
  ]);
  const family = hosts[0] ? familyOf(hosts[0].address) : defaultFamily;
  await layCableTo(lab, runnerPort, lab.runnerNamespace, runnerAddress(family));
  await joinBridge(lab, runnerPort);
  for (const host of hosts) {
    await kindOf(host).layCable(host);
    await joinBridge(lab, host.port);
  }
}

/** Removes the existing namespaces of the lab, and with them their interfaces. */
export async function removeNetwork(lab: LabPlace): Promise<void> {
  for (const name of namespacesOf(lab)) {
    const { code, stderr } = await run(['ip', 'netns', 'delete', name]);
    if (code !== 0 && !stderr.includes('No such file'))
      throw new Error(`cannot remove namespace ${name}: ${stderr}`);
  }
}

/** Plugs the host's cable in or pulls it. A host whose cable is pulled sends and receives nothing, not even a reset. */
export async function setLink(host: HostPlace, state: 'up' | 'down'): Promise<void> {
  await ip(host.lab.switchNamespace, [`link set ${host.port} ${state}`]);
}

/** Reports whether the host's cable is plugged in. */
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
