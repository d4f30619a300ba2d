import { type Check, checkOf, textOfFinding, worstFirst } from '../../checks/check.ts';
import { clockChecks } from '../../checks/clock.ts';
import { disksForDeploy, diskTestResult } from '../../checks/disk.ts';
import type { ExaminedMember, PreflightSettings } from '../../checks/examined.ts';
import { capacity, cgroupDrivers, cgroupV1, cgroupV1Ahead, clones, swapOn } from '../../checks/machine.ts';
import { walFsyncSinceStart } from '../../checks/metrics.ts';
import { resolvConf, roundTrips, sourceAddresses } from '../../checks/network.ts';
import { keysToRemove, laterDropIns, leftoverKeys, unwritablePlaces } from '../../checks/places.ts';
import { kubeletRelease, mixedKubeadm, releasesForDeploy } from '../../checks/releases.ts';
import { clockFindings, differentImages, missingPrerequisites } from '../../cluster/prerequisites.ts';
import { isStored, wantedImage } from '../../cluster/images.ts';
import { type Member, memberFindings } from '../../cluster/members.ts';
import { silentPrograms, unseenFindings } from '../../cluster/unseen-findings.ts';
import { nameList } from '../../etcd/health/observation.ts';
import type { DiskTestFact, PatchTrialFact, PreflightFacts } from '../../facts/preflight.ts';
import type { Finding } from '../../findings.ts';
import type { ImageArchive } from '../../images/image-archive.ts';
import { KUBEADM_LEAF_DAYS } from '../../pki/certificate.ts';
import { imageFor } from '../deploy/image-supply.ts';
import { patchTrialChecks } from './patch-trial.ts';

/** All that a preflight judges. */
export interface PreflightInput {
  readonly settings: PreflightSettings;
  /** In the order of `settings.hosts`; a host that could not be examined is left out. */
  readonly members: readonly Member[];
  /** By the host's address: names may turn out to be the same. */
  readonly preflight: ReadonlyMap<string, PreflightFacts>;
  /** By the host's address; of hosts on which a write test was made. */
  readonly diskTests?: ReadonlyMap<string, DiskTestFact>;
  /** By the host's address; of hosts whose kubeadm has tried the patches. */
  readonly patchTrials?: ReadonlyMap<string, PatchTrialFact>;
  /** Images on the runner; absent: none were given. */
  readonly archive?: ImageArchive;
}

/**
 * Returns every check of a preflight on all hosts, the worst first; most exist only if they find something. A host without
 * preflight facts is judged by its own alone.
 */
export function preflightChecks(input: PreflightInput): Check[] {
  const { settings, archive } = input;
  const members = input.members.map(labelled);
  const examined = members.flatMap((member) => examine(member, input));
  return worstFirst([
    ...[...memberFindings(input.members), ...prerequisites(members, settings)].map(prerequisite),
    ...examined.flatMap((member) => ofOneHost(member, settings)),
    ...clones(members),
    ...mixedKubeadm(examined),
    ...releasesForDeploy(examined, settings),
    ...cgroupV1Ahead(examined, settings),
    ...clockChecks(clocksOf(members), CLOCK_LIMITS),
    ...roundTrips(examined, settings),
    ...missingImages(examined, settings, archive),
    ...keysToRemove(examined, settings),
  ]);
}

/**
 * Before a deploy: etcd logs peers whose clocks are further apart than the first (server/etcdserver/api/rafthttp/probing_status.go);
 * beyond the second, leases, logs and certificates are not to be trusted.
 */
const CLOCK_LIMITS = { warningMs: 1000, failureMs: 30_000 };

function clocksOf(members: readonly Member[]): Parameters<typeof clockChecks>[0] {
  return members.flatMap(({ name, facts: { clock } }) => (clock === undefined ? [] : [{ name, clock }]));
}

function examine(member: Member, { preflight, diskTests, patchTrials }: PreflightInput): ExaminedMember[] {
  const seen = preflight.get(member.address);
  const diskTest = diskTests?.get(member.address);
  const patchTrial = patchTrials?.get(member.address);
  if (seen === undefined) return [];
  return [
    {
      ...member,
      seen,
      ...(diskTest === undefined ? {} : { diskTest }),
      ...(patchTrial === undefined ? {} : { patchTrial }),
    },
  ];
}

/** Returns the failed check of a deploy's refusal: in the same words, with the place of the finding as the subject. */
export function prerequisite(finding: Finding): Check {
  return checkOf('prerequisite', finding.host ?? null)('fail', {
    ...textOfFinding(finding),
    subject: finding.at,
  });
}

/** A host whose hostname could not be read is refused for it, and called by its address in all other checks. */
function labelled(member: Member): Member {
  return member.name === '' ? { ...member, name: member.address } : member;
}

/** What a deploy refuses as well, in the same words, besides names that it cannot use. */
function prerequisites(members: readonly Member[], settings: PreflightSettings): Finding[] {
  return [
    ...members.flatMap((member) => missingPrerequisites(member, settings)),
    ...silentPrograms(members),
    ...unseenFindings(members, 'sign'),
    ...clockFindings(members, settings.certificates?.leafDays ?? KUBEADM_LEAF_DAYS),
    ...differentImages(members, (facts) => wantedImage(settings, facts)?.image),
  ];
}

function ofOneHost(member: ExaminedMember, settings: PreflightSettings): Check[] {
  const { name, seen } = member;
  return [
    ...kubeletRelease(member),
    ...cgroupV1(member, settings),
    ...cgroupDrivers(member),
    ...swapOn(member, settings),
    ...laterDropIns(member),
    ...resolvConf(member),
    ...unwritablePlaces(member),
    ...sourceAddresses(member, settings),
    ...disksForDeploy(member, settings),
    ...(seen.member === undefined ? [] : [walFsyncSinceStart(name, seen.member)]),
    ...diskTestResult(member),
    ...patchTrialChecks(member, settings),
    ...capacity(member, settings),
    ...leftoverKeys(member),
  ];
}

/**
 * On which hosts etcd's image, or the pause image that the container runtime starts each pod with, is missing, and how it
 * will come there. If the images are unknown, there is no check of them.
 */
function missingImages(
  members: readonly ExaminedMember[],
  settings: PreflightSettings,
  archive: ImageArchive | undefined,
): Check[] {
  const ofEtcd = absent(members, archive, (member) => wantedImage(settings, member.facts)?.image);
  const ofPods = absent(members, archive, (member) => member.facts.sandboxImage);
  return [
    ...ofEtcd.map(({ image, hosts, source }) =>
      checkOf('image', null)('ok', {
        measured: `${image} is not on ${hosts} yet and will be ${source} there.`,
        notice:
          'The hosts are set up for the first time, or the inputs ask for another release. For hosts that cannot reach the registry, give `image-archive` (docs/air-gapped.md).',
      }),
    ),
    ...ofPods.map(({ image, hosts, source, isPulled }) => {
      const check = checkOf('pause-image', null);
      const measured = `${image}, the pause image of the container runtime, is not on ${hosts} yet and will be ${source} there when the first pod starts.`;
      const cause =
        'The runtime names it in its own configuration (`sandbox`, `sandbox_image` or `pause_image`), whichever kubeadm asks for.';
      const fix =
        'If the hosts cannot reach its registry, no pod starts: add it to `image-archive` too, or import it on the hosts.';
      return archive !== undefined && isPulled
        ? check('warn', { code: 'image-not-on-host', measured, cause, fix })
        : check('ok', { measured, notice: `${cause} ${fix}` });
    }),
  ];
}

interface Absent {
  readonly image: string;
  readonly hosts: string;
  /** `pulled`, or where else it comes from. */
  readonly source: string;
  readonly isPulled: boolean;
}

function absent(
  members: readonly ExaminedMember[],
  archive: ImageArchive | undefined,
  wanted: (member: ExaminedMember) => string | undefined,
): Absent[] {
  const missing = members.flatMap((member) => {
    const image = wanted(member);
    const isSeen = !member.facts.unseen.some(({ what }) => what === 'images');
    if (image === undefined || !isSeen || isStored(image, member.facts)) return [];
    const isPulled = archive === undefined || imageFor(archive, image, member.facts) === undefined;
    return [{ name: member.name, image, isPulled }];
  });
  return [...Map.groupBy(missing, ({ image, isPulled }) => `${image} ${String(isPulled)}`).values()].flatMap(
    (group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { image, isPulled } = first;
      const source = isPulled || archive === undefined ? 'pulled' : `imported from ${archive.path}`;
      return [{ image, isPulled, source, hosts: nameList(group.map(({ name }) => name)) }];
    },
  );
}
