import type { KeyObject } from 'node:crypto';
import { commonNameOnly, signCertificate } from '../../src/pki/certificate.ts';
import { basicConstraints, keyUsage, subjectKeyIdentifier, type Extension } from '../../src/pki/structure.ts';
import { publicKeyOf } from '../../src/pki/keys.ts';
import { oids } from '../../src/pki/asn1.ts';
import type { PemSource } from '../../src/pki/pem-input.ts';

/** Creates a self-signed certificate like a CA's, with any faults. */
export function customCa(
  key: KeyObject,
  options: {
    readonly notBefore?: Date;
    readonly notAfter?: Date;
    /** Extensions by object identifier; undefined removes the usual one. */
    readonly extensions?: Readonly<Record<string, Extension | undefined>>;
  } = {},
): string {
  const publicKey = publicKeyOf(key);
  const extensions: Record<string, Extension | undefined> = {
    [oids.keyUsage]: keyUsage({ isCa: true }),
    [oids.basicConstraints]: basicConstraints({ isCa: true }),
    [oids.subjectKeyIdentifier]: subjectKeyIdentifier(publicKey),
    ...options.extensions,
  };
  const name = commonNameOnly('brought-ca');
  return signCertificate(
    {
      serial: 7n,
      issuer: name,
      subject: name,
      notBefore: options.notBefore ?? new Date('2026-01-01T00:00:00Z'),
      notAfter: options.notAfter ?? new Date('2036-01-01T00:00:00Z'),
      publicKey,
      extensions: Object.values(extensions).filter((extension) => extension !== undefined),
    },
    key,
  );
}

/** A time at which customCa's certificates are valid. */
export const now = new Date('2026-06-01T12:34:56.789Z');

/** Returns the text of the input ca-certificate. */
export function caCertificate(text: string): PemSource {
  return { name: 'ca-certificate', text };
}

/** Returns the text of the input ca-key. */
export function caKey(text: string): PemSource {
  return { name: 'ca-key', text };
}
