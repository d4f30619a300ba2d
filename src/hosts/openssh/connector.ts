import type { RemoteHost, SshSettings } from '../../inputs/settings.ts';
import type { Log } from '../../runner/log.ts';
import type { PrivateFolder } from '../../runner/private-folder.ts';
import { agentRefusal, listIdentities, noAnswerRefusal } from '../../ssh-keys/agent-identities.ts';
import { describeKeyLabel } from '../../ssh-keys/certificate.ts';
import { fingerprint, keyBlobType } from '../../ssh-keys/wire.ts';
import { type HostConnector, type HostOptions, type SshConnectorDeps, sshServers } from '../ssh/servers.ts';
import { connectOpenssh, OpensshBastions, type OpensshHop } from './connect.ts';
import { SshClient, type SshLogin } from './ssh-client.ts';

/**
 * Returns a connector that uses the runner's own ssh. Starts nothing yet.
 * @throws RunError when there are no credentials.
 */
export async function opensshConnector(
  ssh: SshSettings,
  deps: SshConnectorDeps,
  optionsOf: HostOptions,
  folder: PrivateFolder,
): Promise<HostConnector<RemoteHost>> {
  const client = new SshClient(folder, ssh.hostKeys.knownHosts, process.env);
  const login = await loginOf(ssh, deps.log);
  const bastionLogin: SshLogin = ssh.bastionKey === undefined ? login : { with: ssh.bastionKey };
  const servers = sshServers(ssh, deps);
  const [first, ...others] = servers.bastions.map((server): OpensshHop => ({
    ...server,
    client,
    login: bastionLogin,
  }));
  const bastions = first && new OpensshBastions([first, ...others]);
  return {
    connect: async (host) => {
      const way = await bastions?.open();
      return await connectOpenssh({
        ...optionsOf(host),
        ...servers.ofHost(host),
        client,
        login,
        ...way,
      });
    },
    close: async () => {
      await bastions?.close();
      await client.end();
    },
  };
}

/**
 * Returns the credentials. All keys of a user's agent are tried, including certificates and keys in hardware; the log
 * names them.
 */
async function loginOf({ identity, certificate }: SshSettings, log: Log): Promise<SshLogin> {
  const line = certificate === undefined ? {} : { certificate };
  if (identity.kind === 'key') return { with: identity.key, ...line };
  const { socket } = identity;
  const blobs = await listIdentities(socket).catch((error: unknown) => {
    throw noAnswerRefusal(socket, error);
  });
  const keys = blobs.map((blob) => ({
    type: keyBlobType(blob) ?? 'unknown',
    fingerprint: fingerprint(blob),
  }));
  if (keys.length === 0) {
    throw agentRefusal(
      `the ssh-agent at ${socket} has no key.`,
      'no key was added to the agent (`ssh-add -l` lists its keys).',
    );
  }
  log.info(`Keys of the ssh-agent: ${keys.map(describeKeyLabel).join(', ')}.`);
  return { with: { socket, keys }, ...line };
}
