import type { RemoteHost, SshSettings } from '../../settings/settings.ts';
import type { HostConnector, HostOptions, SshConnectorMeans } from '../connector.ts';
import { pinsFor } from '../keys/host-pins.ts';
import { pinnedHost } from '../keys/pinned-host.ts';
import { BastionChain, type Hop } from './bastion-chain.ts';
import { connectSsh2 } from './connect.ts';
import { agentCredential, keyCredential } from './credential.ts';

/**
 * How hosts are connected to by the library ssh2. No connection is made yet, but to an ssh-agent on this machine.
 * @throws Refusal when there is nothing to log in with.
 */
export async function ssh2Connector(
  ssh: SshSettings,
  { log, onAcceptedKey }: SshConnectorMeans,
  optionsOf: HostOptions,
): Promise<HostConnector<RemoteHost>> {
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
  return {
    connect: async (host) => {
      const way = await chain?.open();
      return await connectSsh2({
        ...optionsOf(host),
        ...host.login,
        credential,
        pins: pinsFor(ssh.hostKeys, pinnedHost(host)),
        ...common,
        ...way,
      });
    },
    close: async () => chain?.close(),
  };
}
