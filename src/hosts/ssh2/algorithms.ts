import type { Algorithms } from 'ssh2';

import { hostKeyAlgorithms } from '../ssh/host-key-types.ts';

/**
 * What we offer, best first. Left out of ssh2's own list: everything with SHA-1 (`ssh-rsa` signatures,
 * `hmac-sha1`), key exchange in groups below 2048 bits and group exchange, which costs a round trip more.
 * All OpenSSH servers since 6.5 (2014) find something here; ssh2 has no post-quantum key exchange.
 */
const KEX: NonNullable<Algorithms['kex']> = [
  'curve25519-sha256', // every OpenSSH server's default
  'curve25519-sha256@libssh.org', // the same under its name before RFC 8731
  'ecdh-sha2-nistp256', // servers in FIPS mode have no Curve25519
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group16-sha512', // servers hardened against elliptic curves; 4096 bits
  'diffie-hellman-group14-sha256', // 2048 bits
];

const CIPHERS: NonNullable<Algorithms['cipher']> = [
  'aes128-gcm@openssh.com', // authenticated, in hardware, and not touched by Terrapin (CVE-2023-48795)
  'aes256-gcm@openssh.com',
  'aes128-ctr', // with one of the MACs below
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com', // last: ssh2 computes it in JavaScript and WebAssembly
];

const MACS: NonNullable<Algorithms['hmac']> = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256', // servers without encrypt-then-mac
  'hmac-sha2-512',
];

/** The algorithms to offer, with host keys of these types, best first. */
export function offeredAlgorithms(hostKeyTypes: readonly string[]): Algorithms {
  return {
    kex: KEX,
    serverHostKey: hostKeyAlgorithms(hostKeyTypes),
    cipher: CIPHERS,
    hmac: MACS,
    compress: ['none'],
  };
}
