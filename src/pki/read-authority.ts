import type { KeyObject, X509Certificate } from 'node:crypto';
import { describeFinding, type Finding } from '../findings.ts';
import {
  authorityFindings,
  issuerFindings,
  keyFindings,
  nameFindings,
  NAMES_OF_ALL,
} from './authority-findings.ts';
import { authorityOf, type Authority, type SigningAuthority } from './authority.ts';
import { subjectInWords } from './inspect.ts';
import { chainAbove } from './verify.ts';
import { readCertificates, readPrivateKey, type PemCertificate, type PemSource } from './pem-input.ts';

/** A CA from the inputs or from a host cannot be used. */
export class AuthorityError extends Error {
  override readonly name = 'AuthorityError';
  /** All findings about certificate and key. */
  readonly reasons: readonly Finding[];

  constructor(reasons: readonly Finding[]) {
    super(reasons.map(describeFinding).join('\n'));
    this.reasons = reasons;
  }
}

/**
 * Reads the CA certificate of a host, whose key is not needed: the first of its file, as kubeadm does (pki_helpers.go,
 * TryLoadCertFromDisk). etcd also trusts any further certificate in the file.
 *
 * Accepts a CA that is not self-signed, as kubeadm and etcd do; node:tls verifies against it only with
 * `allowPartialTrustChain: true`.
 *
 * @throws AuthorityError with all findings.
 */
export function readAuthority(source: PemSource, now: Date): Authority {
  const read = readCertificates(source);
  if (read.value === undefined) throw new AuthorityError(read.findings);
  const [{ certificate }] = read.value;
  throwIf(ownFindings(source.name, certificate, now));
  return authorityOf(textOf(read.value));
}

/**
 * Reads the CA of a host with its private key.
 *
 * @throws AuthorityError with all findings about both.
 */
export function readAuthorityOfHost(source: PemSource, key: PemSource, now: Date): SigningAuthority {
  const certificates = readCertificates(source);
  const readKey = readPrivateKey(key);
  const found = certificates.value?.[0];
  throwIf([
    ...certificates.findings,
    ...readKey.findings,
    ...(found === undefined ? [] : ownFindings(source.name, found.certificate, now)),
    ...(readKey.value === undefined ? [] : keyFindings(key.name, readKey.value)),
    ...(found === undefined || readKey.value === undefined
      ? []
      : pairFindings(source.name, [found], key.name, readKey.value)),
  ]);
  if (certificates.value === undefined || readKey.value === undefined)
    throw new Error('what cannot be read has findings');
  return { ...authorityOf(textOf(certificates.value)), key: readKey.value };
}

/**
 * Reads a CA from the inputs: its certificate, with or without its issuers and in any order, and its private key, which
 * identifies it among them. Hosts get its certificate alone: etcd accepts every client that any certificate in ca.crt
 * vouches for, so a root in that file would admit every client certificate issued anywhere below that root.
 *
 * @throws AuthorityError with all findings about both.
 */
export function readSigningAuthority(source: PemSource, key: PemSource, now: Date): SigningAuthority {
  const certificates = readCertificates(source);
  const readKey = readPrivateKey(key);
  const found = certificates.value ?? [];
  const own = found.find(
    ({ certificate }) => readKey.value !== undefined && certificate.checkPrivateKey(readKey.value),
  );
  const authority = own ?? found[0];
  throwIf([
    ...certificates.findings,
    ...readKey.findings,
    ...(authority === undefined ? [] : ownFindings(source.name, authority.certificate, now)),
    ...(readKey.value === undefined ? [] : keyFindings(key.name, readKey.value)),
    ...(readKey.value === undefined ? [] : pairFindings(source.name, found, key.name, readKey.value)),
    ...(own === undefined ? [] : othersFindings(source.name, own, found, now)),
  ]);
  if (authority === undefined || readKey.value === undefined)
    throw new Error('what cannot be read has findings');
  return { ...authorityOf(authority.pem), key: readKey.value };
}

function textOf(certificates: readonly PemCertificate[]): string {
  return certificates.map(({ pem }) => pem).join('');
}

function throwIf(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new AuthorityError(findings);
}

function ownFindings(at: string, certificate: X509Certificate, now: Date): Finding[] {
  return [...authorityFindings(at, certificate, now), ...nameFindings(at, certificate, NAMES_OF_ALL)];
}

/** Reports certificates besides the CA's that are not above it. */
function othersFindings(
  at: string,
  authority: PemCertificate,
  found: readonly PemCertificate[],
  now: Date,
): Finding[] {
  const others = found.filter((one) => one !== authority).map(({ certificate }) => certificate);
  const { issuers, strangers } = chainAbove(authority.certificate, others);
  return [
    ...issuerFindings(at, issuers, now),
    ...strangers.map((stranger): Finding => ({
      code: 'ca-unsuitable',
      at,
      fact: `It holds a certificate that does not belong to the CA: ${subjectInWords(stranger)}. The key belongs to ${subjectInWords(authority.certificate)}.`,
      cause: 'it is a bundle of an old and a new CA, or of all trusted CAs.',
      fix: 'Give the certificate of the CA that the key belongs to, and at most those above it, up to the root.',
    })),
  ];
}

function pairFindings(
  certificateName: string,
  certificates: readonly PemCertificate[],
  keyName: string,
  key: KeyObject,
): Finding[] {
  if (certificates.length === 0 || certificates.some(({ certificate }) => certificate.checkPrivateKey(key)))
    return [];
  return [
    {
      code: 'ca-unsuitable',
      at: keyName,
      fact:
        certificates.length === 1
          ? `The key does not belong to ${certificateName}: their public keys differ.`
          : `The key does not belong to ${certificateName}, nor to any of the ${certificates.length} certificates in it.`,
      cause: 'one of the two is of an older CA.',
      fix: 'Give the key of the certificate.',
    },
  ];
}
