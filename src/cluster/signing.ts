import type { Finding } from '../findings.ts';
import { CA_CERTIFICATE } from '../kubeadm/paths.ts';
import { formatAltName, memberAltNames, type AltName } from '../pki/alt-names.ts';
import { nameFindings } from '../pki/authority-findings.ts';
import type { Authority } from '../pki/authority.ts';
import type { CertificatePolicy } from '../pki/policy.ts';
import { AuthorityError, readAuthority } from '../pki/read-authority.ts';
import { daysLeft, validity } from '../pki/validity.ts';
import type { AuthorityChoice } from './authority.ts';
import { namedMember } from './certificate-names.ts';
import type { Member } from './members.ts';

/**
 * Why the CA that is there cannot sign the certificates that are to be issued: it is not good, must not sign for these
 * names, or ends before them.
 * @param authority as it is known of before anything is done; none where the run makes it, as it has to be.
 * @param members all members: they get certificates.
 */
export function signingFindings(
  { source }: AuthorityChoice,
  authority: Authority | undefined,
  members: readonly Member[],
  { leafDays, extraSans }: CertificatePolicy,
  now: Date,
): Finding[] {
  if (source.from === 'made' || authority === undefined) return [];
  const at = source.from === 'input' ? 'ca-certificate' : CA_CERTIFICATE;
  const host = source.from === 'input' ? {} : { host: certificateHolder(source.host, members) };
  try {
    readAuthority({ name: at, text: authority.certificatePem }, now);
  } catch (error) {
    if (!(error instanceof AuthorityError)) throw error;
    return error.reasons.map((reason) => ({ ...reason, ...host }));
  }
  const names = members.flatMap((member) => memberAltNames(namedMember(member, extraSans)));
  return [
    ...nameFindings(at, authority.certificate, distinct(names)),
    ...endFindings(authority.certificate.validToDate, leafDays, now),
  ].map((finding) => ({ ...finding, ...host }));
}

/** The host whose ca.crt was read: a key may lie on a host that has no certificate beside it. */
function certificateHolder(host: string, members: readonly Member[]): string {
  const holders = members.filter(({ facts }) => facts.files.has(CA_CERTIFICATE)).map(({ name }) => name);
  return holders.includes(host) ? host : (holders[0] ?? host);
}

function endFindings(end: Date, leafDays: number, now: Date): Finding[] {
  const { notAfter } = validity(now, leafDays);
  if (notAfter <= end) return [];
  return [
    {
      at: 'certificate-validity-days',
      fact: `the CA ends on ${end.toISOString()}, and certificates that are issued now for ${leafDays} days would end after it, on ${notAfter.toISOString()}: from the end of the CA on nobody would take them.`,
      cause: 'The CA comes to its end, or was made for a shorter time than its certificates are to hold.',
      fix: beforeItsEnd(daysLeft(end, now)),
    },
  ];
}

function distinct(names: readonly AltName[]): AltName[] {
  return [...new Map(names.map((name) => [formatAltName(name), name])).values()];
}

/** @param days that the CA still holds, whole ones. */
function beforeItsEnd(days: number): string {
  const other =
    'a CA that holds for longer; where the cluster exists, members and clients have to trust both for a while.';
  return days < 1
    ? `Give ${other}`
    : `Give \`certificate-validity-days: ${days}\` or fewer (and \`renew-before-days\` below that), or ${other}`;
}
