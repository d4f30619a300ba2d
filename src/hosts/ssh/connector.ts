import type { Log } from '../../log.ts';
import type { HostSettings, SshSettings } from '../../settings/settings.ts';
import type { Transport } from '../transport.ts';
import { connectSsh } from './connect.ts';

/** How each host is connected to, as the inputs say. */
export function connector(ssh: SshSettings, log: Log): (host: HostSettings) => Promise<Transport> {
  return ({ name, address }) =>
    connectSsh({
      name: name ?? address,
      address,
      port: ssh.port,
      user: ssh.user,
      key: ssh.key,
      knownHosts: ssh.knownHosts,
      log: log.host(name ?? address),
    });
}
