import { clockFindings } from '../../cluster/clocks.ts';
import { wantedImage } from '../../cluster/images.ts';
import { type Member, memberFindings } from '../../cluster/members.ts';
import { differentImages, missingPrerequisites } from '../../cluster/prerequisites.ts';
import { silentPrograms, unseenFindings } from '../../cluster/unseen-findings.ts';
import type { DiskTestFact, PreflightFacts } from '../../facts/preflight.ts';
import type { Finding } from '../../findings.ts';
import type { ImageArchive } from '../../images/image-archive.ts';
import { KUBEADM_LEAF_DAYS } from '../../pki/certificate.ts';
import { dataDisks, diskTestResult, memberFsync } from './disk.ts';
import { bySeverity, type ExaminedMember, type PreflightSettings, type SevereFinding } from './finding.ts';
import {
  capacity,
  cgroupDrivers,
  cgroupV1,
  cgroupV1Ahead,
  clones,
  laterDropIns,
  leftoverKeys,
  swapOn,
} from './machine.ts';
import { clockDifferences, resolvConf, roundTrips, sourceAddresses } from './network.ts';
import { type PatchTrialFact, patchTrialFindings } from './patch-trial.ts';
import { kubeletVersion, missingImages, mixedKubeadm, vulnerableEtcd } from './releases.ts';
import { keysToRemove, unwritablePlaces } from './writing.ts';

/** All that preflight judges. */
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

/** Everything that was found on all hosts, the worst first. A host without preflight facts is judged by its own alone. */
export function preflightFindings(input: PreflightInput): SevereFinding[] {
  const { settings, members, archive } = input;
  const examined = members.flatMap((member) => examine(member, input));
  return bySeverity([
    ...prerequisites(input).map((finding): SevereFinding => ({ ...finding, severity: 'fail' })),
    ...examined.flatMap((member) => ofOneHost(member, settings)),
    ...clones(members),
    ...mixedKubeadm(examined),
    ...vulnerableEtcd(examined, settings),
    ...cgroupV1Ahead(examined, settings),
    ...clockDifferences(members),
    ...roundTrips(examined, settings),
    ...missingImages(examined, settings, archive),
    ...keysToRemove(examined, settings),
  ]);
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

/** What a deploy refuses as well, in the same words. */
function prerequisites({ settings, members }: PreflightInput): Finding[] {
  return [
    ...memberFindings(members),
    ...members.flatMap((member) => missingPrerequisites(member, settings)),
    ...silentPrograms(members),
    ...unseenFindings(members, 'sign'),
    ...clockFindings(members, settings.certificates?.leafDays ?? KUBEADM_LEAF_DAYS),
    ...differentImages(members, (facts) => wantedImage(settings, facts)?.image),
  ];
}

function ofOneHost(member: ExaminedMember, settings: PreflightSettings): SevereFinding[] {
  return [
    ...kubeletVersion(member),
    ...cgroupV1(member, settings),
    ...cgroupDrivers(member),
    ...swapOn(member, settings),
    ...laterDropIns(member),
    ...resolvConf(member),
    ...unwritablePlaces(member),
    ...sourceAddresses(member, settings),
    ...dataDisks(member, settings),
    ...memberFsync(member),
    ...diskTestResult(member),
    ...patchTrialFindings(member, settings),
    ...capacity(member, settings),
    ...leftoverKeys(member),
  ];
}
