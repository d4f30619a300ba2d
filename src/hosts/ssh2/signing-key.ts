import type { ParsedKey } from 'ssh2';

/**
 * ssh2 signs with SHA-1 when a server does not name the signatures it takes (RFC 8308, server-sig-algs).
 * Such a login is refused instead.
 * @param onRefused called when a signature with SHA-1 was asked for.
 */
export function withoutSha1(key: ParsedKey, onRefused: () => void): ParsedKey {
  // A derived object, because ssh2 recognises its keys by a hidden property.
  return Object.create(key, {
    sign: {
      value: (data: Buffer, hash?: string): Buffer | Error => {
        if (hash !== 'sha1') return key.sign(data, hash);
        onRefused();
        return new Error('SHA-1 signatures are not made');
      },
    },
  }) as ParsedKey;
}
