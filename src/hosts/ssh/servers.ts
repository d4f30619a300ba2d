import type { RemoteHost, SshSettings } from '../../settings/settings.ts';
import type { SshConnectorMeans } from '../connector.ts';
import { pinsFor } from '../keys/host-pins.ts';
import { pinnedHost } from '../keys/pinned-host.ts';
import type { PatientOptions } from './connect-patiently.ts';

/** What is the same of a server whichever client of SSH connects to it: all but what logs in there. */
export type ServerOptions = PatientOptions & Pick<SshConnectorMeans, 'onAcceptedKey'>;

/** The servers of a run, as the inputs describe them. */
export interface SshServers {
  /** The jumps on the way to every host, in order. */
  readonly bastions: readonly ServerOptions[];
  /** A host, but for its name and log, which every transport has. */
  readonly ofHost: (host: RemoteHost) => Omit<ServerOptions, 'name' | 'log'>;
}

/** The servers that are connected to by SSH: where they are, what is pinned of them, and how long connecting may take. */
export function sshServers(
  { bastions, hostKeys, connectTimeoutSeconds }: SshSettings,
  { log, onAcceptedKey }: SshConnectorMeans,
): SshServers {
  const common = {
    connectTimeoutMs: connectTimeoutSeconds * 1000,
    ...(onAcceptedKey && { onAcceptedKey }),
  };
  return {
    bastions: bastions.map((login) => ({
      ...login,
      name: `bastion ${login.address}`,
      portInput: 'ssh-bastion',
      pins: pinsFor(hostKeys, { ...login, aliases: [] }),
      log: log.host(`bastion ${login.address}`),
      ...common,
    })),
    ofHost: (host) => ({ ...host.login, pins: pinsFor(hostKeys, pinnedHost(host)), ...common }),
  };
}
