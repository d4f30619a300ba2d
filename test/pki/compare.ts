import { createHash, X509Certificate } from 'node:crypto';
import {
  type Asn1,
  children,
  content,
  decode,
  encode,
  isContext,
  oidName,
  oids,
} from '../../src/pki/asn1.ts';
import { type Extension, parseStructure, subjectKeyIdentifierOf } from '../../src/pki/structure.ts';
import { encodePem } from '../../src/pki/pem.ts';

/** A certificate to compare, with its issuer's certificate (itself for a CA). */
export interface ComparedCertificate {
  readonly certificatePem: string;
  readonly issuerPem: string;
}

/**
 * Lists every difference between two certificates that different tools issued for the same purpose. Compares them as
 * encoded, down to string types and the order of extensions, except the parts that must differ: key, serial number and
 * signature (their form is compared), the times (their types and the duration are compared), key identifiers (their
 * presence, length and match with the issuer's are compared).
 */
export function certificateDifferences(ours: ComparedCertificate, theirs: ComparedCertificate): string[] {
  const [left, right] = [describe(ours), describe(theirs)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((field) => left.get(field) !== right.get(field))
    .map((field) => `${field}: ${left.get(field) ?? '(absent)'} / ${right.get(field) ?? '(absent)'}`);
}

/** Returns the comparable value of each field. */
function describe({ certificatePem, issuerPem }: ComparedCertificate): Map<string, string> {
  const certificate = new X509Certificate(certificatePem);
  const issuer = new X509Certificate(issuerPem);
  const structure = parseStructure(certificate.raw);
  const [, outerAlgorithm, signature] = children(decode(certificate.raw));
  const [keyAlgorithm, key] = children(structure.subjectPublicKeyInfo);
  if (!outerAlgorithm || !signature || !keyAlgorithm || !key) throw new Error('a certificate lacks a field');
  const issuerKeyIdentifier = subjectKeyIdentifierOf(parseStructure(issuer.raw));
  return new Map([
    ['PEM', certificatePem === encodePem('CERTIFICATE', certificate.raw) ? 'as Go writes it' : 'otherwise'],
    ['version', `${structure.version}`],
    [
      'serial number',
      structure.serial > 0n && structure.serial < 2n ** 63n - 1n ? 'in range' : 'out of range',
    ],
    ['signature algorithm', hex(structure.signatureAlgorithm)],
    ['signature algorithm outside', hex(outerAlgorithm)],
    ['signature', certificate.verify(issuer.publicKey) ? 'valid' : 'invalid'],
    ['issuer', hex(structure.issuer)],
    ['subject', hex(structure.subject)],
    ['notBefore type', `${structure.notBefore.type}, ${content(structure.notBefore).length} bytes`],
    ['notAfter type', `${structure.notAfter.type}, ${content(structure.notAfter).length} bytes`],
    [
      'duration in seconds',
      `${(certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 1000}`,
    ],
    ['public key algorithm', hex(keyAlgorithm)],
    ['public key length', `${content(key).length} bytes`],
    ['public exponent', `${certificate.publicKey.asymmetricKeyDetails?.publicExponent ?? 'none'}`],
    ['extensions', structure.extensions.map(({ oid }) => oidName(oid)).join(', ')],
    ...structure.extensions.map(
      (extension) => [oidName(extension.oid), describeExtension(extension, issuerKeyIdentifier)] as const,
    ),
  ]);
}

function describeExtension(
  { oid, critical, value }: Extension,
  issuerKeyIdentifier: Buffer | undefined,
): string {
  const criticality = critical ? 'critical' : 'not critical';
  switch (oid) {
    case oids.subjectKeyIdentifier:
      return `${criticality}, ${content(decode(value)).length} bytes`;
    case oids.authorityKeyIdentifier: {
      const parts = children(decode(value)).map((part) =>
        isContext(part, 0) && issuerKeyIdentifier?.equals(content(part)) === true
          ? "the issuer's subject key identifier"
          : hex(part),
      );
      return `${criticality}, ${parts.join(', ')}`;
    }
    default:
      return `${criticality}, ${value.toString('hex')}`;
  }
}

function hex(value: Asn1): string {
  return encode(value).toString('hex');
}

/**
 * Returns the digest with which a CA's subject key identifier was computed from its key: Go's since 1.25, Go's before,
 * or neither.
 */
export function subjectKeyIdentifierMethod(caPem: string): 'sha256' | 'sha1' | 'other' {
  const certificate = new X509Certificate(caPem);
  const structure = parseStructure(certificate.raw);
  const key = children(structure.subjectPublicKeyInfo)[1];
  if (key === undefined) throw new Error('a public key without its bits');
  const identifier = subjectKeyIdentifierOf(structure);
  const method = (['sha256', 'sha1'] as const).find((digest) =>
    createHash(digest)
      .update(content(key).subarray(1))
      .digest()
      .subarray(0, 20)
      .equals(identifier ?? Buffer.alloc(0)),
  );
  return method ?? 'other';
}
