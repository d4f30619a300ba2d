import type { Duplex } from 'node:stream';

import type { OpenSession } from './root-shell/session.ts';
import type { TransportStatistics } from './transport.ts';

/** An open connection to one host, below a transport. It opens channels and does not know scripts. */
export interface Link {
  /** The host is the machine that this runs on. */
  readonly isHere: boolean;
  /** Starts a command on the host. */
  readonly openSession: OpenSession;
  /**
   * Opens a byte stream to a TCP port, connected to from the host.
   * @throws ChannelError
   */
  openTcp(address: string, port: number): Promise<Duplex>;
  /** Reason for the end of the link; undefined while it is open. */
  readonly lostBecause: string | undefined;
  /** Resolves when the link has ended and all received data has been delivered. */
  readonly whenLost: Promise<void>;
  /** The traffic so far; callers count the channels. */
  statistics(): Omit<TransportStatistics, 'channels'>;
  /** Ends the link; resolves when it has ended. Call it once. */
  close(): Promise<void>;
}

/** A refused channel. */
export type ChannelError = Error & {
  /** One of `OPEN_FAILURE`, if the host gave a reason. */
  readonly reason?: unknown;
};

/** Reason codes of a refused channel (RFC 4254 §5.1). */
export const OPEN_FAILURE = { prohibited: 1, connectFailed: 2 } as const;
