import { Refused, type Finding } from '../../findings.ts';
import { leafPath } from '../../kubeadm/file-tree.ts';
import {
  CA_CERTIFICATE,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  STATE_FILE,
} from '../../kubeadm/paths.ts';
import { leafProfileNames } from '../../pki/leaf-profiles.ts';
import type { Member } from '../members.ts';
import { tokenOn, type Ownership } from '../ownership.ts';
import { unreadFindings, unseenFindings } from '../unseen-findings.ts';

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
 * @throws Refused with all of the findings, in their order.
 */
export function refuseIf(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new Refused(NOTHING_CHANGED, findings);
}

/** @returns one finding for each fact that every verdict needs and that could not be observed. */
export function unknownFacts(members: readonly Member[]): Finding[] {
  return [...unseenFindings(members, 'verdict'), ...unreadFindings(members, COMPARED_FILES)];
}

/**
 * Every host of a cluster that has data has to be one of its members, and all of them share its token.
 * @returns a finding for each empty host beside hosts with data, or one that names the clusters that were mixed.
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
