import type { KeyObject, X509Certificate } from 'node:crypto';
import { describeFinding, errorMessage, type Finding } from '../findings.ts';
import { authorityOf, type Authority, type SigningAuthority } from './authority.ts';
import { extendedKeyUsagesOf, isCa, keyUsagesOf } from './extension-values.ts';
import { describeKey } from './keys.ts';
import { oidName, oids } from './oids.ts';
import { readCertificate, readPrivateKey, type PemSource } from './pem-input.ts';
import { parseStructure, type CertificateStructure } from './structure.ts';

/** A CA that was brought by the user or found on a host cannot be used. */
export class AuthorityError extends Error {
  override readonly name = 'AuthorityError';
  /** Everything that is wrong with certificate and key. */
  readonly reasons: readonly Finding[];

  constructor(reasons: readonly Finding[]) {
    super(reasons.map(describeFinding).join('\n'));
    this.reasons = reasons;
  }
}

/**
 * Reads a CA certificate whose key is not needed.
 *
 * A CA that is not self-signed is accepted, as kubeadm and etcd accept it; node:tls verifies against it only with
 * `allowPartialTrustChain: true`.
 *
 * @throws AuthorityError with all findings.
 */
export function readAuthority(certificate: PemSource, now: Date): Authority {
  const read = readCertificate(certificate);
  if (read.value === undefined) throw new AuthorityError(read.findings);
  const findings = authorityFindings(certificate.name, read.value.certificate, now);
  if (findings.length > 0) throw new AuthorityError(findings);
  return authorityOf(read.value.pem);
}

/**
 * Reads a CA certificate with its private key.
 *
 * @throws AuthorityError with all findings of both.
 */
export function readSigningAuthority(certificate: PemSource, key: PemSource, now: Date): SigningAuthority {
  const readCa = readCertificate(certificate);
  const readKey = readPrivateKey(key);
  const findings = [...readCa.findings, ...readKey.findings];
  if (readCa.value !== undefined) {
    findings.push(...authorityFindings(certificate.name, readCa.value.certificate, now));
  }
  if (readKey.value !== undefined) findings.push(...keyFindings(key.name, readKey.value));
  if (readCa.value !== undefined && readKey.value !== undefined) {
    findings.push(...pairFindings(certificate.name, readCa.value.certificate, key.name, readKey.value));
  }
  if (findings.length > 0 || readCa.value === undefined || readKey.value === undefined) {
    throw new AuthorityError(findings);
  }
  return { ...authorityOf(readCa.value.pem), key: readKey.value };
}

/** Extensions that Go's crypto/x509 understands in a CA; an unknown critical one makes every chain through it invalid. */
const understood: readonly string[] = [
  oids.subjectKeyIdentifier,
  oids.keyUsage,
  oids.subjectAltName,
  oids.basicConstraints,
  oids.authorityKeyIdentifier,
  oids.extendedKeyUsage,
];

function authorityFindings(at: string, certificate: X509Certificate, now: Date): Finding[] {
  let structure: CertificateStructure;
  try {
    structure = parseStructure(certificate.raw);
  } catch (error) {
    return [
      {
        at,
        fact: `The certificate is not well-formed (${errorMessage(error)}); kubeadm and etcd would refuse it.`,
        cause: 'it was made by a tool that does not keep to DER.',
        fix: 'Make the CA anew with a current tool.',
      },
    ];
  }
  return [
    ...caFindings(at, structure),
    ...limitFindings(at, structure),
    ...validityFindings(at, certificate, now),
    ...keyFindings(at, certificate.publicKey),
  ];
}

function caFindings(at: string, structure: CertificateStructure): Finding[] {
  const findings: Finding[] = [];
  if (!isCa(structure)) {
    findings.push({
      at,
      fact: 'It is not the certificate of a CA (its basicConstraints do not say CA:TRUE).',
      cause: 'a server or client certificate was given.',
      fix: "Give the CA's own certificate (etcd/ca.crt).",
    });
  }
  const usages = keyUsagesOf(structure);
  if (usages !== undefined && !usages.includes('keyCertSign')) {
    findings.push({
      at,
      fact: `It must not sign certificates (its key usage is ${usages.join(', ')}, without keyCertSign).`,
      cause: 'a server or client certificate was given, or the CA was made with too narrow a key usage.',
      fix: 'Give a CA certificate that has keyCertSign.',
    });
  }
  return findings;
}

function limitFindings(at: string, structure: CertificateStructure): Finding[] {
  const findings: Finding[] = [];
  const usages = extendedKeyUsagesOf(structure);
  const missing = ['serverAuth', 'clientAuth'].filter((usage) => usages?.includes(usage) === false);
  if (missing.length > 0 && usages?.includes('anyExtendedKeyUsage') !== true) {
    findings.push({
      at,
      fact: `It limits what its certificates may be used for (extended key usage without ${missing.join(' and ')}); etcd's members are servers and clients of each other.`,
      cause: 'it is a CA for servers or for clients only.',
      fix: 'Use a CA without that limit.',
    });
  }
  if (structure.extensions.some((extension) => extension.oid === oids.nameConstraints)) {
    findings.push({
      at,
      fact: 'It has name constraints; etcd\'s certificates need "localhost", 127.0.0.1 and ::1 beside each member\'s own name and address.',
      cause: 'it is a CA for the names of one domain.',
      fix: 'Use a CA without name constraints.',
    });
  }
  const unknown = structure.extensions.filter(
    ({ oid, critical }) => critical && oid !== oids.nameConstraints && !understood.includes(oid),
  );
  if (unknown.length > 0) {
    findings.push({
      at,
      fact: `It has a critical extension that etcd and kubeadm do not know (${unknown.map(({ oid }) => oidName(oid)).join(', ')}); they would refuse every certificate that it signs.`,
      cause: 'it was made for another purpose.',
      fix: 'Use a CA without it.',
    });
  }
  return findings;
}

function validityFindings(at: string, certificate: X509Certificate, now: Date): Finding[] {
  if (now > certificate.validToDate) {
    return [
      {
        at,
        fact: `The certificate expired on ${certificate.validToDate.toISOString()} (it is ${now.toISOString()}).`,
        cause: 'it was not replaced in time, or a clock is wrong.',
        fix: 'Give a CA that is valid.',
      },
    ];
  }
  if (now < certificate.validFromDate) {
    return [
      {
        at,
        fact: `The certificate is not valid before ${certificate.validFromDate.toISOString()} (it is ${now.toISOString()}).`,
        cause: 'a clock is wrong, here or where the CA was made.',
        fix: 'Set the clock, or give a CA that is valid.',
      },
    ];
  }
  return [];
}

/** What kubeadm, Go and the runner's OpenSSL can all sign and verify with. */
function keyFindings(at: string, key: KeyObject): Finding[] {
  const algorithm = describeKey(key);
  if (/^ECDSA-P(256|384|521)$/.test(algorithm)) return [];
  if (!algorithm.startsWith('RSA-')) {
    return [
      {
        at,
        fact: `Its key is of type ${algorithm}; kubeadm takes RSA keys, and ECDSA keys on P-256, P-384 or P-521.`,
        cause: 'it was made for another purpose.',
        fix: 'Use a CA with such a key.',
      },
    ];
  }
  if (Number(algorithm.slice('RSA-'.length)) < 2048) {
    return [
      {
        at,
        fact: `Its key is of type ${algorithm}; OpenSSL 3 refuses TLS with RSA keys below 2048 bits.`,
        cause: 'it is an old one.',
        fix: 'Use a CA with a longer key.',
      },
    ];
  }
  return [];
}

function pairFindings(
  certificateName: string,
  certificate: X509Certificate,
  keyName: string,
  key: KeyObject,
): Finding[] {
  if (certificate.checkPrivateKey(key)) return [];
  return [
    {
      at: keyName,
      fact: `The key does not belong to ${certificateName}: their public keys differ.`,
      cause: 'one of the two is of an older CA.',
      fix: 'Give the key that the certificate was made with.',
    },
  ];
}
