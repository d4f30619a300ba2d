/** Signatures of host keys by the type of key that makes them; an `ssh-rsa` key signs with SHA-2 only. */
const SIGNATURES = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
} as const;

type Signature = (typeof SIGNATURES)[keyof typeof SIGNATURES][number];

/** Types of host keys that can be verified, best first, as key blobs name themselves. */
export const HOST_KEY_TYPES: readonly string[] = Object.keys(SIGNATURES);

/** How host keys of these types prove themselves, in the names that a handshake has for it, best first. */
export function hostKeyAlgorithms(types: readonly string[]): Signature[] {
  const known: Readonly<Record<string, readonly Signature[]>> = SIGNATURES;
  return types.flatMap((type) => known[type] ?? []);
}
