import { Refusal, Refused, type Finding } from '../findings.ts';
import { placesOf } from '../kubeadm/data-places.ts';
import { flagsBeforeData } from '../kubeadm/etcd-manifest.ts';
import type { ClusterShape, MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import { leafPath } from '../kubeadm/file-tree.ts';
import {
  CA_CERTIFICATE,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  STATE_FILE,
} from '../kubeadm/paths.ts';
import type { Authority } from '../pki/authority.ts';
import { leafProfileNames, type LeafProfileName } from '../pki/leaf-profiles.ts';
import type { Settings } from '../settings/settings.ts';
import {
  absenceFindings,
  absentLeftOut,
  inOrderOfInputs,
  reasonsOf,
  resolveAbsent,
  type AbsentHost,
  type AbsentMember,
} from './absent-members.ts';
import { clusterAdoptionFindings, memberAdoptionFindings, patchAdoptionFindings } from './adoption.ts';
import { describeKeeper } from './authority-key.ts';
import {
  chooseAuthority,
  knownAuthority,
  withoutAuthority,
  type AuthorityAnswer,
  type AuthorityChoice,
  withKey,
} from './authority.ts';
import type { ImageArchive } from '../images/image-archive.ts';
import { bootstrapFindings } from './bootstrap.ts';
import { clockFindings } from './clocks.ts';
import { clientCopyWarnings, plannedClientCopies } from './client-copies.ts';
import { namesToBeLost } from './certificate-names.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { contradictionFindings } from './contradictions.ts';
import { decideControlPlane, type ControlPlanePlan } from './control-plane/decide.ts';
import type { ControlPlaneLook } from './control-plane/resolve.ts';
import { convergeStages, type ConvergedMember } from './converge-stages.ts';
import { createStages, runs, type CreatedMember } from './create-stages.ts';
import { desiredMember } from './desired.ts';
import {
  describeDifferences,
  differencesOf,
  differsFromRecord,
  flagDifferences,
  isAsDesired,
} from './differences.ts';
import { hasNoData } from './data-dir.ts';
import { fixedFlagFindings, foundedFlags, placeDifferences } from './fixed-flags.ts';
import { hasMajority } from './gates.ts';
import type { DataDirFact, HostFacts } from './host-facts.ts';
import { flagFindings, imageFindings, runningImage, unnamedFindings, wantedImage } from './images.ts';
import { otherImages, pauseFindings, supplyFindings } from './image-supply.ts';
import { clonedMachines, resolveMembers, type Member } from './members.ts';
import { holdLeaves, holdRestarts, LEFT_OUT, type Held } from './left-out.ts';
import { lostLogFindings, membershipFindings } from './membership.ts';
import { classifyHost, recordOn, tokenOn, type Ownership } from './ownership.ts';
import type { Plan, PlannedClientCopy, Verdict } from './plan.ts';
import { differentImages, missingEssentials, missingPrerequisites } from './prerequisites.ts';
import { memberManifest } from './member-manifest.ts';
import { distinctFacts, shutGates } from './restart-findings.ts';
import { mustRestart } from './restart-stages.ts';
import { restartWarnings } from './restart-warnings.ts';
import { signingFindings } from './signing.ts';
import { trustedBesides } from './trusted-authorities.ts';
import { foundImage, ownImage } from './found-image.ts';
import { unreadFindings, unseenFindings } from './unseen-findings.ts';

/** Everything that the decision depends on; the same question gives the same plan. */
export interface DeployQuestion {
  readonly settings: Settings;
  /** In the order of `settings.hosts`, which are those that could be reached. */
  readonly facts: readonly HostFacts[];
  /** Listed hosts that could not be reached; absent: all could. */
  readonly absent?: readonly AbsentHost[];
  /** Hosts of the control plane, which are no members; absent: none are listed. */
  readonly controlPlane?: ControlPlaneLook;
  /** Absent where no member could be asked. */
  readonly cluster?: ClusterFacts;
  /** Token for a cluster that does not exist yet. */
  readonly freshToken: string;
  readonly now: Date;
  /** Images on the runner, for hosts that lack them. */
  readonly archive?: ImageArchive;
}

const TITLE = 'nothing was changed on any host';

/** Files of a host that are compared with what they ought to be by their text. */
const COMPARED_FILES = [
  STATE_FILE,
  CA_CERTIFICATE,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  ...leafProfileNames.map((name) => leafPath(name, 'certificate')),
];

/**
 * The plan for `deploy`: one verdict on what was found, and what follows from it.
 * @throws Refused with all findings, before anything is touched, when the hosts are neither empty nor wholly one
 * cluster that can be brought to what the inputs ask for without risk.
 * @throws Refusal likewise, if hosts could not be reached and the run cannot go on without them.
 */
export function decideDeploy(question: DeployQuestion): Plan {
  const away = reasonsOf(question.absent ?? []);
  if (away.length === 0) return decide(question);
  try {
    return decide(question);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Refusal('not every host could be reached, so nothing was changed on any', [
      ...new Set([...away, ...error.findings]),
    ]);
  }
}

function decide(question: DeployQuestion): Plan {
  const { settings, facts, cluster, absent: absentHosts = [] } = question;
  const { members, findings } = resolveMembers(settings.hosts, facts);
  refuseIf(findings);
  // before anything follows from them: what was not seen is not absent
  refuseIf([...unseenFindings(members, 'verdict'), ...unreadFindings(members, COMPARED_FILES)]);
  refuseIf(contradictionFindings(members, cluster, settings.clientPort));
  const ownership = classifyAll(members, settings.clusterName);
  refuseIf(absenceFindings(absentHosts, members, ownership, cluster));
  const absent = resolveAbsent(absentHosts, members);
  const shape = clusterShape(
    settings,
    inOrderOfInputs(members, absent),
    tokenOf(ownership) ?? question.freshToken,
  );
  const established = isEstablished(ownership, cluster);
  if (established) refuseIf(members.flatMap((member) => fixedFlagFindings(member, shape)));
  refuseIf([
    ...mixedHosts(members, ownership),
    ...lostLogFindings(members, ownership, cluster),
    ...membershipFindings(ownership, cluster),
  ]);
  const authority = knownAuthority(members, settings.authority?.certificatePem);
  const handOver = decideControlPlane(question.controlPlane ?? { hosts: [], unreached: [] }, members, {
    authority,
    renewBeforeDays: settings.renewBeforeDays,
    now: question.now,
  });
  const found: Found = { ...question, members, away: absent, ownership, shape, authority, handOver };
  return established ? decideEstablished(found) : decideNew(found);
}

/** The question with what follows from it for every verdict. */
interface Found extends DeployQuestion {
  readonly members: readonly Member[];
  /** Members whose hosts could not be reached. */
  readonly away: readonly AbsentMember[];
  readonly ownership: ReadonlyMap<string, Ownership>;
  readonly shape: ClusterShape;
  /** The CA as it is known of before anything is done. */
  readonly authority: Authority | undefined;
  readonly handOver: ControlPlanePlan;
}

/**
 * The cluster has been healthy once: the action has recorded that, or somebody else's members run, or a run was cut off
 * before it could record what is healthy now. Somebody may use it since, so its members restart one at a time.
 */
function isEstablished(
  ownership: ReadonlyMap<string, Ownership>,
  cluster: ClusterFacts | undefined,
): boolean {
  const kinds = [...ownership.values()].map(({ kind }) => kind);
  const isProven = kinds.some((kind) => kind === 'unmanaged' || kind === 'member');
  return isProven || (cluster?.health.healthy === true && kinds.every((kind) => kind === 'unfinished'));
}

/** Nothing there yet, or an unfinished deploy of ours: create, repair. */
function decideNew(found: Found): Plan {
  const { settings, members, ownership, shape, cluster, archive, handOver } = found;
  const isNew = [...ownership.values()].every(({ kind }) => kind === 'pristine');
  const toKnow = authorityOf(found, { deliversKey: true });
  const toSign = readyToSign(toKnow, found);
  const { choice, findings } = members.every(hasStarted) ? toKnow : toSign;
  refuseIf([
    // without a choice nothing is known of the CA, and the findings say why
    ...(isNew
      ? bootstrapFindings(settings.bootstrap, choice === undefined || choice.source.from === 'made')
      : []),
    ...findings,
    ...handOver.findings,
    ...unseenFindings(members, 'create'),
    ...members.flatMap((member) => missingPrerequisites(member, settings)),
    ...differentImages(members, (seen) => wantedImage(settings, seen)?.image),
  ]);
  const created = members.map((member) => createdMember(member, found));
  refuseIf(
    unseenFindings(
      created.filter((member) => member.progress !== 'begun' || !runs(member)),
      'image',
    ),
  );
  refuseIf([
    ...supplyFindings(created, { archive, registry: settings.registry }),
    ...otherImages(
      created.filter(({ progress }) => progress === 'nothing'),
      archive,
    ),
  ]);
  refuseIf(
    created.flatMap((member) => [
      ...foundedOtherwise(member, shape),
      ...otherRelease(member, ownImage(member.facts)),
    ]),
  );
  refuseIf(created.filter(({ progress }) => progress !== 'begun').flatMap(unknownFlags));
  const fresh = created.filter(({ progress }) => progress !== 'begun');
  // a manifest that has to be replaced comes with certificates of this run
  const signs = fresh.length > 0 || handOver.issue.size > 0;
  const signing = signs ? toSign : toKnow;
  if (signs) refuseIf(signing.findings);
  const authority = chosen(signing.choice ?? choice);
  const takesKey =
    isNew || (authority.source.from !== 'host' && fresh.some(({ name }) => name === authority.keyKeeper));
  return {
    ...common(found, authority, created),
    verdict: isNew ? 'create' : 'repair',
    reasons: [
      ...(isNew ? ['none of the hosts holds anything of etcd'] : []),
      ...(takesKey ? [describeKeeper(authority.source.from, authority.keyKeeper)] : []),
      ...(isNew ? [] : created.map(describeProgress)),
    ],
    leftOut: [],
    issue: new Map([...fresh.map(({ name }) => [name, leafProfileNames] as const), ...handOver.issue]),
    clientCopies: new Map(),
    warnings: [
      ...clonedMachines(members),
      ...signing.warnings,
      ...trustedBesides(members),
      ...pauseFindings(created, archive),
      ...handOver.warnings,
    ],
    ...withHandOver(
      createStages({
        shape,
        authority,
        members: created,
        works: cluster !== undefined && hasMajority(cluster.health),
        ...(cluster?.health.leader ? { leader: cluster.health.leader.name } : {}),
        ...(archive === undefined ? {} : { archive }),
      }),
      handOver,
    ),
  };
}

/** A cluster that lives: unchanged, converge, adopt. */
function decideEstablished(found: Found): Plan {
  const { settings, members, ownership, shape, cluster, archive, authority, handOver } = found;
  const unmanaged = members.filter(({ name }) => ownership.get(name)?.kind === 'unmanaged');
  const toKnow = authorityOf(found, { deliversKey: false });
  refuseIf([...toKnow.findings, ...members.flatMap(missingEssentials), ...handOver.findings]);
  if (authority === undefined) throw new Refused(TITLE, [withoutAuthority(members)]);

  const images = new Map(
    members.map(
      (member) =>
        [
          member.name,
          foundImage(member, { members, total: shape.members.length }, ownership, settings),
        ] as const,
    ),
  );
  refuseIf([...images.values()].flatMap((one) => ('finding' in one ? [one.finding] : [])));
  const imageOn = ({ name }: { readonly name: string }): string | undefined => {
    const one = images.get(name);
    return one !== undefined && 'image' in one ? one.image : undefined;
  };
  const compared = members.map((member) =>
    convergedMember(member, authority, chosen(toKnow.choice), found, imageOn(member)),
  );
  const toSign = issuedBy(compared, handOver).size > 0 ? readyToSign(toKnow, found) : toKnow;
  const held = holdBack(compared, found, toSign.findings);
  const converged = held.members;
  const issue = issuedBy(converged, handOver);
  // what cannot be signed was left out, or is refused here
  const signing = issue.size > 0 ? toSign : toKnow;
  const supplied = converged.filter((member) => mustRestart(member) || !runs(member));
  refuseIf([
    ...unseenFindings(supplied, 'image'),
    ...unseenFindings(
      converged.filter(({ etcdRuns }) => !etcdRuns),
      'start',
    ),
  ]);
  refuseIf([
    ...signing.findings,
    ...supplyFindings(supplied, { archive, registry: settings.registry }),
    ...converged.flatMap((member) => otherRelease(member, imageOn(member))),
    ...converged.filter((member) => mustRestart(member) && !member.isHeld).flatMap(unknownFlags),
    ...(unmanaged.length === 0
      ? []
      : [
          ...clusterAdoptionFindings(
            cluster,
            unmanaged.map(({ name }) => name),
          ),
          ...patchAdoptionFindings(settings.patches),
        ]),
    ...converged
      .filter(({ name }) => ownership.get(name)?.kind === 'unmanaged')
      .flatMap((member) => memberAdoptionFindings(member, member.desired, member.differences)),
  ]);

  const idle = converged.filter((member) => !runs(member));
  const different = converged.filter(({ differences }) => !isAsDesired(differences));
  const leftOut = [...absentLeftOut(found.away), ...held.leftOut];
  const verdict = verdictOn(unmanaged.length, different.length + handOver.stages.length, idle.length);
  const works = cluster !== undefined && hasMajority(cluster.health);
  const stages = withHandOver(
    convergeStages(converged, shape, toKnow.choice?.keyKeeper, works, archive),
    handOver,
  );
  // who is handed its own pair needs no copy of a member's
  const clientCopies = handsOver(settings)
    ? new Map<string, PlannedClientCopy>()
    : plannedClientCopies(converged, ownership, settings.copiedClientCertificates);
  return {
    ...common(found, chosen(signing.choice), converged),
    verdict,
    reasons: [
      ...reasonsFor(verdict, converged),
      ...handOver.reasons,
      ...leftOut
        .filter(({ at }) => at === LEFT_OUT)
        .map(({ host = '' }) => `${host}: left out in part or whole`),
    ],
    leftOut,
    issue,
    clientCopies,
    warnings: [
      ...clonedMachines(members),
      ...signing.warnings,
      ...trustedBesides(members),
      ...restartWarnings(converged, cluster),
      ...otherImages(converged, archive),
      ...clientCopyWarnings(clientCopies),
      ...converged.flatMap((member) =>
        namesToBeLost(member, settings.certificates.extraSans, member.differences.leaves),
      ),
      ...handOver.warnings,
    ],
    ...stages,
  };
}

/** Leaves that the run issues, by host. */
function issuedBy(
  members: readonly ConvergedMember[],
  handOver: ControlPlanePlan,
): Map<string, readonly LeafProfileName[]> {
  return new Map([
    ...members
      .filter(({ differences }) => differences.leaves.size > 0)
      .map(({ name, differences }) => [name, [...differences.leaves.keys()]] as const),
    ...handOver.issue,
  ]);
}

/**
 * What can be done without what cannot: restarts that the cluster cannot spare are left out, and so are certificates while the
 * host that keeps the CA's key is away.
 * @param keyless what keeps the CA from signing what is due.
 * @throws Refused with the reasons where nothing else is left to do.
 */
function holdBack(
  compared: readonly ConvergedMember[],
  { away, cluster, handOver, ownership, shape }: Found,
  keyless: readonly Finding[],
): Held {
  const unsigned = away.length > 0 ? keyless : [];
  const signed: Held =
    unsigned.length === 0 ? { members: compared, leftOut: [] } : holdLeaves(compared, unsigned);
  const shut = shutGates(signed.members, shape, cluster);
  const { members, leftOut } = holdRestarts(signed.members, shut);
  const isIdle = members.every(
    (member) => isAsDesired(member.differences) && (member.isHeld || runs(member)),
  );
  const takesOver = [...ownership.values()].some(({ kind }) => kind === 'unmanaged');
  if (takesOver || (isIdle && handOver.stages.length === 0))
    refuseIf(distinctFacts([...unsigned, ...[...shut.values()].flat()]));
  return { members, leftOut: [...signed.leftOut, ...leftOut] };
}

/** The control plane gets its files once the cluster is proven healthy, and recorded. */
function withHandOver(
  { stages, afterProof }: Pick<Plan, 'stages' | 'afterProof'>,
  handOver: ControlPlanePlan,
): Pick<Plan, 'stages' | 'afterProof'> {
  return { stages, afterProof: [...afterProof, ...handOver.stages] };
}

/** Whether the action looks after what the control plane has of the cluster. */
function handsOver({ controlPlane }: Settings): boolean {
  return controlPlane.length > 0;
}

function verdictOn(unmanaged: number, different: number, idle: number): Verdict {
  if (unmanaged > 0) return 'adopt';
  if (different > 0) return 'converge';
  return idle > 0 ? 'repair' : 'unchanged';
}

function reasonsFor(verdict: Verdict, members: readonly ConvergedMember[]): string[] {
  if (verdict === 'unchanged')
    return ['every host is a finished member of this cluster, as the inputs ask for'];
  return members.flatMap((member) => {
    const lines = describeDifferences(member.differences);
    if (!runs(member)) lines.unshift(describeIdle(member));
    return lines.length === 0 ? [] : [`${member.name}: ${lines.join('; ')}`];
  });
}

function common(
  { settings, shape, authority, handOver }: Found,
  { source, keyKeeper }: AuthorityChoice,
  members: readonly (CreatedMember | ConvergedMember)[],
): Pick<
  Plan,
  | 'clusterName'
  | 'shape'
  | 'authority'
  | 'authorityCertificate'
  | 'keyKeeper'
  | 'kubernetesVersions'
  | 'certificates'
  | 'controlPlane'
> {
  return {
    clusterName: settings.clusterName,
    shape,
    authority: source,
    ...(source.from === 'made' || authority === undefined
      ? {}
      : { authorityCertificate: authority.certificatePem }),
    ...(keyKeeper === undefined ? {} : { keyKeeper }),
    certificates: settings.certificates,
    controlPlane: handOver.hosts,
    kubernetesVersions: new Map(members.map(({ name, desired }) => [name, desired.kubernetesVersion])),
  };
}

function refuseIf(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new Refused(TITLE, findings);
}

function authorityOf(
  { members, ownership, settings }: Found,
  { deliversKey }: { readonly deliversKey: boolean },
): AuthorityAnswer {
  const { authority: brought, caCustody: custody } = settings;
  return chooseAuthority(members, ownership, { brought, custody, deliversKey });
}

/** The same CA, with its key, and what keeps it from signing. */
function readyToSign(toKnow: AuthorityAnswer, { members, settings, authority, now }: Found): AuthorityAnswer {
  const answer = withKey(toKnow, members);
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

function chosen(choice: AuthorityChoice | undefined): AuthorityChoice {
  if (choice === undefined) throw new Error('an authority is chosen whenever there is no finding');
  return choice;
}

function classifyAll(members: readonly Member[], clusterName: string): Map<string, Ownership> {
  const classified = members.map((member) => ({ name: member.name, ...classifyHost(member, clusterName) }));
  refuseIf(classified.flatMap(({ findings }) => findings));
  return new Map(
    classified.flatMap(({ name, ownership }) => (ownership === undefined ? [] : [[name, ownership]])),
  );
}

/** Every host of a cluster that has data has to be one of its members, and all carry its one token. */
function mixedHosts(members: readonly Member[], ownership: ReadonlyMap<string, Ownership>): Finding[] {
  const withData = members.filter(({ name, facts }) => {
    const owned = ownership.get(name);
    return owned?.kind === 'member' || owned?.kind === 'unmanaged' || facts.dataDir.hasLog;
  });
  const pristine = members.filter(({ name }) => ownership.get(name)?.kind === 'pristine');
  if (withData.length > 0 && pristine.length > 0) {
    const names = withData.map(({ name }) => name).join(', ');
    return pristine.map(({ name }) => ({
      host: name,
      at: 'host',
      fact: `it is empty, while ${names} ${withData.length === 1 ? 'holds' : 'hold'} a member's data.`,
      cause: 'The host was reinstalled or its disk was lost, or a host was added to the list.',
      fix: 'Restore its disk, or list the hosts that the cluster was made of. A member that lost its data must not be started as if it were new.',
    }));
  }
  const tokens = Map.groupBy(ownership, ([, owned]) => tokenOn(owned));
  tokens.delete(undefined);
  if (tokens.size <= 1) return [];
  return [
    {
      at: 'hosts',
      fact: `they belong to ${tokens.size} different clusters (${[...tokens.values()].map((group) => group.map(([name]) => name).join(', ')).join(' / ')}).`,
      cause: 'Hosts of two clusters with the same name were listed together.',
      fix: 'List the hosts of one cluster. `cluster-name` helps to tell clusters apart.',
    },
  ];
}

function tokenOf(ownership: ReadonlyMap<string, Ownership>): string | undefined {
  return [...ownership.values()].map(tokenOn).find((token) => token !== undefined);
}

function clusterShape(settings: Settings, members: readonly MemberIdentity[], token: string): ClusterShape {
  return {
    members,
    token,
    clientPort: settings.clientPort,
    peerPort: settings.peerPort,
    metricsPort: settings.metricsPort,
    ...placesOf(settings),
    extraArgs: settings.extraArgs,
    patches: settings.patches,
    ...(settings.imageRepository === undefined ? {} : { imageRepository: settings.imageRepository }),
    ...(settings.etcdImageTag === undefined ? {} : { etcdImageTag: settings.etcdImageTag }),
  };
}

/** Has this host's etcd ever been able to start? */
function hasStarted({ facts }: Member): boolean {
  return facts.files.has(ETCD_MANIFEST) || facts.dataDir.hasLog;
}

function whatRuns({ facts }: Member): { kubeletRuns: boolean; etcdRuns: boolean } {
  return {
    kubeletRuns: facts.kubelet.active && facts.kubelet.enabled,
    etcdRuns: facts.containers.some(({ running }) => running),
  };
}

function createdMember(member: Member, { shape, settings, ownership }: Found): CreatedMember {
  const recorded = hasStarted(member) ? recordOn(ownership.get(member.name)) : undefined;
  // where its manifest is gone, its data was written by what its configuration names
  const image = member.facts.dataDir.hasLog ? ownImage(member.facts) : undefined;
  const desired = desiredMember(member, shape, settings, {
    ...(recorded === undefined ? {} : { kubernetesVersion: recorded.kubernetesVersion }),
    ...(image === undefined ? {} : { image }),
  });
  return { ...member, ...whatRuns(member), desired, progress: progressOf(member, desired) };
}

function progressOf({ facts }: Member, desired: CreatedMember['desired']): CreatedMember['progress'] {
  const manifest = memberManifest(facts);
  if (manifest === undefined)
    return facts.dataDir.hasLog || facts.dataDir.hasBlankLog || facts.files.has(ETCD_MANIFEST)
      ? 'other'
      : 'nothing';
  // the same manifest again would not help: the log has to be set aside while etcd does not run
  if (facts.dataDir.hasBlankLog) return 'other';
  const same =
    flagDifferences(manifest, desired.arguments).length === 0 &&
    flagsBeforeData(manifest, desired.arguments).length === 0 &&
    manifest.image === desired.image &&
    [...desired.texts].every(([path, text]) => facts.files.get(path)?.text === text);
  return same ? 'begun' : 'other';
}

/** A member that has data was founded with names and addresses that cannot be changed by another manifest. */
function foundedOtherwise({ name, facts, desired, progress }: CreatedMember, shape: ClusterShape): Finding[] {
  if (progress === 'nothing') return hasNoData(facts.dataDir) ? [] : [filledBySomebody(name, facts.dataDir)];
  const manifest = memberManifest(facts);
  const places = manifest === undefined ? [] : placeDifferences(manifest, shape);
  if (!facts.dataDir.hasLog && places.length === 0) return [];
  const founded = { arguments: foundedFlags(facts) };
  return [...flagsBeforeData(founded, desired.arguments), ...places].map((line) => ({
    host: name,
    at: 'hosts',
    fact: `its etcd has already begun its data with other values (${line}).`,
    cause:
      'Hosts, names, ports, the data dir or that of the log were changed after a deploy that was cut off.',
    fix: 'Run once more with the inputs of that deploy. To begin anew with others, move the data dir (and `wal-dir`) and /etc/kubernetes/etcd-ha-action of a cluster that has never been used to another place.',
  }));
}

function filledBySomebody(host: string, { empty }: DataDirFact): Finding {
  const [at, folder] = empty ? ['wal-dir', 'the folder of its log'] : ['data-dir', 'its data dir'];
  return {
    host,
    at,
    fact: `${folder} holds files, and no etcd has been started on it yet.`,
    cause: 'Somebody has put them there after a deploy that was cut off.',
    fix: `Move them elsewhere, or give another \`${at}\`.`,
  };
}

/**
 * Another etcd than the one that has written a member's data.
 * @param found what is known of that one where the manifest is missing.
 */
function otherRelease({ name, facts, desired }: CreatedMember | ConvergedMember, found?: string): Finding[] {
  const running = facts.dataDir.hasLog ? (runningImage(facts) ?? found) : undefined;
  if (running === undefined) return [];
  const unnamed = unnamedFindings(name, running, desired.image);
  return unnamed.length > 0 ? unnamed : imageFindings(name, running, desired.image);
}

/** Flags of the host's kubeadm that the member's etcd does not know; asked where kubeadm is to render its manifest. */
function unknownFlags({ name, facts, desired }: CreatedMember | ConvergedMember): Finding[] {
  const { kubeadmVersion } = facts;
  return kubeadmVersion === undefined ? [] : flagFindings(name, kubeadmVersion, desired.image);
}

const PROGRESS: Readonly<Record<CreatedMember['progress'], string>> = {
  nothing: 'its set-up has not got as far as starting the member',
  begun: 'its member has been started, and the cluster was not proven healthy yet',
  other: 'its member has been started with other settings, and the cluster was never proven healthy',
};

function describeProgress(member: CreatedMember): string {
  const idle = member.progress === 'nothing' || runs(member) ? '' : `, ${describeIdle(member)}`;
  return `${member.name}: ${PROGRESS[member.progress]}${idle}`;
}

function describeIdle({ kubeletRuns }: Pick<CreatedMember, 'kubeletRuns'>): string {
  return kubeletRuns ? 'its etcd does not run' : 'its kubelet does not run, or not at boot';
}

function convergedMember(
  member: Member,
  authority: Authority,
  { keyKeeper }: AuthorityChoice,
  { shape, settings, ownership, cluster, now }: Found,
  image: string | undefined,
): ConvergedMember {
  const record = recordOn(ownership.get(member.name));
  const desired = desiredMember(member, shape, settings, {
    ...(record === undefined ? {} : { kubernetesVersion: record.kubernetesVersion }),
    ...(image === undefined ? {} : { image }),
  });
  const differences = differencesOf(member, {
    desired,
    authority,
    places: shape,
    keepsAuthorityKey: member.name === keyKeeper,
    caCustody: settings.caCustody,
    renewBeforeDays: settings.renewBeforeDays,
    extraSans: settings.certificates.extraSans,
    copiedClients: handsOver(settings) ? recordedCopies(ownership) : settings.copiedClientCertificates,
    now,
    ...(record === undefined ? {} : { record }),
  });
  const isLeader = cluster?.health.leader?.name === member.name;
  const isRecorded = record?.files[ETCD_MANIFEST] !== undefined;
  const manifestIsRecorded = isRecorded ? !differsFromRecord(record, member.facts, ETCD_MANIFEST) : undefined;
  return {
    ...member,
    ...whatRuns(member),
    desired,
    differences,
    isLeader,
    manifestIsRecorded,
    isHeld: false,
  };
}

/** Fingerprints of all renewed client certificates of which nobody has confirmed a copy yet. */
function recordedCopies(ownership: ReadonlyMap<string, Ownership>): string[] {
  return [...ownership.values()].flatMap((owned) => recordOn(owned)?.clientCopy?.fingerprint ?? []);
}
