import {
  absentLeftOut,
  distinctFacts,
  type Held,
  holdLeaves,
  holdRestarts,
  LEFT_OUT,
  shutGates,
} from '../../cluster/absent-members.ts';
import { trustedBesides } from '../../cluster/authority-key.ts';
import { type AuthorityAnswer, withoutAuthority } from '../../cluster/authority.ts';
import { namesToBeLost } from '../../cluster/certificates.ts';
import { describeDifferences, isAsDesired } from '../../cluster/differences.ts';
import { gateBefore, isTakenDown, losesQuorum, mustRestart } from '../../cluster/disruption.ts';
import { type ClusterFacts, hasMajority } from '../../cluster/gates.ts';
import { clonedMachines } from '../../cluster/members.ts';
import type { PlannedClientCopy } from '../../cluster/planned-cluster.ts';
import { type EstablishedMember, runs } from '../../cluster/planned-members.ts';
import { missingEssentials } from '../../cluster/prerequisites.ts';
import { unseenFindings } from '../../cluster/unseen-findings.ts';
import { isSpaceAlarm } from '../../etcd/health/cluster.ts';
import { type Finding, RefusedError } from '../../findings.ts';
import type { Plan } from '../../plan/plan.ts';
import { clusterAdoptionFindings, memberAdoptionFindings, patchAdoptionFindings } from './adoption.ts';
import type { ClassifiedInput } from './classify.ts';
import { clientCopyWarnings, plannedClientCopies } from './control-plane.ts';
import {
  commonFields,
  compareEstablished,
  describeIdle,
  imagesWithoutManifest,
  plannedCluster,
  servesControlPlane,
  withHandOver,
} from './compare-members.ts';
import { convergeStages } from './converge-stages.ts';
import { otherImages, supplyFindings } from './image-supply.ts';
import { NOTHING_CHANGED, otherRelease, refuseIf, unknownFlags } from './refusals.ts';
import { authorityFor, issuedLeaves, requireChoice, signingAuthority } from './signing.ts';
import { type VerdictName, VERDICTS } from './verdicts.ts';

type ClientCopies = ReadonlyMap<string, PlannedClientCopy>;

/**
 * The plan for a cluster that has been healthy once: `unchanged`, `converge`, `adopt`, or `repair` where members are as
 * desired and do not run.
 * @throws RefusedError where a member cannot be compared, or cannot be brought to its desired state without risk.
 */
export function decideEstablished(input: ClassifiedInput): Plan {
  const { members, shape, cluster, archive, authority, handOver } = input;
  const chosen = authorityFor(input, { deliversKey: false });
  refuseIf([...chosen.findings, ...members.flatMap(missingEssentials), ...handOver.findings]);
  if (authority === undefined) throw new RefusedError(NOTHING_CHANGED, [withoutAuthority(members)]);

  const images = imagesWithoutManifest(input);
  const choice = requireChoice(chosen.choice);
  const compared = members.map((member) =>
    compareEstablished(member, authority, choice, input, images.get(member.name)),
  );
  const signing = issuedLeaves(compared, input).size > 0 ? signingAuthority(chosen, input) : chosen;
  const held = holdBack(compared, input, signing.findings);
  const issue = issuedLeaves(held.members, input);
  // what cannot be signed was left out above, or is refused here
  const answer = issue.size > 0 ? signing : chosen;
  refuseInfeasible(held.members, answer, images, input);

  const verdict = verdictOn(held.members, input);
  const leftOut = [...absentLeftOut(input.absentMembers), ...held.leftOut];
  const works = cluster !== undefined && hasMajority(cluster.health);
  const clientCopies = clientCopiesOf(held.members, input);
  return {
    ...commonFields(input),
    verdict: VERDICTS[verdict],
    reasons: [
      ...reasonsFor(verdict, held.members),
      ...handOver.reasons,
      ...leftOut
        .filter(({ code }) => LEFT_OUT.has(code))
        .map(({ host = '' }) => `${host}: left out in part or whole`),
    ],
    leftOut,
    cluster: plannedCluster(input, requireChoice(answer.choice), held.members, { issue, clientCopies }),
    warnings: warningsFor(held.members, answer, clientCopies, input),
    ...withHandOver(convergeStages(held.members, shape, choice.keyKeeper, works, archive), input),
  };
}

/**
 * Reduces the plan to what is possible now. Restarts that the cluster cannot spare are left out, and so are certificates while
 * the host that keeps the key of the CA cannot be reached.
 * @param compared members with all of their differences.
 * @param unable what keeps the CA from signing the certificates that are due.
 * @returns the members with what is left to do, and a finding for everything that was left out.
 * @throws RefusedError with the reasons where nothing is left to do, or where the cluster is to be adopted: that is done as a
 * whole or not at all.
 */
function holdBack(
  compared: readonly EstablishedMember[],
  { absentMembers, cluster, handOver, ownership, shape }: ClassifiedInput,
  unable: readonly Finding[],
): Held {
  // only a host that is away can bring a missing key back; without one it is refused with everything else
  const unsigned = absentMembers.length > 0 ? unable : [];
  const signed: Held =
    unsigned.length === 0 ? { members: compared, leftOut: [] } : holdLeaves(compared, unsigned);
  const shut = shutGates(signed.members, shape, cluster);
  const { members, leftOut } = holdRestarts(signed.members, shut);
  const isIdle = members.every(
    (member) => isAsDesired(member.differences) && (member.isHeld || runs(member)),
  );
  const adopts = [...ownership.values()].some(({ kind }) => kind === 'unmanaged');
  if (adopts || (isIdle && handOver.stages.length === 0))
    refuseIf(distinctFacts([...unsigned, ...[...shut.values()].flat()]));
  return { members, leftOut: [...signed.leftOut, ...leftOut] };
}

/**
 * Refuses what must not be done to the members: first where it is unknown whether a start or an image is needed at all, then
 * with every reason against the changes themselves.
 * @throws RefusedError with all findings of the first group that has any.
 */
function refuseInfeasible(
  members: readonly EstablishedMember[],
  { findings }: AuthorityAnswer,
  images: ReadonlyMap<string, string>,
  input: ClassifiedInput,
): void {
  const { archive, settings } = input;
  const needsImage = members.filter((member) => mustRestart(member) || !runs(member));
  refuseIf([
    ...unseenFindings(needsImage, 'image'),
    ...unseenFindings(
      members.filter(({ etcdRuns }) => !etcdRuns),
      'start',
    ),
  ]);
  refuseIf([
    ...findings,
    ...supplyFindings(needsImage, { archive, registry: settings.registry }),
    ...members.flatMap((member) => otherRelease(member, images.get(member.name))),
    ...members.filter((member) => mustRestart(member) && !member.isHeld).flatMap(unknownFlags),
    ...adoptionFindings(members, input),
  ]);
}

/** A cluster without a record of the action is adopted only as a whole, healthy, and as the inputs describe it. */
function adoptionFindings(
  members: readonly EstablishedMember[],
  { cluster, ownership, settings }: ClassifiedInput,
): Finding[] {
  const unmanaged = members.filter(({ name }) => ownership.get(name)?.kind === 'unmanaged');
  if (unmanaged.length === 0) return [];
  return [
    ...clusterAdoptionFindings(
      cluster,
      unmanaged.map(({ name }) => name),
    ),
    ...patchAdoptionFindings(settings.patches),
    ...unmanaged.flatMap((member) => memberAdoptionFindings(member, member.desired, member.differences)),
  ];
}

function verdictOn(
  members: readonly EstablishedMember[],
  { ownership, handOver }: Pick<ClassifiedInput, 'ownership' | 'handOver'>,
): VerdictName {
  if ([...ownership.values()].some(({ kind }) => kind === 'unmanaged')) return 'adopt';
  const differs = members.some(({ differences }) => !isAsDesired(differences));
  if (differs || handOver.stages.length > 0) return 'converge';
  return members.every(runs) ? 'unchanged' : 'repair';
}

function reasonsFor(verdict: VerdictName, members: readonly EstablishedMember[]): string[] {
  if (verdict === 'unchanged')
    return ['every host is a complete member of this cluster and matches the inputs'];
  return members.flatMap((member) => {
    const lines = describeDifferences(member.differences);
    if (!runs(member)) lines.unshift(describeIdle(member));
    return lines.length === 0 ? [] : [`${member.name}: ${lines.join('; ')}`];
  });
}

/** An API server that is given a pair of its own needs no copy of a member's. */
function clientCopiesOf(
  members: readonly EstablishedMember[],
  { ownership, settings }: Pick<ClassifiedInput, 'ownership' | 'settings'>,
): ClientCopies {
  return servesControlPlane(settings)
    ? new Map()
    : plannedClientCopies(members, ownership, settings.copiedClientCertificates);
}

function warningsFor(
  compared: readonly EstablishedMember[],
  { warnings }: AuthorityAnswer,
  clientCopies: ClientCopies,
  { members, settings, cluster, archive, handOver }: ClassifiedInput,
): Finding[] {
  const { extraSans } = settings.certificates;
  return [
    ...clonedMachines(members),
    ...warnings,
    ...trustedBesides(members),
    ...restartWarnings(compared, cluster),
    ...otherImages(compared, archive),
    ...clientCopyWarnings(clientCopies),
    ...compared.flatMap((member) => namesToBeLost(member, extraSans, member.differences.leaves)),
    ...handOver.warnings,
  ];
}

/** The warnings of a plan that takes members down. */
function restartWarnings(
  members: readonly EstablishedMember[],
  cluster: ClusterFacts | undefined,
): Finding[] {
  const leaderLast = members.toSorted((one, other) => Number(one.isLeader) - Number(other.isLeader));
  const taken = leaderLast.filter(isTakenDown);
  if (taken.length === 0) return [];
  return [...downMeanwhile(taken, members.length), ...spaceStaysShort(taken, members.length, cluster)];
}

function downMeanwhile(taken: readonly EstablishedMember[], count: number): Finding[] {
  if (!losesQuorum(count)) return [];
  return [
    {
      code: 'restart-without-majority',
      at: 'restart',
      fact: `the cluster is down while ${taken.map(({ name }) => name).join(' and then ')} ${taken.length === 1 ? 'restarts' : 'restart'}, for some seconds each time.`,
      cause: count === 1 ? 'It is the only member.' : 'Of two members, both are the majority.',
      fix: 'Run it when clients can wait. A cluster of three members stays up.',
    },
  ];
}

function spaceStaysShort(
  taken: readonly EstablishedMember[],
  count: number,
  cluster: ClusterFacts | undefined,
): Finding[] {
  const raises = taken.some((member) => gateBefore(member, count)?.despite === 'NOSPACE');
  if (!raises || cluster?.health.findings.some(isSpaceAlarm) !== true) return [];
  return [
    {
      code: 'space-alarm-overridden',
      at: 'alarms',
      fact: 'the alarm NOSPACE is raised, but the members are restarted, because this run raises quota-backend-bytes.',
      cause: 'etcd reads a larger quota only at startup, and keeps the alarm until it is disarmed.',
      fix: 'The run ends as not healthy while the alarm is raised. Afterwards run `etcdctl alarm disarm`, and run again.',
    },
  ];
}
