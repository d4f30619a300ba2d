import { sign, type KeyObject } from 'node:crypto';
import { nullValue, oid, sequence, type Asn1 } from './der.ts';
import { describeKey } from './keys.ts';
import { oids } from './oids.ts';

/** How a key signs a certificate. */
export interface SignatureAlgorithm {
  /** The digest's name for node:crypto. */
  readonly digest: 'sha256' | 'sha384' | 'sha512';
  /** The AlgorithmIdentifier that goes into the certificate. */
  readonly identifier: Asn1;
}

/**
 * Gives the algorithm that Go's x509.CreateCertificate picks for a signer's key (signingParamsForKey): the digest
 * follows the signer's curve, not the subject's key; RSA of any size signs with SHA-256.
 *
 * @throws Error for a key with which Go signs nothing (Ed25519 is left out because kubeadm refuses it).
 */
export function signatureAlgorithmOf(signer: KeyObject): SignatureAlgorithm {
  const name = describeKey(signer);
  if (name.startsWith('RSA-')) {
    // RFC 4055 wants the NULL for RSA, RFC 5758 wants no parameters for ECDSA.
    return { digest: 'sha256', identifier: sequence(oid(oids.sha256WithRsa), nullValue()) };
  }
  switch (name) {
    case 'ECDSA-P256':
      return { digest: 'sha256', identifier: sequence(oid(oids.ecdsaWithSha256)) };
    case 'ECDSA-P384':
      return { digest: 'sha384', identifier: sequence(oid(oids.ecdsaWithSha384)) };
    case 'ECDSA-P521':
      return { digest: 'sha512', identifier: sequence(oid(oids.ecdsaWithSha512)) };
    default:
      throw new Error(`a key of type ${name} cannot sign certificates for kubeadm`);
  }
}

/** Signs bytes; an ECDSA signature comes as the DER SEQUENCE that X.509 wants. */
export function signBytes(bytes: Uint8Array, signer: KeyObject, algorithm: SignatureAlgorithm): Buffer {
  return sign(algorithm.digest, bytes, signer);
}
