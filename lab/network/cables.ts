import { must } from '../machine/run.ts';
import type { LabPlace } from '../place.ts';
import { familyOf, prefixLengthOf } from '../settings.ts';
import { ip } from './ip.ts';

/**
 * Lays a cable from port `port` of the lab's switch to a namespace, where its end is eth0 with this address. Both ends
 * are created inside the lab's namespaces: the machine's own never sees them.
 */
export async function layCableTo(
  lab: LabPlace,
  port: string,
  namespace: string,
  address: string,
): Promise<void> {
  const here = [port, 'netns', lab.switchNamespace, 'type', 'veth'];
  await must(['ip', 'link', 'add', ...here, 'peer', 'name', 'eth0', 'netns', namespace]);
  // Two hosts never get one address: duplicate address detection for IPv6 is unnecessary.
  const at = `${address}/${prefixLengthOf(address)} dev eth0${familyOf(address) === 'ipv6' ? ' nodad' : ''}`;
  await ip(namespace, ['link set lo up', `addr add ${at}`, 'link set eth0 up']);
}

/** Makes a port of the lab's switch whose other end a program holds, such as a virtual machine's network card. */
export async function makeOpenPort(lab: LabPlace, port: string): Promise<void> {
  await ip(lab.switchNamespace, [`tuntap add dev ${port} mode tap`]);
}

/** Makes such a port with an address of the switch's own namespace, for one address at the other end only. */
export async function makePrivatePort(
  lab: LabPlace,
  port: string,
  own: string,
  theirs: string,
): Promise<void> {
  await makeOpenPort(lab, port);
  await ip(lab.switchNamespace, [`addr add ${own} peer ${theirs}/32 dev ${port}`, `link set ${port} up`]);
}
