import type { HostLogin, HostSettings, RemoteHost, Settings, TransportName } from '../inputs/settings.ts';
import { PrivateFolder } from '../runner/private-folder.ts';
import type { HostConnector, HostOptions, SshConnectorDeps } from './ssh/servers.ts';
import { connectLocal } from './local/connect-local.ts';
import { opensshConnector } from './openssh/connector.ts';
import { TrialGate } from './root-shell/channel-slots.ts';
import type { Privilege } from './root-shell/shell-command.ts';
import { PasswordRejectedError } from './root-shell/sudo-dialogue.ts';
import { joinHostPort } from './ssh/connect-failure.ts';
import { ssh2Connector } from './ssh2/connector.ts';

/** The requirements of connections to the hosts besides the inputs. */
export interface ConnectorDeps extends SshConnectorDeps {
  /** The user of the bash that runs scripts on the hosts. */
  readonly privilege: Privilege;
  /** The runner's folder for temporary files. */
  readonly temporary: string;
}

/** The hosts and their logins. */
type ConnectSettings = Pick<Settings, 'ssh' | 'hosts' | 'controlPlane' | 'sudoPassword'>;

/**
 * Returns a connector for all hosts, as the inputs describe them. Opens no connection except to an ssh-agent on this
 * machine.
 * @throws RunError when there are no credentials.
 */
export async function connector(
  { ssh, hosts, controlPlane, sudoPassword }: ConnectSettings,
  { privilege, temporary, ...deps }: ConnectorDeps,
): Promise<HostConnector> {
  const { log } = deps;
  const gate = new TrialGate((error) => error instanceof PasswordRejectedError);
  const optionsOf: HostOptions = ({ name, address }) => ({
    name: name ?? address,
    privilege,
    ...(sudoPassword !== undefined && { sudo: { password: sudoPassword, gate } }),
    log: log.host(name ?? address),
  });
  const folder = new PrivateFolder(temporary);
  const uses = (transport: TransportName): boolean =>
    [...hosts, ...controlPlane].some((host) => host.transport === transport);
  const bySsh2 = ssh && uses('ssh2') ? await ssh2Connector(ssh, deps, optionsOf) : undefined;
  const byOpenssh = ssh && uses('openssh') ? await opensshConnector(ssh, deps, optionsOf, folder) : undefined;
  if (ssh !== undefined && ssh.bastions.length > 0) log.info(topology(ssh.bastions, hosts));
  return {
    connect: async (host) => {
      if (host.transport === 'local') return connectLocal({ ...optionsOf(host), ...host, folder });
      const remote = host.transport === 'openssh' ? byOpenssh : bySsh2;
      if (remote === undefined) throw new Error(`no transport for ${host.address}`);
      return await remote.connect(host);
    },
    close: async () => {
      await Promise.all([bySsh2?.close(), byOpenssh?.close()]);
      folder.remove();
    },
  };
}

/** Describes which machine connects to which; each address is as the previous machine resolves it. */
function topology(bastions: readonly HostLogin[], hosts: readonly HostSettings[]): string {
  const jumps = bastions.map((login) => `${login.user}@${joinHostPort(login)}`);
  const ends = hosts
    .filter(isRemote)
    .map(({ name, login }) =>
      name === undefined ? joinHostPort(login) : `${name} (${joinHostPort(login)})`,
    );
  return `Route: this runner → ${jumps.join(' → ')} → ${ends.join(', ')}`;
}

function isRemote(host: HostSettings): host is RemoteHost {
  return host.transport !== 'local';
}
