import type { Finding } from '../findings.ts';
import { leafFiles } from '../kubeadm/file-tree.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  MANIFEST_DIR,
  NODE_MARKS,
  PKI_DIR,
} from '../kubeadm/paths.ts';
import type { HostFacts } from './host-facts.ts';
import type { HostState } from './host-state.ts';
import type { Member } from './members.ts';

/** What a host is to this cluster before anything is done. */
export type Ownership =
  /** Nothing of etcd is on it. */
  | { readonly kind: 'pristine' }
  /** The action began a member here, and the cluster has never been proven healthy. */
  | { readonly kind: 'unfinished'; readonly state: HostState }
  /** A member of a finished cluster that the action made. */
  | { readonly kind: 'member'; readonly state: HostState };

/**
 * Whose host this is. Anything that is neither empty nor wholly this cluster's own is a finding: the action then
 * touches nothing.
 */
export function classifyHost(
  member: Member,
  clusterName: string,
): { readonly ownership?: Ownership; readonly findings: readonly Finding[] } {
  const { facts } = member;
  const findings = [...joinedNode(facts), ...otherManifests(facts), ...strangeFiles(facts)];
  const { state } = facts;
  if (state === 'absent') {
    findings.push(...leftovers(facts));
    return withHost(member, findings, { kind: 'pristine' });
  }
  if (state === 'unreadable') {
    findings.push({
      at: 'state',
      fact: "the action's own record on this host cannot be read.",
      cause: 'It was written by a newer release of the action, or was damaged.',
      fix: 'Use the release that wrote it (`uses: …@v1`), or restore /etc/kubernetes/etcd-ha-action/state.json.',
    });
    return withHost(member, findings);
  }
  findings.push(...otherIdentity(member, state, clusterName), ...lostLog(facts, state));
  return withHost(member, findings, { kind: state.phase === 'member' ? 'member' : 'unfinished', state });
}

function withHost(
  member: Member,
  findings: readonly Finding[],
  ownership?: Ownership,
): { readonly ownership?: Ownership; readonly findings: readonly Finding[] } {
  const named = findings.map((finding) => ({ ...finding, host: member.name }));
  return ownership === undefined || named.length > 0 ? { findings: named } : { ownership, findings: [] };
}

function joinedNode(facts: HostFacts): Finding[] {
  const marks = NODE_MARKS.filter((path) => facts.files.has(path));
  if (marks.length === 0) return [];
  return [
    {
      at: 'host',
      fact: `it is a node of a Kubernetes cluster (${marks.join(', ')}).`,
      cause: 'The address of a control-plane or worker node was given.',
      fix: 'Give hosts of their own to etcd: its kubelet runs alone and would leave that cluster.',
    },
  ];
}

/** A kubelet that runs other pods is not ours to configure anew. */
function otherManifests(facts: HostFacts): Finding[] {
  const others = [...facts.files.values()]
    .filter(({ path, kind }) => kind !== 'directory' && path.startsWith(`${MANIFEST_DIR}/`))
    .map(({ path }) => path)
    .filter((path) => path !== ETCD_MANIFEST && !path.slice(MANIFEST_DIR.length + 1).startsWith('.'));
  if (others.length === 0) return [];
  return [
    {
      at: 'host',
      fact: `its kubelet manages other pods: ${others.join(', ')}.`,
      cause:
        'The host serves another purpose, or a copy of a manifest was left in that folder (each file there is a pod).',
      fix: `Move what does not belong there out of ${MANIFEST_DIR}, or use another host.`,
    },
  ];
}

/** Marks of an etcd that the action did not begin: never ours to overwrite. */
function leftovers(facts: HostFacts): Finding[] {
  const found: string[] = [];
  if (!facts.dataDir.empty) found.push(facts.dataDir.hasLog ? "a member's data" : 'files in the data dir');
  if (facts.files.has(ETCD_MANIFEST)) found.push(ETCD_MANIFEST);
  found.push(
    ...leafFiles()
      .map(({ path }) => path)
      .filter((path) => facts.files.has(path)),
  );
  const running = facts.containers.filter((container) => container.running);
  if (running.length > 0) found.push('a running etcd container');
  if (found.length === 0) return [];
  return [
    {
      at: 'host',
      fact: `it holds an etcd that this action did not set up: ${found.join(', ')}.`,
      cause: 'It was a member of an earlier cluster, or one that was set up by hand.',
      fix: 'If it is still needed, leave it. If not, take a backup, then remove the data dir, the manifest and /etc/kubernetes/pki, or use a fresh host.',
    },
  ];
}

/** The pki tree of an etcd host is its own: what else lies there would be trusted, or taken for ours. */
function strangeFiles(facts: HostFacts): Finding[] {
  const known = new Set([CA_CERTIFICATE, CA_KEY, ...leafFiles().map(({ path }) => path), ...NODE_MARKS]);
  const strangers = [...facts.files.values()]
    .filter(({ path, kind }) => kind !== 'directory' && path.startsWith(`${PKI_DIR}/`) && !known.has(path))
    .map(({ path }) => path)
    .filter((path) => !isStaged(path));
  if (strangers.length === 0) return [];
  return [
    {
      at: 'host',
      fact: `${PKI_DIR} holds files of something else: ${strangers.join(', ')}.`,
      cause: 'The host serves another purpose, or copies were left there.',
      fix: 'Move what does not belong to this etcd out of that folder, or use another host.',
    },
  ];
}

/** A file that an earlier delivery had written aside when it was cut off; the next one writes it anew. */
function isStaged(path: string): boolean {
  return /\/\.[^/]+\.etcd-ha-action$/.test(path);
}

function otherIdentity(member: Member, state: HostState, clusterName: string): Finding[] {
  const findings: Finding[] = [];
  if (state.cluster.name !== clusterName) {
    findings.push({
      at: 'cluster-name',
      fact: `it belongs to the cluster "${state.cluster.name}", not to "${clusterName}".`,
      cause: 'The address of another cluster was given, or `cluster-name` was changed.',
      fix: `Set \`cluster-name: ${state.cluster.name}\`, or give this cluster's own hosts.`,
    });
  }
  if (state.member.name !== member.name || state.member.address !== member.address) {
    findings.push({
      at: 'hosts',
      fact: `it was set up as member "${state.member.name}" at ${state.member.address}, now "${member.name}" at ${member.address} is asked for.`,
      cause: 'Two entries were swapped, the host was renamed, or its address has changed.',
      fix: `Give it as \`${state.member.name}=${state.member.address}\`.`,
    });
  }
  return findings;
}

/**
 * A member that was part of the finished cluster and has no log any more must never be started again: it would come
 * back under its old id without its votes.
 */
function lostLog(facts: HostFacts, state: HostState): Finding[] {
  if (state.phase !== 'member' || facts.dataDir.hasLog) return [];
  return [
    {
      at: 'host',
      fact: 'it is a member of the cluster, and its data dir holds no log any more.',
      cause: 'The disk of the data dir is not mounted, or its contents were removed.',
      fix: 'Mount the disk again. If the data is lost, the member must be removed from the cluster and added under a new id.',
    },
  ];
}
