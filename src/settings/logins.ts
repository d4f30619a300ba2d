import type { Finding } from '../findings.ts';
import type { EtcdPorts } from './parse-ports.ts';
import type { PlacedHost } from './placed-hosts.ts';
import type { RemoteHost } from './settings.ts';

/** What holds for a host that does not say it itself. */
export interface LoginDefaults {
  /** Absent: none is given. */
  readonly user?: string;
  readonly port: number;
}

/** A host that is logged in to, as it was written. */
export type PlacedRemoteHost = PlacedHost & Pick<RemoteHost, 'transport'>;

/**
 * Gives every host its login: what was written of it, the defaults, and the member's own address.
 * @param ports etcd's own, by input: an SSH server on one of them would keep etcd from it.
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

/** @param hosts the only ones that lack one; none: all of them do. */
function noUser(hosts: readonly string[]): Finding {
  return {
    at: 'ssh-user',
    fact: hosts.length === 0 ? 'no user is given.' : `no user is given for ${hosts.join(', ')}.`,
    fix: 'name the user that logs in on every host, root or one with sudo, for example ssh-user: ubuntu.',
  };
}

/** One SSH server is one machine, whatever two members are called. */
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
        at: loginAt,
        fact: `the SSH server at ${server} was given before, at ${before}.`,
        cause: 'hosts behind one address have a port each, and only one was written.',
        fix: 'give every host the address and port of its own SSH server.',
      });
    }
  }
}

function takenBySsh(input: string, port: number, host: string): Finding {
  return {
    at: input,
    fact: `${port} is also the port of the SSH server of ${host}.`,
    fix: `choose another ${input} that is free on every host.`,
  };
}
