import type { RemoteHost, SshSettings } from '../../inputs/settings.ts';
import type { Log } from '../../runner/log.ts';
import type { PrivateFolder } from '../../runner/private-folder.ts';
import { agentRefusal, listIdentities, silentAgent } from '../../ssh-keys/agent-identities.ts';
import { describeKey } from '../../ssh-keys/certificate.ts';
import { fingerprint, keyBlobType } from '../../ssh-keys/wire.ts';
import type { HostConnector, HostOptions, SshConnectorMeans } from '../connect-options.ts';
import { sshServers } from '../ssh/servers.ts';
import { OpensshBastions, type OpensshHop } from './bastions.ts';
import { connectOpenssh } from './connect.ts';
import { SshClient, type SshLogin } from './ssh-client.ts';

/**
 * How hosts are connected to by the runner's own ssh. Nothing is started yet.
 * @throws Refusal when there is nothing to log in with.
 */
export async function opensshConnector(
  ssh: SshSettings,
  means: SshConnectorMeans,
  optionsOf: HostOptions,
  folder: PrivateFolder,
): Promise<HostConnector<RemoteHost>> {
  const client = new SshClient(folder, ssh.hostKeys.knownHosts, process.env);
  const login = await loginOf(ssh, means.log);
  const bastionLogin: SshLogin = ssh.bastionKey === undefined ? login : { with: ssh.bastionKey };
  const servers = sshServers(ssh, means);
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

/** What logs in. All that an agent of the user has is tried, certificates and keys in hardware too; the log names them. */
async function loginOf({ identity, certificate }: SshSettings, log: Log): Promise<SshLogin> {
  const line = certificate === undefined ? {} : { certificate };
  if (identity.kind === 'key') return { with: identity.key, ...line };
  const { socket } = identity;
  const blobs = await listIdentities(socket).catch((error: unknown) => {
    throw silentAgent(socket, error);
  });
  const keys = blobs.map((blob) => ({
    type: keyBlobType(blob) ?? 'unknown',
    fingerprint: fingerprint(blob),
  }));
  if (keys.length === 0) {
    throw agentRefusal(
      `the ssh-agent at ${socket} has no key.`,
      'no key was added to it (`ssh-add -l` shows them).',
    );
  }
  log.info(`Keys of the ssh-agent: ${keys.map(describeKey).join(', ')}.`);
  return { with: { socket, keys }, ...line };
}
