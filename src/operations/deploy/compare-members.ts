import type { AuthorityChoice } from '../../cluster/authority.ts';
import { dataMounts } from '../../cluster/data-dir.ts';
import { desiredMember, type DesiredMember } from '../../cluster/desired-member.ts';
import { differencesOf, differsFromRecord, flagDifferences } from '../../cluster/differences.ts';
import { previousImage, ownImage } from '../../cluster/previous-image.ts';
import type { Member } from '../../cluster/members.ts';
import type { PlannedCluster } from '../../cluster/planned-cluster.ts';
import { type Ownership, recordOn } from '../../cluster/ownership.ts';
import type { EstablishedMember, NewMember } from '../../cluster/planned-members.ts';
import { memberManifest } from '../../facts/host.ts';
import type { Settings } from '../../inputs/settings.ts';
import { flagsBeforeData } from '../../kubeadm/etcd-manifest.ts';
import { ETCD_MANIFEST, placesOf } from '../../kubeadm/paths.ts';
import type { Authority } from '../../pki/authority.ts';
import type { Plan } from '../../plan/plan.ts';
import type { ClassifiedInput } from './classify.ts';
import { refuseIf } from './refusals.ts';

/**
 * A member of a new cluster with its desired state.
 * @returns the member with how far an earlier run, if there was one, has come with it.
 * @throws Error where the host lacks a prerequisite: those have to be refused first.
 */
export function compareNew(
  member: Member,
  { shape, settings, ownership }: Pick<ClassifiedInput, 'shape' | 'settings' | 'ownership'>,
): NewMember {
  const recorded = hasStarted(member) ? recordOn(ownership.get(member.name)) : undefined;
  // without a manifest, the kubeadm configuration on the host names the image that has written the data
  const image = member.facts.dataDir.hasLog ? ownImage(member.facts) : undefined;
  const desired = desiredMember(member, shape, settings, {
    ...(recorded === undefined ? {} : { kubernetesVersion: recorded.kubernetesVersion }),
    ...(image === undefined ? {} : { image }),
  });
  return { ...member, ...runningUnits(member), desired, progress: progressOf(member, desired) };
}

/**
 * A member of an established cluster with its desired state.
 * @param authority the CA that its certificates are checked against.
 * @param image the image that has written its data, if its manifest is missing; see {@link imagesWithoutManifest}.
 * @returns the member with every difference; nothing is held back yet.
 * @throws Error where the host lacks a prerequisite: those have to be refused first.
 */
export function compareEstablished(
  member: Member,
  authority: Authority,
  { keyKeeper }: AuthorityChoice,
  { shape, settings, ownership, cluster, now }: ClassifiedInput,
  image: string | undefined,
): EstablishedMember {
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
    // copies made by hand are not in use there, so none of them waits for a confirmation
    copiedClients: servesControlPlane(settings)
      ? unconfirmedCopies(ownership)
      : settings.copiedClientCertificates,
    now,
    ...(record === undefined ? {} : { record }),
  });
  const isRecorded = record?.files[ETCD_MANIFEST] !== undefined;
  return {
    ...member,
    ...runningUnits(member),
    desired,
    differences,
    isLeader: cluster?.health.leader?.name === member.name,
    manifestIsRecorded: isRecorded ? !differsFromRecord(record, member.facts, ETCD_MANIFEST) : undefined,
    isHeld: false,
  };
}

/**
 * The images that have written the data of members whose manifests are missing.
 * @returns the image by the member's name; no entry for a member that has its manifest.
 * @throws RefusedError if the image of a member is not known for certain.
 */
export function imagesWithoutManifest({
  members,
  ownership,
  settings,
  shape,
}: Pick<ClassifiedInput, 'members' | 'ownership' | 'settings' | 'shape'>): ReadonlyMap<string, string> {
  const total = shape.members.length;
  const answers = members.map((member) => ({
    name: member.name,
    answer: previousImage(member, { members, total }, ownership, settings),
  }));
  refuseIf(answers.flatMap(({ answer }) => ('finding' in answer ? [answer.finding] : [])));
  return new Map(
    answers.flatMap(({ name, answer }): (readonly [string, string])[] =>
      'image' in answer ? [[name, answer.image]] : [],
    ),
  );
}

/** @returns whether the etcd of this host could have been started before: by its manifest, or by the log that it left. */
export function hasStarted({ facts }: Member): boolean {
  return facts.files.has(ETCD_MANIFEST) || facts.dataDir.hasLog;
}

/** What a member lacks whose kubelet or etcd does not run, as reasons of a plan word it. */
export function describeIdle({ kubeletRuns }: Pick<NewMember, 'kubeletRuns'>): string {
  return kubeletRuns ? 'its etcd is not running' : 'its kubelet is not running, or is not enabled at boot';
}

function runningUnits({ facts }: Member): Pick<NewMember, 'kubeletRuns' | 'etcdRuns'> {
  return {
    kubeletRuns: facts.kubelet.active && facts.kubelet.enabled,
    etcdRuns: facts.containers.some(({ running }) => running),
  };
}

function progressOf({ facts }: Member, desired: DesiredMember): NewMember['progress'] {
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

/** Fingerprints of all renewed client certificates whose copy has not been confirmed yet. */
function unconfirmedCopies(ownership: ReadonlyMap<string, Ownership>): string[] {
  return [...ownership.values()].flatMap((owned) => recordOn(owned)?.clientCopy?.fingerprint ?? []);
}

/** The fields of a plan that every verdict fills in the same way. */
export type CommonFields = Pick<Plan, 'clusterName' | 'members' | 'controlPlane'>;

/** The part of a plan about the cluster and its hosts, the same for every verdict. A deploy changes no membership. */
export function commonFields({ settings, shape, handOver, isEstablished }: ClassifiedInput): CommonFields {
  const { members } = shape;
  return {
    clusterName: settings.clusterName,
    members: { before: isEstablished ? members : [], after: members },
    controlPlane: handOver.hosts,
  };
}

/**
 * The cluster as a plan wants it, its CA and its releases.
 * @param members with the release that the kubeadm configuration of each names.
 * @returns no `authorityCertificate` where the run makes the CA, and no `keyKeeper` where no host keeps the key.
 */
export function plannedCluster(
  { settings, shape, authority, handOver }: ClassifiedInput,
  { source, keyKeeper }: AuthorityChoice,
  members: readonly (Member & { readonly desired: DesiredMember })[],
  { issue, clientCopies }: Pick<PlannedCluster, 'issue' | 'clientCopies'>,
): PlannedCluster {
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
    dataMounts: new Map(members.map(({ name, facts }) => [name, dataMounts(facts, placesOf(settings))])),
    issue,
    clientCopies,
  };
}

/**
 * Appends the stages of the control plane. API servers get their files last: what they are given must belong to a cluster
 * that has been verified and recorded.
 * @returns the stages with those of the control plane at the end of `afterVerify`.
 */
export function withHandOver(
  { stages, afterVerify }: Pick<Plan, 'stages' | 'afterVerify'>,
  { handOver }: Pick<ClassifiedInput, 'handOver'>,
): Pick<Plan, 'stages' | 'afterVerify'> {
  return { stages, afterVerify: [...afterVerify, ...handOver.stages] };
}

/** @returns whether the action gives the control plane its client pairs, so that copies by hand are not needed. */
export function servesControlPlane({ controlPlane }: Pick<Settings, 'controlPlane'>): boolean {
  return controlPlane.length > 0;
}
