import { LinkedTransport, type LinkedTransportOptions } from '../linked-transport.ts';
import { connectPatiently, type PatientOptions } from '../ssh/connect-patiently.ts';
import type { Transport } from '../transport.ts';
import { type Dial, dialTcp } from './dial.ts';
import { logIn, type LoginOptions } from './log-in.ts';
import type { Ssh2Link } from './ssh2-link.ts';

/** An SSH server, and how to log in there. */
export interface ConnectOptions extends LoginOptions, PatientOptions {
  /** How it is reached. Default: straight from this machine. */
  readonly dial?: Dial;
}

/** A host, how to log in, and what is known of it. */
export type Ssh2ConnectOptions = ConnectOptions & LinkedTransportOptions;

/**
 * Opens the one connection to a host and logs in.
 * @throws HostError that says why there is no connection.
 */
export async function connectSsh2(options: Ssh2ConnectOptions): Promise<Transport> {
  return new LinkedTransport(options, await openLink(options));
}

/**
 * Connects to an SSH server and logs in.
 * @throws HostError that says why there is no connection.
 */
export function openLink(options: ConnectOptions): Promise<Ssh2Link> {
  const { dial = dialTcp } = options;
  return connectPatiently<Ssh2Link>(options, options.credential, async (limits) => {
    const dialed = await dial(options, limits.deadline, limits.limitMs);
    return 'failure' in dialed ? dialed : logIn(options, { stream: dialed.stream, ...limits });
  });
}
