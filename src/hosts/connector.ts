import type { Log } from '../log.ts';
import type { HostSettings, SshSettings } from '../settings/settings.ts';
import { pinsFor } from './keys/host-pins.ts';
import { pinnedHost } from './keys/pinned-host.ts';
import { connectSsh2 } from './ssh2/connect.ts';
import type { Privilege } from './root-shell/root-shell.ts';
import type { Transport } from './transport.ts';

/** What a connection to the hosts needs besides the inputs. */
export interface ConnectorMeans {
  /** Whose bash runs scripts there. */
  readonly privilege: Privilege;
  readonly log: Log;
  /** Told the known_hosts line of each host key that is taken although nothing is pinned. */
  readonly onAcceptedKey?: (line: string) => void;
}

/** How each host is connected to, as the inputs say. */
export function connector(
  ssh: SshSettings,
  { privilege, log, onAcceptedKey }: ConnectorMeans,
): (host: HostSettings) => Promise<Transport> {
  return (host) => {
    const { name, address, login } = host;
    return connectSsh2({
      name: name ?? address,
      ...login,
      privilege,
      key: ssh.key,
      pins: pinsFor(ssh.hostKeys, pinnedHost(host)),
      log: log.host(name ?? address),
      ...(onAcceptedKey && { onAcceptedKey }),
    });
  };
}
