import type { HostSettings } from '../inputs/settings.ts';
import type { Log } from '../runner/log.ts';
import type { LinkedTransportOptions } from './linked-transport.ts';
import type { Transport } from './transport.ts';

/** What of it SSH needs. */
export interface SshConnectorMeans {
  readonly log: Log;
  /** Told the known_hosts line of each host key that is taken although nothing is pinned. */
  readonly onAcceptedKey?: (line: string) => void;
}

/** How hosts are connected to. */
export interface HostConnector<Host = HostSettings> {
  /** Opens the one connection to a host. @throws HostError */
  readonly connect: (host: Host) => Promise<Transport>;
  /** Ends what the connections have in common; they must have ended before. */
  readonly close: () => Promise<void>;
}

/** What a transport has to know of a host, however that is reached. */
export type HostOptions = (host: HostSettings) => Omit<LinkedTransportOptions, 'user'>;
