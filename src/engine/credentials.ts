import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { EtcdCredentials } from '../etcd/endpoint.ts';
import type { HostFacts } from '../facts/host.ts';
import { RunError } from '../findings.ts';
import type { Transport } from '../hosts/transport.ts';
import type { Settings } from '../inputs/settings.ts';
import { CA_CERTIFICATE, leafPath } from '../kubeadm/paths.ts';
import { certificateEnd } from '../pki/inspect.ts';
import { decodePem, MOST_PEM_CHARACTERS } from '../pki/pem.ts';
import { isSignedBy, verifyLeaf } from '../pki/verify.ts';
import { readHostFile } from '../run/read-text.ts';
import type { RunContext } from './context.ts';

/** A host and its observations. */
interface ProbedHost {
  readonly transport: Transport;
  readonly facts: HostFacts;
}

/**
 * The healthcheck client's pairs with their CA, the best first: a later one is for the case that the members refuse the one
 * before. A key goes from its host's disk into this process's memory and nowhere else, and is read only when its pair is
 * asked for. One whose key cannot be read, or has changed since the run read it, is skipped; pairs whose key belongs to
 * another certificate come last, so that the error of TLS names them if no host has a good one.
 */
export async function* credentialsFromHosts(
  hosts: readonly ProbedHost[],
  { authority }: Pick<Settings, 'authority'>,
  { maskSecret, now }: Pick<RunContext, 'maskSecret' | 'now'>,
): AsyncGenerator<EtcdCredentials, void, undefined> {
  const unfit: EtcdCredentials[] = [];
  for (const { host, caPem, certificatePem } of candidatesOn(hosts, authority?.certificatePem, now())) {
    const { transport, facts } = host;
    const keyPem = await keyOf(transport, facts, maskSecret);
    if (keyPem === undefined) continue;
    const credentials = { caPem, certificatePem, keyPem };
    if (isKeyOf(keyPem, certificatePem)) yield credentials;
    else unfit.push(credentials);
  }
  yield* unfit;
}

async function keyOf(
  transport: Transport,
  { files }: HostFacts,
  maskSecret: (secret: string) => void,
): Promise<string | undefined> {
  try {
    return await readHostFile(transport, CLIENT_KEY, files.get(CLIENT_KEY)?.sha256, maskSecret);
  } catch (error) {
    if (error instanceof RunError) return undefined;
    throw error;
  }
}

/** The healthcheck client's certificate and its key, by which etcd is asked. */
export const CLIENT_CERTIFICATE = leafPath('healthcheckClient', 'certificate');
export const CLIENT_KEY = leafPath('healthcheckClient', 'key');

/** A host that may have a client's pair. */
interface HostWithFiles {
  readonly facts: Pick<HostFacts, 'files'>;
}

/** A client certificate of a host, for which the key is still to be read. */
export interface Candidate<H extends HostWithFiles> {
  readonly host: H;
  readonly certificatePem: string;
  /** The certificates of the CA by which the members are believed, PEM. */
  readonly caPem: string;
}

/**
 * The client certificates of the hosts, the best first: those that the CA has signed and that work now, then those of the
 * CA that do not (etcd then says why), then all others. Of equals, the one that is valid longest.
 *
 * No host is believed about another: the CA is the one among the inputs where a host has it, otherwise what most hosts
 * have in their ca.crt. A certificate that one host has made for itself comes last, however long it is valid.
 * @param broughtPem the CA certificate among the inputs.
 * @returns none where no host has a certificate, or none has a CA.
 */
export function candidatesOn<H extends HostWithFiles>(
  hosts: readonly H[],
  broughtPem: string | undefined,
  now: Date,
): Candidate<H>[] {
  const authorities = trustedAuthorities(hosts, broughtPem);
  if (authorities.length === 0) return [];
  const caPem = authorities.map((certificate) => certificate.toString()).join('');
  return hosts
    .flatMap((host) => {
      const { files } = host.facts;
      const certificatePem = files.get(CLIENT_CERTIFICATE)?.text;
      const endsAt = certificateEnd(certificatePem);
      if (certificatePem === undefined || endsAt === undefined || !files.has(CLIENT_KEY)) return [];
      const rank = rankOf(certificatePem, authorities, now);
      return [{ candidate: { host, certificatePem, caPem }, rank, endsAt: endsAt.getTime() }];
    })
    .toSorted((one, other) => one.rank - other.rank || other.endsAt - one.endsAt)
    .map(({ candidate }) => candidate);
}

/** Whether a private key (PEM) is that of a certificate (PEM); false for what is no key. */
export function isKeyOf(keyPem: string, certificatePem: string): boolean {
  try {
    return new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

/**
 * The certificates by which members and clients are believed: the one of the inputs where a host has it, otherwise those
 * that more than half of the hosts with a ca.crt have. While a CA takes the place of another, that may be both. Where no
 * certificate is on so many, those of the first host that has one of the most frequent.
 */
export function trustedAuthorities(
  hosts: readonly HostWithFiles[],
  broughtPem: string | undefined,
): X509Certificate[] {
  const onHosts = hosts.map(authoritiesOn).filter((certificates) => certificates.size > 0);
  const brought = broughtPem === undefined ? undefined : new X509Certificate(broughtPem);
  if (brought !== undefined && onHosts.some((certificates) => certificates.has(brought.fingerprint256)))
    return [brought];
  const countOf = (fingerprint: string): number =>
    onHosts.filter((certificates) => certificates.has(fingerprint)).length;
  const all = new Map(onHosts.flatMap((certificates) => [...certificates]));
  const ofMost = [...all].filter(([fingerprint]) => countOf(fingerprint) * 2 > onHosts.length);
  if (ofMost.length > 0) return ofMost.map(([, certificate]) => certificate);
  const highest = Math.max(...[...all.keys()].map(countOf));
  const first = onHosts.find((certificates) =>
    [...certificates.keys()].some((print) => countOf(print) === highest),
  );
  return [...(first ?? [])].filter(([fingerprint]) => countOf(fingerprint) === highest).map(([, one]) => one);
}

/** What is no certificate that can be read is passed over: the others are trusted all the same. */
function authoritiesOn({ facts }: HostWithFiles): Map<string, X509Certificate> {
  const text = facts.files.get(CA_CERTIFICATE)?.text ?? '';
  if (text.length > MOST_PEM_CHARACTERS) return new Map();
  return new Map(
    decodePem(text).flatMap((block): [string, X509Certificate][] => {
      if (block.type !== 'CERTIFICATE') return [];
      try {
        const certificate = new X509Certificate(block.text);
        return [[certificate.fingerprint256, certificate]];
      } catch {
        return [];
      }
    }),
  );
}

/** 0: works now. 1: of the CA, and does not work. 2: of another CA. */
function rankOf(certificatePem: string, authorities: readonly X509Certificate[], now: Date): number {
  // a client's certificate names no host
  const member = { name: 'localhost', address: '127.0.0.1' };
  const profile = 'healthcheckClient';
  const works = authorities.some(
    (certificate) =>
      verifyLeaf({ certificatePem }, { authority: { certificate }, profile, member, now }).length === 0,
  );
  if (works) return 0;
  return authorities.some((certificate) => isSignedBy(certificatePem, { certificate }) === true) ? 1 : 2;
}
