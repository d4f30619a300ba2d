import type { Finding } from '../findings.ts';
import type { InputName } from '../inputs/table.ts';
import { type LoginDefaults, type PlacedRemoteHost, withLogins } from './logins.ts';
import { controlPlaneLogins } from './parse-control-plane.ts';
import type { PlacedHosts } from './parse-members.ts';
import type { PlacedHost } from './placed-hosts.ts';
import type { HostSettings, LocalHost, RemoteHost } from './settings.ts';
import { type TransportInputs, transportsOf } from './transports.ts';

/** All hosts, each with how it is reached, in the order in which they were written. */
export interface ReachedHosts {
  readonly members: readonly HostSettings[];
  readonly controlPlane: readonly HostSettings[];
}

/**
 * How each host is reached: by which way, and where its SSH server is.
 * @param ports etcd's own, by input.
 * @returns those that can be reached.
 */
export function parseReach(
  written: PlacedHosts,
  inputs: TransportInputs,
  defaults: LoginDefaults,
  ports: Readonly<Partial<Record<InputName, number>>>,
  findings: Finding[],
): ReachedHosts | undefined {
  const all = [...written.members, ...written.controlPlane];
  const transports = transportsOf(all, inputs, findings);
  if (transports === undefined) return undefined;
  const hosts = all.map((host, index) => ({ ...host, transport: transports[index] ?? 'ssh2' }));
  const members = hosts.slice(0, written.members.length);
  const controlPlane = hosts.slice(members.length);
  const loggedIn = members.filter(isRemote);
  // Where no member is logged in to, nobody is asked for a user.
  const isAllHere = members.length > 0 && loggedIn.length === 0;
  return {
    members: inOrder(members, isAllHere ? [] : withLogins(loggedIn, defaults, ports, findings)),
    controlPlane: inOrder(
      controlPlane,
      controlPlaneLogins(controlPlane.filter(isRemote), defaults, findings),
    ),
  };
}

function inOrder(hosts: readonly PlacedHost[], remote: readonly RemoteHost[]): readonly HostSettings[] {
  return hosts.flatMap((host): readonly HostSettings[] => {
    if (!isRemote(host)) return host.address === '' ? [] : [here(host)];
    return remote.filter(({ address }) => address === host.address);
  });
}

function isRemote(host: PlacedHost): host is PlacedRemoteHost {
  return host.transport !== 'local';
}

function here({ name, address }: PlacedHost): LocalHost {
  return { ...(name !== undefined && { name }), address, transport: 'local' };
}
