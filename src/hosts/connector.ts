import type { Log } from '../log.ts';
import type { HostSettings, SshSettings } from '../settings/settings.ts';
import type { Transport } from './transport.ts';
import { connectSsh2 } from './ssh2/connect.ts';
import type { Privilege } from './root-shell/root-shell.ts';

/** How each host is connected to, as the inputs say. @param privilege whose bash runs scripts there. */
export function connector(
  ssh: SshSettings,
  privilege: Privilege,
  log: Log,
): (host: HostSettings) => Promise<Transport> {
  return ({ name, address, login }) =>
    connectSsh2({
      name: name ?? address,
      ...login,
      privilege,
      key: ssh.key,
      knownHosts: ssh.knownHosts,
      log: log.host(name ?? address),
    });
}
