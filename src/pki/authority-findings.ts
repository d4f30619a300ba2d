import type { KeyObject, X509Certificate } from 'node:crypto';
import { errorMessage, type Finding } from '../findings.ts';
import { formatAltName, parseAltName, type AltName } from './alt-names.ts';
import {
  type CertificateStructure,
  extendedKeyUsagesOf,
  isCa,
  keyUsagesOf,
  parseStructure,
  pathLengthOf,
} from './structure.ts';
import { parseAsGo } from './go/certificate.ts';
import { GoParseError } from './go/der-reader.ts';
import { inspectCertificate, subjectInWords } from './inspect.ts';
import { describeKey } from './keys.ts';
import {
  describeSubtrees,
  forbiddenNames,
  nameConstraintsOf,
  type NameConstraints,
} from './name-constraints.ts';
import { oidName, oids } from './asn1.ts';

/**
 * Extensions that Go handles only since 1.24. The oldest supported releases of kubeadm and etcd are built with an older
 * Go, and refuse any chain in which one of these is critical.
 */
const SINCE_GO_1_24: readonly string[] = [oids.policyMappings, oids.policyConstraints, oids.inhibitAnyPolicy];

/** Returns the reasons why a certificate cannot be the CA of an etcd cluster; none if it can. */
export function authorityFindings(at: string, certificate: X509Certificate, now: Date): Finding[] {
  const refused = formFindings(at, certificate);
  if (refused.length > 0) return refused;
  let structure: CertificateStructure;
  try {
    structure = parseStructure(certificate.raw);
    inspectCertificate(certificate.toString());
  } catch (error) {
    return [
      {
        code: 'ca-not-well-formed',
        at,
        fact: `The certificate is not well-formed (${errorMessage(error)}); the action cannot issue certificates from it.`,
        cause: 'the tool that made it does not follow DER.',
        fix: 'Create the CA again with a current tool.',
      },
    ];
  }
  return [
    ...caFindings(at, structure),
    ...limitFindings(at, structure),
    ...extensionFindings(at, certificate, structure),
    ...constraintFindings(at, structure),
    ...validityFindings(at, certificate, now),
    ...keyFindings(at, certificate.publicKey),
  ];
}

/**
 * Returns the reasons why a certificate of this CA cannot contain these names: the CA's name constraints forbid them.
 */
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
      code: 'ca-unsuitable',
      at,
      fact: `It has name constraints (${words}) that do not allow ${forbidden.join(', ')}, which etcd's certificates need.`,
      cause: 'it is a CA for the names of one domain.',
      fix: 'Use a CA without name constraints, or one that allows localhost, 127.0.0.1, ::1 and the names and addresses of all members.',
    },
  ];
}

/** Returns the constraints; {@link authorityFindings} reports malformed ones. */
function constraintsOf(certificate: X509Certificate): NameConstraints | undefined {
  try {
    return nameConstraintsOf(parseStructure(certificate.raw));
  } catch {
    return undefined;
  }
}

/** Names in every server and peer certificate, regardless of the member (pki_helpers.go, getAltNames). */
export const NAMES_OF_ALL: readonly AltName[] = ['localhost', '127.0.0.1', '::1'].map(parseAltName);

/**
 * Returns the problems of the certificates above a CA. Verification does not need them if the CA itself is trusted, but
 * programs that follow the chain as far as they can refuse it because of one bad certificate.
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
      code: 'ca-unsuitable',
      at,
      fact: `Above the CA, ${subjectInWords(issuer)}: ${fact}`,
      ...(cause === undefined ? {} : { cause }),
      fix: 'Give a valid chain, or ca-certificate without it: hosts get only the certificate of the CA.',
    }));
  });
}

/** @param below number of CAs below this one in the chain. */
function pathFindings(at: string, certificate: X509Certificate, below: number): Finding[] {
  const most = pathLengthOf(parseStructure(certificate.raw));
  if (most === undefined || below <= most) return [];
  return [
    {
      code: 'ca-unsuitable',
      at,
      fact: `It allows ${most} CAs below itself (its path length constraint), and this chain has ${below}.`,
      cause: 'the CA above it does not allow CAs below itself.',
      fix: '',
    },
  ];
}

const UNKNOWN_CURVE = 'x509: unsupported elliptic curve';

/** Reports what Go's parser refuses, in Go's words. */
function formFindings(at: string, certificate: X509Certificate): Finding[] {
  try {
    parseAsGo(certificate.raw);
    return [];
  } catch (error) {
    if (!(error instanceof GoParseError)) throw error;
    // Report it like any other unusable key.
    if (error.message === UNKNOWN_CURVE) return keyFindings(at, certificate.publicKey);
    const words = error.message === '' ? 'its public key is not a point on its curve' : error.message;
    return [
      {
        code: 'ca-not-well-formed',
        at,
        fact: `kubeadm and etcd would not accept it: ${words}.`,
        cause: 'the tool that made it does not follow RFC 5280; OpenSSL accepts more than Go.',
        fix: 'Create the CA again with a current tool.',
      },
    ];
  }
}

/** Reports names of a kind that only one of Go and OpenSSL knows: one refuses what the other accepts. */
function constraintFindings(at: string, structure: CertificateStructure): Finding[] {
  const { permitted = [], excluded = [] } = nameConstraintsOf(structure) ?? {};
  if ([...permitted, ...excluded].every(({ type }) => type !== 'unknown')) return [];
  return [
    {
      code: 'ca-unsuitable',
      at,
      fact: 'It has name constraints for a kind of name that Go and OpenSSL do not both support.',
      cause: 'it is a CA for the names of one organization.',
      fix: 'Use a CA without name constraints, or with constraints only for DNS names and addresses.',
    },
  ];
}

/** Reports critical extensions that etcd and kubeadm do not handle: they refuse any chain with this certificate. */
function extensionFindings(
  at: string,
  certificate: X509Certificate,
  { extensions }: CertificateStructure,
): Finding[] {
  const findings: Finding[] = [];
  // Name constraints have their own findings.
  const unknown = parseAsGo(certificate.raw).unhandledCritical.filter((oid) => oid !== oids.nameConstraints);
  if (unknown.length > 0) {
    findings.push({
      code: 'ca-unsuitable',
      at,
      fact: `It has a critical extension that etcd and kubeadm do not know (${unknown.map(oidName).join(', ')}); they would refuse every certificate that it signs.`,
      cause: 'it was made for another purpose.',
      fix: 'Use a CA without it.',
    });
  }
  const newer = extensions.filter(({ oid, critical }) => critical && SINCE_GO_1_24.includes(oid));
  if (newer.length > 0) {
    findings.push({
      code: 'ca-unsuitable',
      at,
      fact: `It has a critical extension (${newer.map(({ oid }) => oidName(oid)).join(', ')}) that etcd and kubeadm support only if they are built with Go 1.24 or later; older ones would refuse every certificate that it signs.`,
      cause: 'it is a CA of a PKI with policies.',
      fix: 'Use a CA without it.',
    });
  }
  return findings;
}

function caFindings(at: string, structure: CertificateStructure): Finding[] {
  const findings: Finding[] = [];
  if (!isCa(structure)) {
    findings.push({
      code: 'ca-unsuitable',
      at,
      fact: 'It is not the certificate of a CA (its basicConstraints do not say CA:TRUE).',
      cause: 'this is a server or client certificate.',
      fix: "Give the CA's own certificate (etcd/ca.crt).",
    });
  }
  const usages = keyUsagesOf(structure);
  if (usages !== undefined && !usages.includes('keyCertSign')) {
    findings.push({
      code: 'ca-unsuitable',
      at,
      fact: `It must not sign certificates (its key usage is ${usages.join(', ')}, without keyCertSign).`,
      cause: 'this is a server or client certificate, or the key usage of the CA is too narrow.',
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
      code: 'ca-unsuitable',
      at,
      fact: `It limits the use of its certificates (extended key usage without ${missing.join(' and ')}); etcd's members are servers and clients of each other.`,
      cause: 'it is a CA for servers or for clients only.',
      fix: 'Use a CA without that limit.',
    });
  }
  return findings;
}

function validityFindings(at: string, certificate: X509Certificate, now: Date): Finding[] {
  if (now > certificate.validToDate) {
    return [
      {
        code: 'ca-expired',
        at,
        fact: `The certificate expired on ${certificate.validToDate.toISOString()} (it is ${now.toISOString()}).`,
        cause: 'it was not replaced in time, or a clock is wrong.',
        fix: 'Give a valid CA.',
      },
    ];
  }
  if (now < certificate.validFromDate) {
    return [
      {
        code: 'ca-expired',
        at,
        fact: `The certificate is not valid before ${certificate.validFromDate.toISOString()} (it is ${now.toISOString()}).`,
        cause: 'a clock is wrong, here or on the machine that made the CA.',
        fix: 'Set the clock, or give a valid CA.',
      },
    ];
  }
  return [];
}

/**
 * Returns the reasons why a CA's key cannot be used: kubeadm, Go and the runner's OpenSSL all have to sign and verify
 * with it.
 */
export function keyFindings(at: string, key: KeyObject): Finding[] {
  const algorithm = describeKey(key);
  if (/^ECDSA-P(256|384|521)$/.test(algorithm)) return [];
  if (!algorithm.startsWith('RSA-')) {
    return [
      {
        code: 'ca-unsuitable',
        at,
        fact: `Its key is of type ${algorithm}; kubeadm accepts RSA keys, and ECDSA keys on P-256, P-384 or P-521.`,
        cause: 'it was made for another purpose.',
        fix: 'Use a CA with such a key.',
      },
    ];
  }
  if (Number(algorithm.slice('RSA-'.length)) < 2048) {
    return [
      {
        code: 'ca-unsuitable',
        at,
        fact: `Its key is of type ${algorithm}; OpenSSL 3 refuses TLS with RSA keys below 2048 bits.`,
        cause: 'the key is old.',
        fix: 'Use a CA with a longer key.',
      },
    ];
  }
  return [];
}
