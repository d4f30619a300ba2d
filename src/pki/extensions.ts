import { createHash, type KeyObject } from 'node:crypto';
import type { AltName } from './alt-names.ts';
import {
  bitString,
  booleanTrue,
  children,
  content,
  decode,
  encode,
  implicit,
  octetString,
  oid,
  sequence,
  type Asn1,
} from './der.ts';
import { oids } from './oids.ts';

/** One certificate extension. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** The DER value inside the extension's OCTET STRING. */
  readonly value: Buffer;
}

/** Gives an extension as it stands in a certificate; `critical` is written only when true, as DER wants. */
export function extensionToAsn1(extension: Extension): Asn1 {
  const critical = extension.critical ? [booleanTrue()] : [];
  return sequence(oid(extension.oid), ...critical, octetString(extension.value));
}

/**
 * kubeadm's key usage, critical: digitalSignature and keyEncipherment (EC keys too), and keyCertSign for a CA; never
 * cRLSign (pki_helpers.go, NewSignedCert and NewSelfSignedCACert).
 */
export function keyUsage({ isCa }: { isCa: boolean }): Extension {
  // Bits 0 and 2, and 5 for a CA; trailing zero bits are unused bits (X.690, 11.2.2).
  const value = isCa ? bitString(Buffer.of(0b1010_0100), 2) : bitString(Buffer.of(0b1010_0000), 5);
  return { oid: oids.keyUsage, critical: true, value: encode(value) };
}

/** Extended key usage, not critical. */
export function extendedKeyUsage(usages: readonly string[]): Extension {
  return { oid: oids.extendedKeyUsage, critical: false, value: encode(sequence(...usages.map(oid))) };
}

/** Basic constraints, critical: an empty SEQUENCE in a leaf, cA TRUE without a path length in a CA. */
export function basicConstraints({ isCa }: { isCa: boolean }): Extension {
  return {
    oid: oids.basicConstraints,
    critical: true,
    value: encode(isCa ? sequence(booleanTrue()) : sequence()),
  };
}

/**
 * Subject key identifier: the first 160 bits of the SHA-256 of the public key's bits (RFC 7093, section 2, method 1).
 *
 * It is what Go 1.25 and later write, hence kubeadm from 1.35 on; kubeadm built with an older Go writes their SHA-1
 * (RFC 5280, 4.2.1.2). Any value serves, so long as the leaves repeat it.
 */
export function subjectKeyIdentifier(publicKey: KeyObject): Extension {
  const subjectPublicKey = children(decode(publicKey.export({ type: 'spki', format: 'der' })))[1];
  if (subjectPublicKey === undefined) throw new Error('a public key without its bits');
  // The first content byte of a BIT STRING counts unused bits; it is no part of the key.
  const bits = content(subjectPublicKey).subarray(1);
  const identifier = createHash('sha256').update(bits).digest().subarray(0, 20);
  return { oid: oids.subjectKeyIdentifier, critical: false, value: encode(octetString(identifier)) };
}

/** Authority key identifier: the CA's own subject key identifier as `[0] keyIdentifier`, nothing else. */
export function authorityKeyIdentifier(identifier: Uint8Array): Extension {
  return {
    oid: oids.authorityKeyIdentifier,
    critical: false,
    value: encode(sequence(implicit(0, identifier))),
  };
}

/** Subject alternative names in the order given; not critical, since the subject is never empty. */
export function subjectAltName(names: readonly AltName[]): Extension {
  const generalNames = names.map((name) =>
    // RFC 5280, 4.2.1.6: dNSName is [2], iPAddress is [7].
    name.type === 'DNS' ? implicit(2, Buffer.from(name.value, 'latin1')) : implicit(7, name.bytes),
  );
  return { oid: oids.subjectAltName, critical: false, value: encode(sequence(...generalNames)) };
}
