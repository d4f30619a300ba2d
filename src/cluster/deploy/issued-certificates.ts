import type { LeafProfileName } from '../../pki/leaf-profiles.ts';
import { chooseAuthority, withKey, type AuthorityAnswer, type AuthorityChoice } from '../authority.ts';
import { clockFindings } from '../clocks.ts';
import type { EstablishedMember } from '../planned-members.ts';
import { signingFindings } from '../signing.ts';
import { unseenFindings } from '../unseen-findings.ts';
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
