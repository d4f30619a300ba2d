import type { RemoteHost, SshSettings } from '../../settings/settings.ts';
import type { HostConnector, HostOptions, SshConnectorMeans } from '../connector.ts';
import { sshServers } from '../ssh/servers.ts';
import { BastionChain, type Hop } from './bastion-chain.ts';
import { connectSsh2 } from './connect.ts';
import { agentCredential, keyCredential } from './credential.ts';

/**
 * How hosts are connected to by the library ssh2. No connection is made yet, but to an ssh-agent on this machine.
 * @throws Refusal when there is nothing to log in with.
 */
export async function ssh2Connector(
  ssh: SshSettings,
  means: SshConnectorMeans,
  optionsOf: HostOptions,
): Promise<HostConnector<RemoteHost>> {
  const credential =
    ssh.identity.kind === 'key'
      ? keyCredential(ssh.identity.key)
      : await agentCredential(ssh.identity.socket, means.log);
  const bastionCredential = ssh.bastionKey === undefined ? credential : keyCredential(ssh.bastionKey);
  const servers = sshServers(ssh, means);
  const [first, ...others] = servers.bastions.map((server): Hop => ({
    ...server,
    credential: bastionCredential,
  }));
  const chain = first && new BastionChain([first, ...others]);
  return {
    connect: async (host) => {
      const way = await chain?.open();
      return await connectSsh2({
        ...optionsOf(host),
        ...servers.ofHost(host),
        credential,
        ...way,
      });
    },
    close: async () => chain?.close(),
  };
}
