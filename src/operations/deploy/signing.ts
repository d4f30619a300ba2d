import {
  type AuthorityAnswer,
  type AuthorityChoice,
  chooseAuthority,
  withKey,
} from '../../cluster/authority.ts';
import { namedMember } from '../../cluster/certificates.ts';
import { clockFindings } from '../../cluster/prerequisites.ts';
import type { Member } from '../../cluster/members.ts';
import type { EstablishedMember } from '../../cluster/planned-members.ts';
import { unseenFindings } from '../../cluster/unseen-findings.ts';
import type { Finding } from '../../findings.ts';
import { CA_CERTIFICATE } from '../../kubeadm/paths.ts';
import { type AltName, formatAltName, memberAltNames } from '../../pki/alt-names.ts';
import { nameFindings } from '../../pki/authority-findings.ts';
import type { Authority, CertificatePolicy } from '../../pki/authority.ts';
import { daysLeft, validity } from '../../pki/certificate.ts';
import type { LeafProfileName } from '../../pki/leaf.ts';
import { AuthorityError, readAuthority } from '../../pki/read-authority.ts';
import type { ClassifiedInput } from './classify.ts';

/**
 * Chooses the CA of the cluster: the one of the inputs, else the one on the hosts, else one that the run makes. The key of a
 * CA on the hosts is left where it is until the run has to sign, see {@link signingAuthority}.
 * @param options.deliversKey whether the plan puts a key that is an input or is made on the host that keeps it.
 * @returns the choice with its warnings, or the findings that make a choice impossible.
 */
export function authorityFor(
  { members, ownership, settings }: ClassifiedInput,
  { deliversKey }: { readonly deliversKey: boolean },
): AuthorityAnswer {
  const { authority: brought, caCustody: custody } = settings;
  return chooseAuthority(members, ownership, { brought, custody, deliversKey });
}

/**
 * The chosen CA with its key, for a run that issues certificates.
 * @param chosen what {@link authorityFor} has returned.
 * @returns the choice, and as findings what keeps it from signing: a missing key, a CA that allows no such leaf, clocks by
 * which the certificates would not be valid. A choice can come with findings.
 */
export function signingAuthority(
  chosen: AuthorityAnswer,
  { members, settings, authority, now }: ClassifiedInput,
): AuthorityAnswer {
  const answer = withKey(chosen, members);
  if (answer.choice === undefined) return answer;
  return {
    ...answer,
    findings: [
      ...signingFindings(answer.choice, authority, members, settings.certificates, now),
      ...unseenFindings(members, 'sign'),
      ...clockFindings(members, settings.certificates.leafDays),
    ],
  };
}

/**
 * The choice, once its findings have been refused.
 * @throws Error where there is none; that is a bug, because a missing choice comes with findings.
 */
export function requireChoice(choice: AuthorityChoice | undefined): AuthorityChoice {
  if (choice === undefined) throw new Error('an authority is chosen whenever there is no finding');
  return choice;
}

/** @returns the leaf certificates that the run issues, by the name of the host, those of the control plane included. */
export function issuedLeaves(
  members: readonly EstablishedMember[],
  { handOver }: Pick<ClassifiedInput, 'handOver'>,
): Map<string, readonly LeafProfileName[]> {
  return new Map([
    ...members
      .filter(({ differences }) => differences.leaves.size > 0)
      .map(({ name, differences }) => [name, [...differences.leaves.keys()]] as const),
    ...handOver.issue,
  ]);
}

/**
 * Why the CA that is there cannot sign the certificates that are to be issued: it is not good, must not sign for these
 * names, or ends before them.
 * @param authority as it is known of before anything is done; none where the run makes it, as it has to be.
 * @param members all members: they get certificates.
 */
function signingFindings(
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

/** The host whose ca.crt was read: a host may have a key without its certificate. */
function certificateHolder(host: string, members: readonly Member[]): string {
  const holders = members.filter(({ facts }) => facts.files.has(CA_CERTIFICATE)).map(({ name }) => name);
  return holders.includes(host) ? host : (holders[0] ?? host);
}

function endFindings(end: Date, leafDays: number, now: Date): Finding[] {
  const { notAfter } = validity(now, leafDays);
  if (notAfter <= end) return [];
  return [
    {
      code: 'ca-ends-too-early',
      at: 'certificate-validity-days',
      fact: `the CA expires on ${end.toISOString()}, and certificates issued now for ${leafDays} days would expire after it, on ${notAfter.toISOString()}: they would be invalid once the CA expires.`,
      cause: 'The CA is about to expire, or its validity is shorter than that of the certificates.',
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
    'a CA that is valid for longer; if the cluster exists, members and clients must trust both for a while.';
  return days < 1
    ? `Give ${other}`
    : `Give \`certificate-validity-days: ${days}\` or fewer (and \`renew-before-days\` below that), or ${other}`;
}
