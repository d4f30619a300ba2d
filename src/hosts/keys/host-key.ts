import { timingSafeEqual } from 'node:crypto';

import type { Finding } from '../../findings.ts';
import { type HostKey, type KnownKeys, knownHostsLine } from './known-hosts.ts';
import { fingerprint, keyBlobType } from './wire.ts';

const INPUT = 'ssh-known-hosts';

/**
 * Compares the key that a host shows with the ones known for it.
 * @param blob the offered public key in SSH wire form.
 * @returns undefined when it is known, else why the host is refused.
 */
export function hostKeyRefusal(
  known: KnownKeys,
  blob: Buffer,
  host: { readonly address: string; readonly port: number },
): Omit<Finding, 'host' | 'at'> | undefined {
  const offered: HostKey = { type: keyBlobType(blob) ?? 'unknown', blob };
  if (known.revoked.some((key) => sameBlob(key.blob, blob))) {
    return {
      fact: `the host shows the key ${describe(offered)}, which ${INPUT} marks @revoked.`,
      cause: 'the key is known to be stolen or retired, and the host still uses it, or someone else does.',
      fix: 'give the host new keys (`ssh-keygen -A` after removing the old files) and list the new one.',
    };
  }
  if (known.keys.some((key) => sameBlob(key.blob, blob))) return undefined;
  return known.keys.length === 0 ? unknownHost(offered, host) : changedKey(offered, known.keys, host);
}

function unknownHost(
  offered: HostKey,
  { address, port }: { address: string; port: number },
): Omit<Finding, 'at'> {
  return {
    fact: `${INPUT} has no key for ${address}${port === 22 ? '' : ` port ${port}`}; the host shows ${describe(offered)}.`,
    cause: 'the host is new in the list, or its line is for another name or port.',
    fix: `${compare(offered)} If they are equal, add this line to ${INPUT}: ${knownHostsLine(address, port, offered)}`,
  };
}

function changedKey(
  offered: HostKey,
  expected: readonly HostKey[],
  { address, port }: { address: string; port: number },
): Omit<Finding, 'at'> {
  return {
    fact: `the host shows the key ${describe(offered)}; ${INPUT} expects ${expected.map(describe).join(' or ')}.`,
    cause: 'the host was installed anew, its address went to another machine, or someone is in between.',
    fix: `${compare(offered)} Only if they are equal, put this line in place of the old ones: ${knownHostsLine(address, port, offered)}`,
  };
}

function compare(offered: HostKey): string {
  const file = /ed25519/.test(offered.type) ? 'ed25519' : /ecdsa/.test(offered.type) ? 'ecdsa' : 'rsa';
  return `compare the fingerprint with what \`ssh-keygen -lf /etc/ssh/ssh_host_${file}_key.pub\` prints on the host's console.`;
}

function describe(key: HostKey): string {
  return `${key.type} ${fingerprint(key.blob)}`;
}

function sameBlob(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
