import type { Duplex } from 'node:stream';

import type { OpenSession } from './root-shell/session.ts';
import type { TransportStatistics } from './transport.ts';

/** A way to one host that is open: what a transport is made of. It knows of channels, and nothing of scripts. */
export interface Link {
  /** Whether the host is the machine that this runs on. */
  readonly isHere: boolean;
  /** Starts a command there. */
  readonly openSession: OpenSession;
  /**
   * A byte stream to a TCP port, connected to from the host.
   * @throws ChannelError
   */
  openTcp(address: string, port: number): Promise<Duplex>;
  /** Why it is not open any more; undefined while it is. */
  readonly lostBecause: string | undefined;
  /** Resolves when it is not open any more, and everything that came over it has been told. */
  readonly whenLost: Promise<void>;
  /** What went over it; channels are counted by whoever opens them. */
  statistics(): Omit<TransportStatistics, 'channels'>;
  /** Ends it; resolves when it has ended. Called once. */
  close(): Promise<void>;
}

/** A refused channel. */
export type ChannelError = Error & {
  /** One of `OPEN_FAILURE`, if the host gave a reason. */
  readonly reason?: unknown;
};

/** Reason codes of a refused channel (RFC 4254 §5.1). */
export const OPEN_FAILURE = { prohibited: 1, connectFailed: 2 } as const;
