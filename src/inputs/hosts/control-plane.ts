import type { Finding } from '../../findings.ts';
import type { EtcdPorts } from '../etcd/places-and-ports.ts';
import { parseEntries } from '../scalars.ts';
import type { RemoteHost } from './host-settings.ts';
import { addressAt, parseHost, type PlacedHost } from './host.ts';

const input = 'control-plane-hosts';

/**
 * Parses the hosts of the control plane: `control-plane-hosts`, in the forms of `hosts`, or those of the inventory.
 * @returns the hosts in the user's order, including invalid ones; empty if none are listed.
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
    code: 'hosts-given-twice',
    at: input,
    fact: 'control-plane-hosts and control-plane of the inventory both list the hosts of the control plane.',
    fix: 'leave one of the two out.',
  });
  return written;
}

/** Refuses duplicates, and hosts that are members too. */
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
      code: 'hosts-given-twice',
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

/** Returns the control plane's hosts with their logins, which follow the same rules as the members'. */
export function controlPlaneLogins(
  hosts: readonly PlacedRemoteHost[],
  defaults: LoginDefaults,
  findings: Finding[],
): RemoteHost[] {
  if (hosts.length === 0) return [];
  const own: Finding[] = [];
  const found = withLogins(hosts, defaults, {}, own);
  // A missing user is reported once for all hosts.
  findings.push(
    ...own.filter(({ code }) => code !== 'ssh-user-missing' || !findings.some((told) => told.code === code)),
  );
  return found;
}

/** The login settings of hosts without their own. */
export interface LoginDefaults {
  /** Absent: no default. */
  readonly user?: string;
  readonly port: number;
}

/** A host with an SSH login, as the user wrote it. */
export type PlacedRemoteHost = PlacedHost & Pick<RemoteHost, 'transport'>;

/**
 * Returns the hosts with their logins: the host's own settings, else the defaults, else the member's address.
 * @param ports etcd's ports by input: an SSH server on one of them would block etcd.
 */
export function withLogins(
  hosts: readonly PlacedRemoteHost[],
  defaults: LoginDefaults,
  ports: Partial<EtcdPorts>,
  findings: Finding[],
): RemoteHost[] {
  const strangers = defaults.user === undefined ? hosts.filter(({ login }) => login?.user === undefined) : [];
  const lacksAll = defaults.user === undefined && strangers.length === hosts.length;
  if (lacksAll || strangers.length > 0)
    findings.push(noUser(lacksAll ? [] : strangers.map((host) => labelOf(host) || host.at)));
  const usable = hosts.filter(({ address }) => address !== '');
  const found = usable.map(({ name, address, login, transport }) => ({
    ...(name !== undefined && { name }),
    address,
    transport,
    login: { address, ...defaults, ...login },
  }));
  refuseSharedServers(usable, found, findings);
  for (const [input, port] of Object.entries(ports)) {
    const taken = found.find(({ address, login }) => login.address === address && login.port === port);
    if (taken !== undefined) findings.push(takenBySsh(input, port, labelOf(taken)));
  }
  return found.flatMap((host) => {
    const { user } = host.login;
    return user === undefined ? [] : [{ ...host, login: { ...host.login, user } }];
  });
}

function labelOf({ name, address }: { readonly name?: string; readonly address: string }): string {
  return name ?? address;
}

/** @param hosts those without a user; empty: all hosts. */
function noUser(hosts: readonly string[]): Finding {
  return {
    ...(hosts.length === 0
      ? { code: 'ssh-user-missing', fact: 'no user is given.' }
      : { code: 'host-user-missing', fact: `no user is given for ${hosts.join(', ')}.` }),
    at: 'ssh-user',
    fix: 'name the user that logs in on every host, root or one with sudo, for example ssh-user: ubuntu.',
  };
}

/** Refuses two members with the same SSH server: they would be one machine. */
function refuseSharedServers(
  written: readonly PlacedHost[],
  hosts: readonly { readonly login: { readonly address: string; readonly port: number } }[],
  findings: Finding[],
): void {
  const seen = new Map<string, string>();
  for (const [index, { login }] of hosts.entries()) {
    const { at = '', loginAt } = written[index] ?? {};
    const server = `${login.address} port ${login.port}`;
    const before = seen.get(server);
    if (before === undefined) seen.set(server, loginAt ?? at);
    else if (loginAt !== undefined) {
      findings.push({
        code: 'host-listed-twice',
        at: loginAt,
        fact: `the SSH server at ${server} was given before, at ${before}.`,
        cause: 'hosts behind one address have a port each, and only one port is given.',
        fix: 'give every host the address and port of its own SSH server.',
      });
    }
  }
}

function takenBySsh(input: string, port: number, host: string): Finding {
  return {
    code: 'host-listed-twice',
    at: input,
    fact: `${port} is also the port of the SSH server of ${host}.`,
    fix: `choose another ${input} that is free on every host.`,
  };
}
