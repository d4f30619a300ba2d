import type { HostSettings } from '../inputs/settings.ts';
import type { Log } from '../runner/log.ts';
import type { LinkedTransportOptions } from './linked-transport.ts';
import type { Transport } from './transport.ts';

/** The part of it that SSH needs. */
export interface SshConnectorDeps {
  readonly log: Log;
  /** Receives the known_hosts line of each host key that was accepted without a pin. */
  readonly onAcceptedKey?: (line: string) => void;
}

/** Connects to the hosts. */
export interface HostConnector<Host = HostSettings> {
  /** Opens the one connection to a host. @throws HostError */
  readonly connect: (host: Host) => Promise<Transport>;
  /** Closes everything that the connections share; they must have ended before. */
  readonly close: () => Promise<void>;
}

/** Returns a transport's settings for a host that do not depend on the kind of link. */
export type HostOptions = (host: HostSettings) => Omit<LinkedTransportOptions, 'user'>;
