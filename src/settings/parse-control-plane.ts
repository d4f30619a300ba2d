import type { Finding } from '../findings.ts';
import { parseEntries } from './entries.ts';
import { withLogins, type LoginDefaults, type PlacedRemoteHost } from './logins.ts';
import { parseHost } from './parse-hosts.ts';
import { addressAt, type PlacedHost } from './placed-hosts.ts';
import type { RemoteHost } from './settings.ts';

const input = 'control-plane-hosts';

/**
 * Reads the hosts of the control plane: `control-plane-hosts`, in the forms of `hosts`, or what an inventory says of them.
 * @returns the hosts in the user's order, those with a fault among them; none where none are listed.
 */
export function parseControlPlane(
  value: string,
  inventory: { readonly controlPlane?: readonly PlacedHost[] } | undefined,
  findings: Finding[],
): readonly PlacedHost[] {
  const written = parseEntries(input, value, findings).map((entry) => parseHost(entry, findings));
  if (inventory?.controlPlane === undefined) return written;
  if (written.length === 0) return inventory.controlPlane;
  findings.push({
    at: input,
    fact: 'control-plane-hosts and control-plane of the inventory both say which hosts the control plane has.',
    fix: 'leave one of the two out.',
  });
  return written;
}

/** Checks that each is listed once, and none of them as a member. */
export function checkControlPlane(
  controlPlane: readonly PlacedHost[],
  members: readonly PlacedHost[],
  findings: Finding[],
): void {
  for (const [index, host] of controlPlane.entries()) {
    const before = controlPlane.slice(0, index);
    const member = members.find((one) => isSame(one, host));
    const twin = member ?? before.find((one) => isSame(one, host));
    if (twin === undefined) continue;
    const what = host.address === twin.address ? host.address : `the name ${host.name ?? ''}`;
    findings.push({
      at: addressAt(host),
      fact: `${what} was given before, at ${addressAt(twin)}.`,
      ...(member !== undefined && {
        cause: 'a host of the etcd cluster runs etcd alone, and has these files already.',
      }),
      fix: 'list each host once, and those of the control plane apart from the members.',
    });
  }
}

function isSame(one: PlacedHost, other: PlacedHost): boolean {
  const isUsable = other.address !== '';
  return (isUsable && one.address === other.address) || (one.name !== undefined && one.name === other.name);
}

/** Gives every host of the control plane that is logged in to its login, as those of the members are given. */
export function controlPlaneLogins(
  hosts: readonly PlacedRemoteHost[],
  defaults: LoginDefaults,
  findings: Finding[],
): RemoteHost[] {
  if (hosts.length === 0) return [];
  const own: Finding[] = [];
  const found = withLogins(hosts, defaults, {}, own);
  // that there is no user at all is told once
  findings.push(...own.filter(({ fact }) => !findings.some((told) => told.fact === fact)));
  return found;
}
