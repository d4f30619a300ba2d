import { type HostState, isToken } from '../facts/host-state.ts';
import { type HostFacts, memberManifest } from '../facts/host.ts';
import type { Finding } from '../findings.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  leafFiles,
  MANIFEST_DIR,
  NODE_MARKS,
  PKI_DIR,
} from '../kubeadm/paths.ts';
import { DEFAULT_CLUSTER_TOKEN } from '../kubeadm/kubeadm-config.ts';
import type { Member } from './members.ts';

/** The relation of a host to this cluster before any change. */
export type Ownership =
  /** The host has nothing of etcd. */
  | { readonly kind: 'pristine' }
  /** A running member without a record of the action: set up by hand, with the guide or in another way. */
  | { readonly kind: 'unmanaged'; readonly token: string }
  /** The action began a member here, and the cluster has never been verified as healthy. */
  | { readonly kind: 'unfinished'; readonly state: HostState }
  /** A member of a finished cluster that the action created or adopted. */
  | { readonly kind: 'member'; readonly state: HostState };

/** Returns the token that a host's etcd was founded with; undefined if there is no etcd. */
export function tokenOn(owned: Ownership): string | undefined {
  if (owned.kind === 'pristine') return undefined;
  return owned.kind === 'unmanaged' ? owned.token : owned.state.cluster.token;
}

/** Returns the action's record on a host. */
export function recordOn(owned: Ownership | undefined): HostState | undefined {
  return owned === undefined || owned.kind === 'pristine' || owned.kind === 'unmanaged'
    ? undefined
    : owned.state;
}

/**
 * Classifies a host. A host that is neither empty nor wholly this cluster's own is a finding: the action then changes
 * nothing.
 */
export function classifyHost(
  member: Member,
  clusterName: string,
): { readonly ownership?: Ownership; readonly findings: readonly Finding[] } {
  const { facts } = member;
  const findings = [...joinedNode(facts), ...otherManifests(facts), ...strangeFiles(facts)];
  const { state } = facts;
  if (state === 'absent') {
    const token = tokenOfRunningMember(facts);
    if (token !== undefined) return withHost(member, findings, { kind: 'unmanaged', token });
    findings.push(...leftovers(facts));
    return withHost(member, findings, { kind: 'pristine' });
  }
  if (state === 'unreadable') {
    findings.push({
      code: 'record-unreadable',
      at: 'state',
      fact: "the action's own record on this host is unreadable.",
      cause: 'A newer release of the action wrote it, or it is damaged.',
      fix: 'Use the release that wrote it (`uses: …@v1`), or restore /etc/kubernetes/etcd-ha-action/state.json.',
    });
    return withHost(member, findings);
  }
  findings.push(...otherIdentity(member, state, clusterName));
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

/** Refuses a kubelet that runs other pods, which the action must not reconfigure. */
function otherManifests(facts: HostFacts): Finding[] {
  const others = [...facts.files.values()]
    .filter(({ path, kind }) => kind !== 'directory' && path.startsWith(`${MANIFEST_DIR}/`))
    .map(({ path }) => path)
    .filter((path) => path !== ETCD_MANIFEST && !path.slice(MANIFEST_DIR.length + 1).startsWith('.'));
  if (others.length === 0) return [];
  return [
    {
      code: 'other-static-pods',
      at: 'host',
      fact: `its kubelet manages other pods: ${others.join(', ')}.`,
      cause:
        'The host serves another purpose, or a copy of a manifest was left in that folder (each file there is a pod).',
      fix: `Move files that do not belong there out of ${MANIFEST_DIR}, or use another host.`,
    },
  ];
}

/** Returns the token of a member that was set up without the action: manifest, log and a running container. */
function tokenOfRunningMember({ files, dataDir, containers }: HostFacts): string | undefined {
  const manifest = memberManifest({ files });
  if (manifest === undefined || !dataDir.hasLog || !containers.some(({ running }) => running))
    return undefined;
  const token = manifest.arguments.get('initial-cluster-token') ?? DEFAULT_CLUSTER_TOKEN;
  return isToken(token) ? token : undefined;
}

/**
 * Reports remains of an etcd that the action did not begin and that does not run as a member: these are never
 * overwritten.
 */
function leftovers(facts: HostFacts): Finding[] {
  const found: string[] = [];
  const { empty, hasLog, walDir } = facts.dataDir;
  if (hasLog) found.push("a member's data");
  else if (!empty) found.push('files in the data dir');
  if (!hasLog && walDir?.empty === false) found.push('files in `wal-dir`');
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
      code: 'foreign-etcd',
      at: 'host',
      fact: `it holds an etcd that this action did not set up: ${found.join(', ')}.`,
      cause:
        'It belongs to an earlier cluster, to an unfinished setup by hand, or to a cluster that is stopped or has another `data-dir` or `wal-dir`.',
      fix: 'If it is still needed, start it and give its `data-dir` and `wal-dir`: the action takes over a healthy cluster as it is. If not, use a fresh host, or move the files named here to another place and keep them until you are certain that no cluster needs them.',
    },
  ];
}

/** Refuses other files in the pki tree of an etcd host, which etcd would trust, or a run mistake for its own. */
function strangeFiles(facts: HostFacts): Finding[] {
  const known = new Set([CA_CERTIFICATE, CA_KEY, ...leafFiles().map(({ path }) => path), ...NODE_MARKS]);
  const strangers = [...facts.files.values()]
    .filter(({ path, kind }) => kind !== 'directory' && path.startsWith(`${PKI_DIR}/`) && !known.has(path))
    .map(({ path }) => path)
    .filter((path) => !isStaged(path));
  if (strangers.length === 0) return [];
  return [
    {
      code: 'foreign-files-in-pki',
      at: 'host',
      fact: `${PKI_DIR} holds files that do not belong to etcd: ${strangers.join(', ')}.`,
      cause: 'The host serves another purpose, or copies were left there.',
      fix: 'Move files that do not belong to this etcd out of that folder, or use another host.',
    },
  ];
}

/** Reports whether it is a temporary file of an interrupted delivery; the next one writes it anew. */
function isStaged(path: string): boolean {
  return /\/\.[^/]+\.etcd-ha-action$/.test(path); // stagedPath
}

function otherIdentity(member: Member, state: HostState, clusterName: string): Finding[] {
  const findings: Finding[] = [];
  if (state.cluster.name !== clusterName) {
    findings.push({
      code: 'other-cluster',
      at: 'cluster-name',
      fact: `it belongs to the cluster "${state.cluster.name}", not to "${clusterName}".`,
      cause: 'The host belongs to another cluster, or `cluster-name` was changed.',
      fix: `Set \`cluster-name: ${state.cluster.name}\`, or give this cluster's own hosts.`,
    });
  }
  if (state.member.name !== member.name || state.member.address !== member.address) {
    findings.push({
      code: 'member-identity-differs',
      at: 'hosts',
      fact: `it was set up as member "${state.member.name}" at ${state.member.address}, but the inputs name "${member.name}" at ${member.address}.`,
      cause: 'Two entries were swapped, the host was renamed, or its address has changed.',
      fix: `Give it as \`${state.member.name}=${state.member.address}\`.`,
    });
  }
  return findings;
}

/** Files that only a joined node has; `kubeadm join` removes bootstrap-kubelet.conf at its end. */
const JOINED: readonly string[] = ['/etc/kubernetes/kubelet.conf', '/etc/kubernetes/admin.conf'];

/**
 * Refuses a host with marks of `kubeadm join` or `kubeadm init`. Advises removing the remains of a failed join only if
 * the host has nothing of etcd, and all of that was observed: `kubeadm reset` removes etcd's data with the rest.
 */
function joinedNode(facts: HostFacts): Finding[] {
  const marks = NODE_MARKS.filter((path) => facts.files.has(path));
  if (marks.length === 0) return [];
  const fact = `it is a node of a Kubernetes cluster (${marks.join(', ')}).`;
  const own = 'Use separate hosts for etcd: its kubelet runs standalone and would leave that cluster.';
  if (marks.some((path) => JOINED.includes(path)) || !isWithoutEtcd(facts)) {
    return [
      {
        code: 'kubernetes-node',
        at: 'host',
        fact,
        cause: 'The host is a control-plane or worker node.',
        fix: own,
      },
    ];
  }
  return [
    {
      code: 'kubernetes-node-unfinished',
      at: 'host',
      fact: `it holds files of a Kubernetes node that has not joined: ${marks.join(', ')}.`,
      cause: 'A `kubeadm join` or `kubeadm init` failed or is still running there, or the host is a node.',
      fix: `If the files are left over from a failed join, and nothing else is on the host, run \`kubeadm reset -f\` there: it stops kubelet's pods and removes the contents of /etc/kubernetes/manifests, /etc/kubernetes/pki and the kubeconfig files. Then run again. Otherwise: ${own}`,
    },
  ];
}

function isWithoutEtcd({ dataDir, files, containers, state, unseen }: HostFacts): boolean {
  const isSeen = !unseen.some(({ what }) => ['files', 'data-dir', 'containers'].includes(what));
  const hasData = dataDir.hasLog || dataDir.hasBlankLog || dataDir.hasLogElsewhere === true;
  const isEmpty = dataDir.empty && dataDir.walDir?.empty !== false;
  return (
    isSeen &&
    !hasData &&
    isEmpty &&
    state === 'absent' &&
    containers.length === 0 &&
    !files.has(ETCD_MANIFEST)
  );
}
