import type { KeyObject } from 'node:crypto';
import {
  bitString,
  decode,
  encode,
  explicit,
  integer,
  oid,
  sequence,
  set,
  text,
  time,
  type Asn1,
} from './der.ts';
import { extensionToAsn1, type Extension } from './extensions.ts';
import { oids } from './oids.ts';
import { encodePem } from './pem.ts';
import { signatureAlgorithmOf, signBytes } from './signature.ts';

/** What a certificate says, apart from its signature. */
export interface CertificateContents {
  readonly serial: bigint;
  readonly issuer: Asn1;
  readonly subject: Asn1;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The subject's key; a private key's public half is taken. */
  readonly publicKey: KeyObject;
  /** In the order in which they are written. */
  readonly extensions: readonly Extension[];
}

/**
 * Signs an X.509 version 3 certificate (RFC 5280, 4.1) and gives it as PEM. The signature algorithm follows the
 * signer's key, so any mix of RSA and EC keys takes this one path.
 *
 * @throws Error for a signer that is neither RSA nor EC on P-256, P-384 or P-521.
 */
export function signCertificate(contents: CertificateContents, signer: KeyObject): string {
  const algorithm = signatureAlgorithmOf(signer);
  const toBeSigned = sequence(
    explicit(0, integer(2n)),
    integer(contents.serial),
    algorithm.identifier,
    contents.issuer,
    sequence(time(contents.notBefore), time(contents.notAfter)),
    contents.subject,
    decode(contents.publicKey.export({ type: 'spki', format: 'der' })),
    explicit(3, sequence(...contents.extensions.map(extensionToAsn1))),
  );
  const signature = signBytes(encode(toBeSigned), signer, algorithm);
  return encodePem('CERTIFICATE', encode(sequence(toBeSigned, algorithm.identifier, bitString(signature))));
}

/** Gives a distinguished name that holds a common name only, as all of kubeadm's etcd certificates have. */
export function commonNameOnly(commonName: string): Asn1 {
  return sequence(set(sequence(oid(oids.commonName), text(commonName))));
}
