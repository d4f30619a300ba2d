import { leafProfileNames } from '../../pki/leaf-profiles.ts';
import { describeKeeper } from '../authority-key.ts';
import type { AuthorityChoice } from '../authority.ts';
import { bootstrapFindings } from '../bootstrap.ts';
import { createStages } from '../create-stages.ts';
import { ownImage } from '../found-image.ts';
import { hasMajority } from '../gates.ts';
import { otherImages, pauseFindings, supplyFindings } from '../image-supply.ts';
import { wantedImage } from '../images.ts';
import { clonedMachines } from '../members.ts';
import type { Plan } from '../plan.ts';
import { runs, type NewMember } from '../planned-members.ts';
import { differentImages, missingPrerequisites } from '../prerequisites.ts';
import { trustedBesides } from '../trusted-authorities.ts';
import { unseenFindings } from '../unseen-findings.ts';
import type { ClassifiedInput } from './classify.ts';
import { compareNew, describeIdle, hasStarted } from './compare-members.ts';
import { foundedOtherwise, otherRelease, unknownFlags } from './founding-findings.ts';
import { authorityFor, requireChoice, signingAuthority } from './issued-certificates.ts';
import { commonFields, withHandOver } from './plan-parts.ts';
import { refuseIf } from './refusals.ts';

/**
 * The plan for a cluster that has never been healthy: `create` on empty hosts, `repair` after a deploy that was cut off.
 * @throws Refused where the hosts lack what a new member needs, or hold data of other values than the inputs give.
 */
export function decideNew(input: ClassifiedInput): Plan {
  const { settings, members, ownership, archive, handOver } = input;
  const isNew = [...ownership.values()].every(({ kind }) => kind === 'pristine');
  const chosen = authorityFor(input, { deliversKey: true });
  const signing = signingAuthority(chosen, input);
  // members that were started have their certificates; whether any is issued is known once they are compared
  const { choice, findings } = members.every(hasStarted) ? chosen : signing;
  refuseIf([
    // without a choice nothing is known of the CA, and the findings say why
    ...(isNew
      ? bootstrapFindings(settings.bootstrap, choice === undefined || choice.source.from === 'made')
      : []),
    ...findings,
    ...handOver.findings,
    ...unseenFindings(members, 'create'),
    ...members.flatMap((member) => missingPrerequisites(member, settings)),
    ...differentImages(members, (facts) => wantedImage(settings, facts)?.image),
  ]);
  const compared = members.map((member) => compareNew(member, input));
  refuseUnstartable(compared, input);

  // a manifest that has to be replaced comes with certificates of this run
  const prepared = compared.filter(isPrepared);
  const issues = prepared.length > 0 || handOver.issue.size > 0;
  if (issues) refuseIf(signing.findings);
  const answer = issues ? signing : chosen;
  const authority = requireChoice(answer.choice ?? choice);
  return {
    ...commonFields(input, authority, compared),
    verdict: isNew ? 'create' : 'repair',
    reasons: reasonsFor(compared, authority, isNew),
    leftOut: [],
    issue: new Map([...prepared.map(({ name }) => [name, leafProfileNames] as const), ...handOver.issue]),
    clientCopies: new Map(),
    warnings: [
      ...clonedMachines(members),
      ...answer.warnings,
      ...trustedBesides(members),
      ...pauseFindings(compared, archive),
      ...handOver.warnings,
    ],
    ...stagesFor(compared, authority, input),
  };
}

/** Whether the run prepares the host from the beginning: configuration, certificates, manifest. */
function isPrepared({ progress }: NewMember): boolean {
  return progress !== 'begun';
}

/**
 * Refuses members whose etcd could not be started: for want of an image first, then because of the data on the host, then for
 * flags that this etcd does not know.
 * @throws Refused with all findings of the first group that has any.
 */
function refuseUnstartable(
  compared: readonly NewMember[],
  { archive, settings, shape }: ClassifiedInput,
): void {
  refuseIf(
    unseenFindings(
      compared.filter((member) => isPrepared(member) || !runs(member)),
      'image',
    ),
  );
  refuseIf([
    ...supplyFindings(compared, { archive, registry: settings.registry }),
    ...otherImages(
      compared.filter(({ progress }) => progress === 'nothing'),
      archive,
    ),
  ]);
  refuseIf(
    compared.flatMap((member) => [
      ...foundedOtherwise(member, shape),
      ...otherRelease(member, ownImage(member.facts)),
    ]),
  );
  refuseIf(compared.filter(isPrepared).flatMap(unknownFlags));
}

function stagesFor(
  compared: readonly NewMember[],
  authority: AuthorityChoice,
  input: ClassifiedInput,
): Pick<Plan, 'stages' | 'afterProof'> {
  const { shape, cluster, archive } = input;
  const stages = createStages({
    shape,
    authority,
    members: compared,
    works: cluster !== undefined && hasMajority(cluster.health),
    ...(cluster?.health.leader ? { leader: cluster.health.leader.name } : {}),
    ...(archive === undefined ? {} : { archive }),
  });
  return withHandOver(stages, input);
}

const PROGRESS: Readonly<Record<NewMember['progress'], string>> = {
  nothing: 'its set-up has not got as far as starting the member',
  begun: 'its member has been started, and the cluster was not proven healthy yet',
  other: 'its member has been started with other settings, and the cluster was never proven healthy',
};

function reasonsFor(
  compared: readonly NewMember[],
  { source, keyKeeper }: AuthorityChoice,
  isNew: boolean,
): string[] {
  const preparesKeeper = compared.some((member) => isPrepared(member) && member.name === keyKeeper);
  const deliversKey = isNew || (source.from !== 'host' && preparesKeeper);
  return [
    ...(isNew ? ['none of the hosts holds anything of etcd'] : []),
    ...(deliversKey ? [describeKeeper(source.from, keyKeeper)] : []),
    ...(isNew ? [] : compared.map(describeProgress)),
  ];
}

function describeProgress(member: NewMember): string {
  const idle = member.progress === 'nothing' || runs(member) ? '' : `, ${describeIdle(member)}`;
  return `${member.name}: ${PROGRESS[member.progress]}${idle}`;
}
