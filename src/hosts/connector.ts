import type { HostLogin, HostSettings, RemoteHost, Settings, TransportName } from '../inputs/settings.ts';
import { PrivateFolder } from '../runner/private-folder.ts';
import type { HostConnector, HostOptions, SshConnectorMeans } from './connect-options.ts';
import { connectLocal } from './local/connect-local.ts';
import { opensshConnector } from './openssh/connector.ts';
import { FirstAlone } from './root-shell/channel-slots.ts';
import type { Privilege } from './root-shell/root-shell.ts';
import { PasswordRefused } from './root-shell/sudo-dialogue.ts';
import { placeOf } from './ssh/connect-failure.ts';
import { ssh2Connector } from './ssh2/connector.ts';

/** What a connection to the hosts needs besides the inputs. */
export interface ConnectorMeans extends SshConnectorMeans {
  /** Whose bash runs scripts there. */
  readonly privilege: Privilege;
  /** The runner's folder for temporary files. */
  readonly temporary: string;
}

/** Which hosts there are, and how they are got into. */
type Reached = Pick<Settings, 'ssh' | 'hosts' | 'controlPlane' | 'sudoPassword'>;

/**
 * How each host is connected to, as the inputs say. No connection is made yet, but to an ssh-agent on this machine.
 * @throws Refusal when there is nothing to log in with.
 */
export async function connector(
  { ssh, hosts, controlPlane, sudoPassword }: Reached,
  { privilege, temporary, ...means }: ConnectorMeans,
): Promise<HostConnector> {
  const { log } = means;
  const gate = new FirstAlone((error) => error instanceof PasswordRefused);
  const optionsOf: HostOptions = ({ name, address }) => ({
    name: name ?? address,
    privilege,
    ...(sudoPassword !== undefined && { sudo: { password: sudoPassword, gate } }),
    log: log.host(name ?? address),
  });
  const folder = new PrivateFolder(temporary);
  const uses = (transport: TransportName): boolean =>
    [...hosts, ...controlPlane].some((host) => host.transport === transport);
  const bySsh2 = ssh && uses('ssh2') ? await ssh2Connector(ssh, means, optionsOf) : undefined;
  const byOpenssh =
    ssh && uses('openssh') ? await opensshConnector(ssh, means, optionsOf, folder) : undefined;
  if (ssh !== undefined && ssh.bastions.length > 0) log.info(topology(ssh.bastions, hosts));
  return {
    connect: async (host) => {
      if (host.transport === 'local') return connectLocal({ ...optionsOf(host), ...host, folder });
      const remote = host.transport === 'openssh' ? byOpenssh : bySsh2;
      if (remote === undefined) throw new Error(`no way to ${host.address}`);
      return await remote.connect(host);
    },
    close: async () => {
      await Promise.all([bySsh2?.close(), byOpenssh?.close()]);
      folder.remove();
    },
  };
}

/** Who connects to whom: each address is as the machine before it sees it. */
function topology(bastions: readonly HostLogin[], hosts: readonly HostSettings[]): string {
  const jumps = bastions.map((login) => `${login.user}@${placeOf(login)}`);
  const ends = hosts
    .filter(isRemote)
    .map(({ name, login }) => (name === undefined ? placeOf(login) : `${name} (${placeOf(login)})`));
  return `The way: this runner → ${jumps.join(' → ')} → ${ends.join(', ')}`;
}

function isRemote(host: HostSettings): host is RemoteHost {
  return host.transport !== 'local';
}
