import { describeFinding } from '../../findings.ts';
import type { Log } from '../../log.ts';
import { acceptedKey } from '../keys/host-key.ts';
import { type HostKey, knownHostsLine } from '../keys/known-hosts.ts';

/** Who is told of a key that is taken although nothing is pinned. */
export interface AcceptedKeyOptions {
  readonly address: string;
  readonly port: number;
  readonly log: Log;
  /** Told the known_hosts line of the key. */
  readonly onAcceptedKey?: (line: string) => void;
}

/** Tells of a key that was taken, and that the host has proven to hold. */
export function tellAcceptedKey(
  { address, port, log, onAcceptedKey }: AcceptedKeyOptions,
  key: HostKey,
): void {
  log.warning(describeFinding(acceptedKey(key, { address, port })));
  onAcceptedKey?.(knownHostsLine(address, port, key));
}
