import { pinnedHost } from '../hosts/keys/pinned-host.ts';
import { parseHostKeys, type HostKeyInputs } from './parse-host-keys.ts';
import { parseKey, type Collected } from './parse-ssh.ts';
import type { HostSettings, SshSettings } from './settings.ts';

/** The inputs that say how hosts are got into, apart from where they are and as whom. */
export interface AccessInputs extends HostKeyInputs {
  readonly 'ssh-private-key': string;
  readonly 'ssh-key-passphrase': string;
}

/**
 * Reads how the hosts are got into.
 * @param hosts as far as they could be read.
 */
export function parseAccess(
  inputs: AccessInputs,
  hosts: readonly HostSettings[],
  collected: Collected,
): SshSettings | undefined {
  const key = parseKey(inputs['ssh-private-key'], inputs['ssh-key-passphrase'], collected);
  const hostKeys = parseHostKeys(inputs, hosts.map(pinnedHost), collected);
  return key === undefined || hostKeys === undefined ? undefined : { key, hostKeys };
}
