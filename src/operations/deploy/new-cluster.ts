import { describeKeeper, trustedBesides } from '../../cluster/authority-key.ts';
import type { AuthorityChoice } from '../../cluster/authority.ts';
import { ownImage } from '../../cluster/previous-image.ts';
import { hasMajority } from '../../cluster/gates.ts';
import { wantedImage } from '../../cluster/images.ts';
import { clonedMachines } from '../../cluster/members.ts';
import { type NewMember, runs } from '../../cluster/planned-members.ts';
import { differentImages, missingPrerequisites } from '../../cluster/prerequisites.ts';
import { unseenFindings } from '../../cluster/unseen-findings.ts';
import type { Finding } from '../../findings.ts';
import type { Bootstrap } from '../../inputs/settings.ts';
import { leafProfileNames } from '../../pki/leaf.ts';
import type { Plan } from '../../plan/plan.ts';
import type { ClassifiedInput } from './classify.ts';
import {
  commonFields,
  compareNew,
  describeIdle,
  hasStarted,
  plannedCluster,
  withHandOver,
} from './compare-members.ts';
import { createStages } from './create-stages.ts';
import { otherImages, pauseFindings, supplyFindings } from './image-supply.ts';
import { foundedOtherwise, otherRelease, refuseIf, unknownFlags } from './refusals.ts';
import { authorityFor, requireChoice, signingAuthority } from './signing.ts';
import { VERDICTS } from './verdicts.ts';

/**
 * The plan for a cluster that has never been healthy: `create` on empty hosts, `repair` after a deploy that was cut off.
 * @throws RefusedError where the hosts lack what a new member needs, or hold data of other values than the inputs give.
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
    ...commonFields(input),
    verdict: VERDICTS[isNew ? 'create' : 'repair'],
    reasons: reasonsFor(compared, authority, isNew),
    leftOut: [],
    madeUp: isRecordedToken(input) ? [] : [input.shape.token],
    cluster: plannedCluster(input, authority, compared, {
      issue: new Map([...prepared.map(({ name }) => [name, leafProfileNames] as const), ...handOver.issue]),
      clientCopies: new Map(),
    }),
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

/** Whether a host has the token of the cluster on record; another run finds it there. */
function isRecordedToken({ members, shape }: ClassifiedInput): boolean {
  return members.some(
    ({ facts: { state } }) => typeof state === 'object' && state.cluster.token === shape.token,
  );
}

/** Whether the run prepares the host from the beginning: configuration, certificates, manifest. */
function isPrepared({ progress }: NewMember): boolean {
  return progress !== 'begun';
}

/**
 * Refuses members whose etcd could not be started: for want of an image first, then because of the data on the host, then for
 * flags that this etcd does not know.
 * @throws RefusedError with all findings of the first group that has any.
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
): Pick<Plan, 'stages' | 'afterVerify'> {
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
  nothing: 'its setup stopped before the member was started',
  begun: 'its member was started, but the cluster has not been healthy yet',
  other: 'its member was started with other settings, and the cluster has never been healthy',
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

/**
 * Whether a new cluster may be made where nothing of etcd is found. With a CA that is there already, API servers that
 * trust it may be alive and would meet an empty etcd: the hosts were reimaged, or their disks are not mounted.
 * @param makesAuthority whether this run makes the CA.
 */
function bootstrapFindings(policy: Bootstrap, makesAuthority: boolean): Finding[] {
  if (policy === 'allow' || (policy === 'auto' && makesAuthority)) return [];
  const empty = 'none of the hosts holds anything of etcd, so this run would create a new, empty cluster,';
  if (policy === 'never') {
    return [
      {
        code: 'new-cluster-forbidden',
        at: 'bootstrap',
        fact: `${empty} and \`bootstrap: never\` forbids it.`,
        cause: 'The hosts were reinstalled, their disks are not mounted, or they were never set up.',
        fix: 'Find out where the data is. Only if there has never been data, run once with `bootstrap: allow`.',
      },
    ];
  }
  return [
    {
      code: 'new-cluster-forbidden',
      at: 'bootstrap',
      fact: `${empty} with a CA that already exists.`,
      cause:
        'It is the first run with your own CA, or the hosts of a live cluster were reinstalled, and its API servers would find an empty etcd.',
      fix: 'If this is the first run, give `bootstrap: allow` once. Otherwise find out where the data is, or restore a backup.',
    },
  ];
}
