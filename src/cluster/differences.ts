import type { HostState } from '../facts/host-state.ts';
import { type FileFact, type HostFacts, memberManifest } from '../facts/host.ts';
import type { CaCustody } from '../inputs/settings.ts';
import { KUBEADM_ETCD_FLAGS } from '../kubeadm/etcd-flags.ts';
import { argumentDifferences, type EtcdManifest } from '../kubeadm/etcd-manifest.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  CONFIGURATION_MODES,
  type DataPlaces,
  ETCD_MANIFEST,
  expectedPkiTree,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  leafPath,
  OUTGOING_MANIFEST,
  PRIVATE_MODE,
  STATE_FILE,
} from '../kubeadm/paths.ts';
import { BOOTSTRAP_FLAGS, type EtcdArgument, extraArgNames } from '../kubeadm/kubeadm-config.ts';
import { patchFolderIn } from '../kubeadm/patches.ts';
import type { Authority } from '../pki/authority.ts';
import { daysLeft } from '../pki/certificate.ts';
import { inspectCertificate } from '../pki/inspect.ts';
import { type LeafProfileName, leafProfileNames } from '../pki/leaf.ts';
import { verifyLeaf } from '../pki/verify.ts';
import { holdsAuthorityKey } from './authority-key.ts';
import { namedMember, withdrawnNames } from './certificates.ts';
import { DATA_DIR_MODE, openDataFolders } from './data-dir.ts';
import { type DesiredMember, kubeadmFiles } from './desired-member.ts';
import type { Member } from './members.ts';

/** The differences between a member's host and its desired state, each with its reason in words. */
export interface Differences {
  /** kubelet's configuration or drop-in. */
  readonly kubelet: readonly string[];
  /** Only kubeadm's configuration differs: the next manifest would be another one. */
  readonly kubeadmConfig: readonly string[];
  /** The manifest is missing or differs: the member has to be restarted. */
  readonly manifest: readonly string[];
  /** ca.crt is missing. */
  readonly authority: readonly string[];
  /** The CA's key is there, and no host is to keep it. */
  readonly authorityKey: readonly string[];
  /** Leaves to issue. */
  readonly leaves: ReadonlyMap<LeafProfileName, string>;
  /** Modes to set, octal by path. */
  readonly modes: ReadonlyMap<string, string>;
  /** The action's record differs from the files, though these are as desired. */
  readonly record: readonly string[];
}

/** The input of a comparison, besides the host. */
export interface Comparison {
  readonly desired: DesiredMember;
  /** Absent on a host that the action has not adopted yet. */
  readonly record?: HostState;
  readonly authority: Pick<Authority, 'certificate'>;
  readonly places: DataPlaces;
  readonly keepsAuthorityKey: boolean;
  readonly caCustody: CaCustody;
  readonly renewBeforeDays: number;
  /** Names in server and peer certificates besides the member's own. */
  readonly extraSans: readonly string[];
  /** SHA-256 of apiserver-etcd-client certificates of which the control plane has copies, according to the inputs. */
  readonly copiedClients: readonly string[];
  readonly now: Date;
}

/** Compares a member's host with its desired state. */
export function differencesOf(member: Member, comparison: Comparison): Differences {
  const { desired, record } = comparison;
  const found: Differences = {
    kubelet: textDifferences(member, desired, [KUBELET_CONFIG, KUBELET_DROP_IN]),
    kubeadmConfig: textDifferences(member, desired, kubeadmFiles(desired)),
    manifest: manifestDifferences(member, desired, record),
    authority: member.facts.files.has(CA_CERTIFICATE) ? [] : [`${CA_CERTIFICATE} is missing`],
    authorityKey: keyDifferences(member, comparison),
    leaves: leafDifferences(member, comparison),
    modes: modeDifferences(member, comparison),
    record: [],
  };
  // A changed host gets a new record in any case; reported separately is only a record that alone is wrong.
  return isAsDesired(found) ? { ...found, record: recordDifferences(member, comparison) } : found;
}

/** Reports whether there are no differences. */
export function isAsDesired(found: Differences): boolean {
  const { kubelet, kubeadmConfig, manifest, authority, authorityKey, leaves, modes, record } = found;
  const lists = [kubelet, kubeadmConfig, manifest, authority, authorityKey, record];
  return lists.every((list) => list.length === 0) && leaves.size === 0 && modes.size === 0;
}

/** Returns all of them as lines for the plan's reasons. */
export function describeDifferences(found: Differences): string[] {
  return [
    ...found.kubelet,
    ...found.kubeadmConfig,
    ...found.manifest,
    ...found.authority,
    ...found.authorityKey,
    ...found.leaves.values(),
    ...[...found.modes].map(
      ([path, mode]) =>
        `${path} allows more than the mode ${mode}, cannot be read by its owner, or does not belong to root`,
    ),
    ...found.record,
  ];
}

function keyDifferences({ facts }: Member, { caCustody }: Comparison): string[] {
  return caCustody === 'input-only' && holdsAuthorityKey(facts)
    ? [`${CA_KEY} is there, but with \`ca-custody: input-only\` no host keeps it`]
    : [];
}

function textDifferences({ facts }: Member, desired: DesiredMember, paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const found = facts.files.get(path);
    if (found === undefined) return [`${path} is missing`];
    return found.text === desired.texts.get(path) ? [] : [`${path} differs from the inputs`];
  });
}

function manifestDifferences(
  { facts }: Member,
  desired: DesiredMember,
  record: HostState | undefined,
): string[] {
  const file = facts.files.get(ETCD_MANIFEST);
  if (facts.files.has(OUTGOING_MANIFEST))
    return ['a restart of etcd was interrupted before the member was ready'];
  if (file === undefined) return [`${ETCD_MANIFEST} is missing`];
  const manifest = memberManifest(facts);
  if (manifest === undefined) return [`${ETCD_MANIFEST} is not a pod that runs etcd`];
  const flags = flagDifferences(manifest, desired.arguments);
  const image =
    manifest.image === desired.image ? [] : [`its image is ${manifest.image}, wanted ${desired.image}`];
  const configuration = facts.files.get(KUBEADM_CONFIG);
  const reset = resetFlags(configuration?.text ?? '', desired.arguments);
  const found = [...flags, ...reset, ...image, ...patchDifferences(configuration?.text, desired)];
  if (found.length > 0) return found.map((line) => `etcd: ${line}`);
  // Equal flags and image, but not as kubeadm rendered it: limits or probes were edited.
  if (differsFromRecord(record, facts, ETCD_MANIFEST)) return [`${ETCD_MANIFEST} was edited on the host`];
  const isDelivered = configuration?.text === desired.texts.get(KUBEADM_CONFIG);
  // Interrupted between the two: only kubeadm knows what it would render now.
  return isDelivered && differsFromRecord(record, facts, KUBEADM_CONFIG)
    ? [`${KUBEADM_CONFIG} is newer than the manifest`]
    : [];
}

/** A host that the action has not written to yet has no record of patches. */
function patchDifferences(configuration: string | undefined, { texts }: DesiredMember): string[] {
  if (configuration === undefined) return [];
  return patchFolderIn(configuration) === patchFolderIn(texts.get(KUBEADM_CONFIG) ?? '')
    ? []
    : ['it was rendered with other patches than those in the inputs'];
}

/** Reports whether a file that the action has recorded was changed or removed since. */
export function differsFromRecord(
  record: HostState | undefined,
  { files }: Pick<HostFacts, 'files'>,
  path: string,
): boolean {
  const recorded = record?.files[path];
  return recorded !== undefined && recorded !== files.get(path)?.sha256;
}

/** Returns kubeadm's own flags that its present configuration overrides and the desired one does not. */
export function resetFlags(configuration: string, wanted: readonly EtcdArgument[]): string[] {
  return extraArgNames(configuration)
    .filter((name) => KUBEADM_ETCD_FLAGS.has(name) && !wanted.some((argument) => argument.name === name))
    .map((name) => `--${name} is reset to kubeadm's own value`);
}

/**
 * Returns flags that differ from the desired ones, and flags that neither the inputs nor kubeadm set. A flag that
 * counts only before a member has data is no difference on one that has.
 */
export function flagDifferences(manifest: EtcdManifest, wanted: readonly EtcdArgument[]): string[] {
  const asked = wanted.filter(({ name }) => !BOOTSTRAP_FLAGS.has(name));
  return [
    ...argumentDifferences(manifest, asked),
    ...strangeFlags(manifest, wanted).map((name) => `--${name} is set, but not in the inputs`),
  ];
}

/** Returns flags of a manifest that neither the action nor kubeadm sets. */
export function strangeFlags(manifest: EtcdManifest, wanted: readonly EtcdArgument[]): string[] {
  const known = new Set([...wanted.map(({ name }) => name), ...BOOTSTRAP_FLAGS, ...KUBEADM_ETCD_FLAGS]);
  return [...manifest.arguments.keys()].filter((name) => !known.has(name));
}

function leafDifferences(member: Member, comparison: Comparison): Map<LeafProfileName, string> {
  return new Map(
    leafProfileNames.flatMap((name) => {
      const reason = leafDifference(member, name, comparison);
      return reason === undefined ? [] : [[name, reason] as const];
    }),
  );
}

function leafDifference(
  member: Member,
  profile: LeafProfileName,
  { authority, record, renewBeforeDays, extraSans, now }: Comparison,
): string | undefined {
  const { facts } = member;
  const paths = [leafPath(profile, 'certificate'), leafPath(profile, 'key')] as const;
  const missing = paths.filter((path) => !facts.files.has(path));
  if (missing.length > 0) return `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
  const certificatePem = facts.files.get(paths[0])?.text ?? '';
  const named = namedMember(member, extraSans);
  const [wrong] = verifyLeaf({ certificatePem }, { authority, profile, member: named, now });
  if (wrong !== undefined) return wrong;
  const withdrawn = withdrawnNames(member, profile, extraSans);
  if (withdrawn.length > 0)
    return `${paths[0]} names ${withdrawn.join(', ')}, which the inputs no longer contain`;
  // One of the two was replaced: they no longer belong together. Both: they were renewed in another way.
  const changed = paths.filter((path) => differsFromRecord(record, facts, path));
  if (changed.length === 1) return `${changed[0]} was replaced without its counterpart`;
  const { notAfter } = inspectCertificate(certificatePem);
  const left = daysLeft(notAfter, now);
  return left < renewBeforeDays
    ? `${paths[0]} expires on ${notAfter.toISOString()} (${left} days left)`
    : undefined;
}

function modeDifferences(
  { facts }: Member,
  { record, places, keepsAuthorityKey }: Comparison,
): Map<string, string> {
  const wrong = [...expectedModes(keepsAuthorityKey, record)].filter(([path, mode]) => {
    const file = facts.files.get(path);
    return file?.kind === 'file' && !isClosedEnough(file, mode);
  });
  return new Map([
    ...wrong,
    ...openDataFolders(facts, places).map(({ path }) => [path, DATA_DIR_MODE] as const),
  ]);
}

/**
 * Reports whether a file belongs to root and its mode permits no more than desired. Stricter is no difference:
 * benchmarks require it, and kubelet and etcd run as root. Only the owner must be able to read it, in a pod without
 * capabilities as well.
 * @param wanted permission bits in octal.
 */
export function isClosedEnough({ mode, owner }: Pick<FileFact, 'mode' | 'owner'>, wanted: string): boolean {
  const bits = Number.parseInt(mode, 8);
  const isNoWider = (bits & ~Number.parseInt(wanted, 8)) === 0;
  return owner === '0:0' && isNoWider && (bits & OWNER_READS) !== 0;
}

const OWNER_READS = 0o400;

/**
 * Returns the modes of a member's files, octal by path.
 * @param record absent if the action has written no files there.
 */
export function expectedModes(
  keepsAuthorityKey: boolean,
  record: HostState | undefined,
): Map<string, string> {
  return new Map([
    ...expectedPkiTree(keepsAuthorityKey),
    [ETCD_MANIFEST, PRIVATE_MODE],
    ...(record === undefined ? [] : [...CONFIGURATION_MODES, [STATE_FILE, PRIVATE_MODE] as const]),
  ]);
}

function recordDifferences({ facts }: Member, { record, copiedClients, caCustody }: Comparison): string[] {
  if (record === undefined) return ['the action has no record of it yet'];
  const stale = Object.entries(record.files).some(
    ([path, digest]) => path !== CA_KEY && facts.files.get(path)?.sha256 !== digest,
  );
  const unfinished = record.phase !== 'member';
  const confirmed = record.clientCopy !== undefined && copiedClients.includes(record.clientCopy.fingerprint);
  const otherCustody = (record.cluster.caCustody ?? 'first-host') !== caCustody;
  return [
    ...(otherCustody ? [`its record must change to \`ca-custody: ${caCustody}\``] : []),
    ...(confirmed ? ['the copies of its apiserver-etcd-client.crt are confirmed'] : []),
    ...(stale ? ["the action's record is older than its files"] : []),
    ...(unfinished ? ['the cluster is healthy, but its record does not say so yet'] : []),
  ];
}
