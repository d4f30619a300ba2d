import { hasNoData } from '../../cluster/data-dir.ts';
import { flagFindings, imageFindings, runningImage, unnamedFindings } from '../../cluster/images.ts';
import type { Member } from '../../cluster/members.ts';
import { type Ownership, tokenOn } from '../../cluster/ownership.ts';
import type { EstablishedMember, NewMember } from '../../cluster/planned-members.ts';
import { unreadFindings, unseenFindings } from '../../cluster/unseen-findings.ts';
import { type DataDirFact, type HostFacts, memberManifest } from '../../facts/host.ts';
import { type Finding, RefusedError } from '../../findings.ts';
import { type EtcdManifest, flagsBeforeData } from '../../kubeadm/etcd-manifest.ts';
import {
  CA_CERTIFICATE,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  leafPath,
  logFolder,
  RESTORE_FOLDER,
  STATE_FILE,
} from '../../kubeadm/paths.ts';
import { type ClusterShape, etcdArguments, extraArguments } from '../../kubeadm/kubeadm-config.ts';
import { leafProfileNames } from '../../pki/leaf.ts';

/** Title of every refusal that is decided before a host is changed. */
export const NOTHING_CHANGED = 'nothing was changed on any host';

/** Files whose text is compared with the desired one. */
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
 * Ends the decision if there is any finding.
 * @throws RefusedError with all of the findings, in their order.
 */
export function refuseIf(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new RefusedError(NOTHING_CHANGED, findings);
}

/** @returns one finding for each fact that every verdict needs and that could not be observed. */
export function unknownFacts(members: readonly Member[]): Finding[] {
  return [...unseenFindings(members, 'verdict'), ...unreadFindings(members, COMPARED_FILES)];
}

/**
 * Every host of a cluster that has data has to be one of its members, and all of them share its token.
 * @returns a finding for each empty host next to hosts with data, or one that names the clusters that were mixed.
 */
export function mixedHosts(members: readonly Member[], ownership: ReadonlyMap<string, Ownership>): Finding[] {
  const withData = members.filter(({ name, facts }) => {
    const owned = ownership.get(name);
    return owned?.kind === 'member' || owned?.kind === 'unmanaged' || facts.dataDir.hasLog;
  });
  const pristine = members.filter(({ name }) => ownership.get(name)?.kind === 'pristine');
  if (withData.length > 0 && pristine.length > 0) {
    const names = withData.map(({ name }) => name).join(', ');
    return pristine.map(({ name }) => ({
      code: 'member-empty',
      host: name,
      at: 'host',
      fact: `it is empty, while ${names} ${withData.length === 1 ? 'holds' : 'hold'} a member's data.`,
      cause: 'The host was reinstalled or its disk was lost, or a host was added to the list.',
      fix: 'Restore its disk, or list the hosts of the cluster. Do not start a member that lost its data as if it were new.',
    }));
  }
  const tokens = Map.groupBy(ownership, ([, owned]) => tokenOn(owned));
  tokens.delete(undefined);
  if (tokens.size <= 1) return [];
  return [
    {
      code: 'clusters-mixed',
      at: 'hosts',
      fact: `they belong to ${tokens.size} different clusters (${[...tokens.values()].map((group) => group.map(([name]) => name).join(', ')).join(' / ')}).`,
      cause: 'The list holds hosts of two clusters with the same name.',
      fix: 'List the hosts of one cluster. `cluster-name` tells clusters apart.',
    },
  ];
}

/**
 * A member must not be founded or changed beside the data of a restore that was cut off. What is left of one whose member
 * has started is harmless.
 * @returns a finding for each host on which a restore has not ended.
 */
export function unfinishedRestores(members: readonly Member[]): Finding[] {
  return members.flatMap(({ name, facts }) => {
    const { restore } = facts.dataDir;
    if (restore === undefined || (restore.stage === 'placed' && facts.files.has(ETCD_MANIFEST))) return [];
    return [
      {
        code: 'restore-unfinished',
        host: name,
        at: 'data-dir',
        fact: `a restore was cut off on this host: its data dir holds ${RESTORE_FOLDER}.`,
        cause: 'The run of the restore or of a drill was cancelled, or lost its connection.',
        fix: `Run the restore again with the same backup. If it is no longer wanted and no etcd runs on these hosts, remove ${RESTORE_FOLDER} from the data dir of each, and run again.`,
      },
    ];
  });
}

/**
 * Checks a member of a new cluster against the values that its data was founded with. Name, addresses and places of
 * the data are written into the data at the first start, and no other manifest changes them.
 * @returns a finding for each value that differs; where the member was never started, one for files in its data dir.
 */
export function foundedOtherwise(
  { name, facts, desired, progress }: NewMember,
  shape: ClusterShape,
): Finding[] {
  if (progress === 'nothing') return hasNoData(facts.dataDir) ? [] : [foreignFiles(name, facts.dataDir)];
  const manifest = memberManifest(facts);
  const places = manifest === undefined ? [] : placeDifferences(manifest, shape);
  if (!facts.dataDir.hasLog && places.length === 0) return [];
  const founded = { arguments: foundedFlags(facts) };
  return [...flagsBeforeData(founded, desired.arguments), ...places].map((line) => ({
    code: 'member-begun-otherwise',
    host: name,
    at: 'hosts',
    fact: `its etcd has already written data with other values (${line}).`,
    cause: 'Hosts, names, ports, `data-dir` or `wal-dir` were changed after an interrupted deploy.',
    fix: 'Run once more with the inputs of that deploy. To start again with others, move the data dir (and `wal-dir`) and /etc/kubernetes/etcd-ha-action of a cluster that has never been used to another place.',
  }));
}

function foreignFiles(host: string, { empty }: DataDirFact): Finding {
  const [at, folder] = empty ? ['wal-dir', 'the folder of its log'] : ['data-dir', 'its data dir'];
  return {
    code: 'data-dir-filled',
    host,
    at,
    fact: `${folder} holds files, but no etcd has been started on it yet.`,
    cause: 'They were copied there after an interrupted deploy.',
    fix: `Move them elsewhere, or give another \`${at}\`.`,
  };
}

/**
 * Checks that a member with data keeps the etcd release that has written it.
 * @param known the image that has written the data, as far as the host shows it, for a member without a manifest.
 * @returns findings where the desired image is another release or cannot be compared; none for a member without data.
 */
export function otherRelease(
  { name, facts, desired }: NewMember | EstablishedMember,
  known: string | undefined,
): Finding[] {
  const running = facts.dataDir.hasLog ? (runningImage(facts) ?? known) : undefined;
  if (running === undefined) return [];
  const unnamed = unnamedFindings(name, running, desired.image);
  return unnamed.length > 0 ? unnamed : imageFindings(name, running, desired.image);
}

/**
 * Flags that the kubeadm on the host writes into each manifest and that the member's etcd does not know. Only members whose
 * manifest kubeadm is going to render need this check.
 */
export function unknownFlags({ name, facts, desired }: NewMember | EstablishedMember): Finding[] {
  const { kubeadmVersion } = facts;
  return kubeadmVersion === undefined ? [] : flagFindings(name, kubeadmVersion, desired.image);
}

/**
 * Flags that another manifest alone cannot change on a member with data: its name and addresses stand in the member
 * list, and clients know its URL. By the input that sets each.
 */
const FIXED: ReadonlyMap<string, string> = new Map([
  ['name', 'names'],
  ['listen-peer-urls', 'peer-port'],
  ['listen-client-urls', 'client-port'],
  ['advertise-client-urls', 'client-port'],
]);

/**
 * The flags that a member was started with: those of its manifest, or, if that is gone, those that kubeadm's configuration on the
 * host has it rendered with.
 */
function foundedFlags({ files }: Pick<HostFacts, 'files'>): ReadonlyMap<string, string> {
  const manifest = memberManifest({ files });
  if (manifest !== undefined) return manifest.arguments;
  const configuration = files.get(KUBEADM_CONFIG)?.text ?? '';
  return new Map(extraArguments(configuration).map(({ name, value }) => [name, value]));
}

/**
 * Where the inputs ask for another name, address, port or place of its data than a member has. A manifest that is gone is no reason
 * to start its data with other values.
 */
export function fixedFlagFindings(member: Member, shape: ClusterShape): Finding[] {
  const manifest = memberManifest(member.facts);
  const flags = foundedFlags(member.facts);
  const found = etcdArguments(shape, member).flatMap(({ name, value }) => {
    const input = FIXED.get(name);
    const present = flags.get(name);
    return input === undefined || present === undefined || present === value
      ? []
      : [{ input, line: `--${name} is "${present}", the inputs want "${value}"` }];
  });
  const places = manifest === undefined ? [] : placesIn(manifest, shape);
  const byInput = Map.groupBy([...found, ...places], ({ input }) => input);
  return [...byInput].map(([input, group]) => ({
    code: 'member-values-fixed',
    host: member.name,
    at: input,
    fact: `its member was set up with other values: ${group.map(({ line }) => line).join('; ')}.`,
    cause: `\`${input}\` was changed, or the hosts belong to another cluster.`,
    fix: 'Give the values of the cluster: clients and the other members use them, and a new manifest alone does not move the data.',
  }));
}

/** Where a member's manifest has other places for data and log than the inputs ask for, one line each. */
function placeDifferences(manifest: EtcdManifest, shape: ClusterShape): string[] {
  return placesIn(manifest, shape).map(({ line }) => line);
}

/** A flag that is not there counts too: without --wal-dir the log is in the data dir. */
function placesIn(manifest: EtcdManifest, shape: ClusterShape): { input: string; line: string }[] {
  const wanted = [
    ['data-dir', shape.dataDir],
    ['wal-dir', shape.walDir === undefined ? undefined : logFolder(shape)],
  ] as const;
  return wanted.flatMap(([name, value]) => {
    const present = manifest.arguments.get(name);
    if (present === value) return [];
    const inWords = (path: string | undefined): string => (path === undefined ? 'absent' : `"${path}"`);
    return [{ input: name, line: `--${name} is ${inWords(present)}, the inputs want ${inWords(value)}` }];
  });
}
