import type { KeyObject, X509Certificate } from 'node:crypto';
import { errorMessage, type Finding } from '../findings.ts';
import { formatAltName, parseAltName, type AltName } from './alt-names.ts';
import { extendedKeyUsagesOf, isCa, keyUsagesOf, pathLengthOf } from './extension-values.ts';
import { describeKey } from './keys.ts';
import {
  describeSubtrees,
  forbiddenNames,
  nameConstraintsOf,
  type NameConstraints,
} from './name-constraints.ts';
import { oidName, oids } from './oids.ts';
import { parseStructure, type CertificateStructure } from './structure.ts';

/** Extensions that Go's crypto/x509 understands in a CA; an unknown critical one makes every chain through it invalid. */
const understood: readonly string[] = [
  oids.subjectKeyIdentifier,
  oids.keyUsage,
  oids.subjectAltName,
  oids.basicConstraints,
  oids.authorityKeyIdentifier,
  oids.extendedKeyUsage,
  oids.certificatePolicies,
  oids.crlDistributionPoints,
  oids.inhibitAnyPolicy,
  oids.nameConstraints, // judged apart
];

/** Why a certificate cannot be the CA of an etcd cluster; none means that it can. */
export function authorityFindings(at: string, certificate: X509Certificate, now: Date): Finding[] {
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
    ...formFindings(at, structure),
    ...validityFindings(at, certificate, now),
    ...keyFindings(at, certificate.publicKey),
  ];
}

/** Why names cannot stand in a certificate of this CA: its name constraints, if it has any, forbid them. */
export function nameFindings(at: string, certificate: X509Certificate, names: readonly AltName[]): Finding[] {
  const constraints = constraintsOf(certificate);
  if (constraints === undefined) return [];
  const forbidden = forbiddenNames(constraints, names).map(formatAltName);
  if (forbidden.length === 0) return [];
  const { permitted, excluded } = constraints;
  const words = [
    ...(permitted.length === 0 ? [] : [`permitted ${describeSubtrees(permitted)}`]),
    ...(excluded.length === 0 ? [] : [`excluded ${describeSubtrees(excluded)}`]),
  ].join('; ');
  return [
    {
      at,
      fact: `It has name constraints (${words}) that do not allow ${forbidden.join(', ')}, which etcd's certificates need.`,
      cause: 'it is a CA for the names of one domain.',
      fix: 'Use a CA without name constraints, or one that allows localhost, 127.0.0.1, ::1 and the names and addresses of all members.',
    },
  ];
}

/** Malformed ones are told of by {@link authorityFindings}. */
function constraintsOf(certificate: X509Certificate): NameConstraints | undefined {
  try {
    return nameConstraintsOf(parseStructure(certificate.raw));
  } catch {
    return undefined;
  }
}

/** Names that stand in every server and peer certificate, whatever the member's (pki_helpers.go, getAltNames). */
export const NAMES_OF_ALL: readonly AltName[] = ['localhost', '127.0.0.1', '::1'].map(parseAltName);

/**
 * What is wrong with the certificates above a CA. Nobody needs them where the CA itself is trusted, but programs that
 * look up as far as they can refuse what a bad one is in.
 * @param issuers from the CA's own issuer upwards.
 */
export function issuerFindings(at: string, issuers: readonly X509Certificate[], now: Date): Finding[] {
  return issuers.flatMap((issuer, index) => {
    const above = [
      ...authorityFindings(at, issuer, now),
      ...nameFindings(at, issuer, NAMES_OF_ALL),
      ...pathFindings(at, issuer, index + 1),
    ];
    return above.map(({ fact, cause }) => ({
      at,
      fact: `Above the CA, ${issuer.subject.replaceAll('\n', ', ')}: ${fact}`,
      ...(cause === undefined ? {} : { cause }),
      fix: 'Give a chain that is good, or ca-certificate without it: hosts get the certificate of the CA alone.',
    }));
  });
}

/** @param below how many CAs stand below it in this chain. */
function pathFindings(at: string, certificate: X509Certificate, below: number): Finding[] {
  const most = pathLengthOf(parseStructure(certificate.raw));
  if (most === undefined || below <= most) return [];
  return [
    {
      at,
      fact: `It allows ${most} CAs below itself (its path length constraint), and this chain has ${below}.`,
      cause: 'the CA was made below one that must not have CAs below it.',
      fix: '',
    },
  ];
}

/** What Go's parser refuses of a certificate that is good DER. */
function formFindings(at: string, structure: CertificateStructure): Finding[] {
  const problems: string[] = [];
  if (structure.serial < 0n) problems.push('its serial number is negative');
  if (structure.extensions.some(({ oid, critical }) => oid === oids.subjectKeyIdentifier && critical))
    problems.push('its subject key identifier is marked critical');
  try {
    const { permitted = [], excluded = [] } = nameConstraintsOf(structure) ?? {};
    if ([...permitted, ...excluded].some(({ type }) => type === 'unknown'))
      problems.push('it has name constraints for names of a kind that Go and OpenSSL do not both know');
  } catch (error) {
    problems.push(errorMessage(error));
  }
  return problems.map((problem) => ({
    at,
    fact: `kubeadm and etcd would not take it: ${problem}.`,
    cause: 'it was made by a tool that does not keep to RFC 5280.',
    fix: 'Make the CA anew with a current tool.',
  }));
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
  const unknown = structure.extensions.filter(({ oid, critical }) => critical && !understood.includes(oid));
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

/** Why a CA's key cannot be used: kubeadm, Go and the runner's OpenSSL all have to sign and verify with it. */
export function keyFindings(at: string, key: KeyObject): Finding[] {
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
