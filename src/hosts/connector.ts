import type { Log } from '../log.ts';
import type { HostLogin, HostSettings, Settings } from '../settings/settings.ts';
import { pinsFor } from './keys/host-pins.ts';
import { pinnedHost } from './keys/pinned-host.ts';
import { FirstAlone } from './root-shell/first-alone.ts';
import type { Privilege } from './root-shell/root-shell.ts';
import { PasswordRefused } from './root-shell/sudo-dialogue.ts';
import { placeOf } from './ssh/connect-failure.ts';
import { BastionChain, type Hop } from './ssh2/bastion-chain.ts';
import { agentCredential, keyCredential } from './ssh2/credential.ts';
import { connectSsh2 } from './ssh2/connect.ts';
import type { Transport } from './transport.ts';

/** What a connection to the hosts needs besides the inputs. */
export interface ConnectorMeans {
  /** Whose bash runs scripts there. */
  readonly privilege: Privilege;
  readonly log: Log;
  /** Told the known_hosts line of each host key that is taken although nothing is pinned. */
  readonly onAcceptedKey?: (line: string) => void;
}

/** How hosts are connected to. */
export interface HostConnector {
  /** Opens the one connection to a host. @throws HostError */
  readonly connect: (host: HostSettings) => Promise<Transport>;
  /** Ends what the connections have in common; they must have ended before. */
  readonly close: () => Promise<void>;
}

/**
 * How each host is connected to, as the inputs say. No connection is made yet, but to an ssh-agent on this machine.
 * @throws Refusal when there is nothing to log in with.
 */
export async function connector(
  { ssh, hosts }: Pick<Settings, 'ssh' | 'hosts'>,
  { privilege, log, onAcceptedKey }: ConnectorMeans,
): Promise<HostConnector> {
  const credential =
    ssh.identity.kind === 'key'
      ? keyCredential(ssh.identity.key)
      : await agentCredential(ssh.identity.socket, log);
  const common = {
    connectTimeoutMs: ssh.connectTimeoutSeconds * 1000,
    ...(onAcceptedKey && { onAcceptedKey }),
  };
  const [first, ...others] = ssh.bastions.map((login): Hop => ({
    ...login,
    name: `bastion ${login.address}`,
    portInput: 'ssh-bastion',
    credential: ssh.bastionKey === undefined ? credential : keyCredential(ssh.bastionKey),
    pins: pinsFor(ssh.hostKeys, { ...login, aliases: [] }),
    log: log.host(`bastion ${login.address}`),
    ...common,
  }));
  const chain = first && new BastionChain([first, ...others]);
  const gate = new FirstAlone((error) => error instanceof PasswordRefused);
  const { sudoPassword } = ssh;
  if (chain !== undefined) log.info(topology(ssh.bastions, hosts));
  return {
    connect: async (host) => {
      const name = host.name ?? host.address;
      const way = await chain?.open();
      return await connectSsh2({
        name,
        ...host.login,
        privilege,
        ...(sudoPassword !== undefined && {
          sudo: { password: sudoPassword, gate },
        }),
        credential,
        pins: pinsFor(ssh.hostKeys, pinnedHost(host)),
        log: log.host(name),
        ...common,
        ...way,
      });
    },
    close: async () => chain?.close(),
  };
}

/** Who connects to whom: each address is as the machine before it sees it. */
function topology(bastions: readonly HostLogin[], hosts: readonly HostSettings[]): string {
  const jumps = bastions.map((login) => `${login.user}@${placeOf(login)}`);
  const ends = hosts.map(({ name, login }) =>
    name === undefined ? placeOf(login) : `${name} (${placeOf(login)})`,
  );
  return `The way: this runner → ${jumps.join(' → ')} → ${ends.join(', ')}`;
}
