import { quorumOf } from '../etcd/quorum.ts';
import { memberManifest } from '../facts/host.ts';
import type { FindingCode } from '../finding-codes.ts';
import type { Finding } from '../findings.ts';
import type { MemberSettings } from '../inputs/settings.ts';
import type { ClusterShape, MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import { gateBefore, isTakenDown, kubeletEndsEtcd } from './disruption.ts';
import { type ClusterFacts, gateFindings } from './gates.ts';
import type { Member } from './members.ts';
import { type Ownership, recordOn } from './ownership.ts';
import type { EstablishedMember } from './planned-members.ts';

/** A listed member of which no fact is known, because its host could not be reached, or not be probed. */
export interface AbsentHost {
  readonly address: string;
  /** The host as the inputs list it. */
  readonly settings: Pick<MemberSettings, 'name'>;
  /** Why it could not be reached. */
  readonly why: readonly Finding[];
}

/** An absent host with its member's name in the cluster. */
export interface AbsentMember extends AbsentHost, MemberIdentity {}

/**
 * Returns the members whose hosts could not be reached, with their names: those of the inputs, else the name that a
 * majority of the reached members' manifests gives the member at that address. Leaves out a host without a known name.
 */
export function resolveAbsent(absent: readonly AbsentHost[], members: readonly Member[]): AbsentMember[] {
  const names = namesByAddress(members);
  return absent.flatMap((one) => {
    const name = one.settings.name ?? names.get(one.address);
    return name === undefined ? [] : [{ ...one, name }];
  });
}

/** Reached and absent members in the order in which the inputs list their hosts. */
export function membersInOrder(
  listed: readonly Pick<MemberSettings, 'address'>[],
  members: readonly MemberIdentity[],
  absent: readonly AbsentMember[],
): MemberIdentity[] {
  const byAddress = new Map(
    [...members, ...absent].map(({ name, address }) => [address, { name, address }] as const),
  );
  return listed.flatMap(({ address }) => byAddress.get(address) ?? []);
}

/**
 * Returns the reasons why the run cannot change the reached members while the others are absent; empty if it can. That
 * requires a cluster that has been verified as healthy, by the record of each reached host, and a healthy majority now.
 * @param absent every host that could not be reached.
 */
export function absenceFindings(
  absent: readonly AbsentHost[],
  members: readonly Member[],
  ownership: ReadonlyMap<string, Ownership>,
  cluster: ClusterFacts | undefined,
): Finding[] {
  if (absent.length === 0) return [];
  const why = reasonsOf(absent);
  const unproven = members.filter(({ name }) => recordOn(ownership.get(name))?.phase !== 'member');
  // A cluster to be created, or to be adopted, needs all of its hosts.
  if (unproven.length > 0) return why;
  const total = members.length + absent.length;
  if (members.length < quorumOf(total)) return [...why, tooFewReached(members.length, total)];
  if (resolveAbsent(absent, members).length < absent.length) return [...why, unnamed(absent)];
  if (cluster === undefined) return [...why, notAsked()];
  return gateFindings({ kind: 'quorum' }, cluster.health).length === 0
    ? []
    : [...why, ...gateFindings({ kind: 'quorum' }, cluster.health)];
}

/**
 * Returns what the run leaves undone on the absent hosts: why they could not be reached, and the consequences for each
 * of them.
 */
export function absentLeftOut(absent: readonly AbsentMember[]): Finding[] {
  return [
    ...reasonsOf(absent),
    ...absent.map(({ name }): Finding => ({
      code: 'host-left-out',
      host: name,
      at: 'left out',
      fact: 'this run neither inspected nor changed the host: its certificates, configuration and record are as before.',
      cause:
        'The host is unreachable or cannot be inspected; the other members are a healthy majority, and the run continued with them.',
      fix: 'Bring the host back and run again. If a certificate of the member expires meanwhile, the member cannot rejoin the cluster.',
    })),
  ];
}

/** Returns the reasons without duplicates: a failed bastion is one reason for all hosts behind it. */
export function reasonsOf(absent: readonly AbsentHost[]): Finding[] {
  return [...new Set(absent.flatMap(({ why }) => why))];
}

/** Returns names by address, as in `initial-cluster` of most reached members. */
function namesByAddress(members: readonly Member[]): Map<string, string> {
  const votes = new Map<string, Map<string, number>>();
  for (const { facts } of members) {
    for (const { name, address } of initialCluster(memberManifest(facts)?.arguments.get('initial-cluster'))) {
      const forAddress = votes.get(address) ?? new Map<string, number>();
      forAddress.set(name, (forAddress.get(name) ?? 0) + 1);
      votes.set(address, forAddress);
    }
  }
  return new Map(
    [...votes].flatMap(([address, names]) => {
      const winner = [...names].find(([, count]) => count > members.length / 2);
      return winner === undefined ? [] : [[address, winner[0]] as const];
    }),
  );
}

/** Parses the entries of etcd's `--initial-cluster`: `name=URL`, separated by commas (client/pkg/types/urlsmap.go). */
function initialCluster(value = ''): MemberIdentity[] {
  return value.split(',').flatMap((entry) => {
    const at = entry.indexOf('=');
    const url = URL.parse(entry.slice(at + 1));
    if (at < 1 || url === null) return [];
    return [{ name: entry.slice(0, at), address: url.hostname.replace(/^\[(.*)\]$/, '$1') }];
  });
}

function tooFewReached(reached: number, total: number): Finding {
  return {
    code: 'too-few-hosts-reached',
    at: 'hosts',
    fact: `${reached} of ${total} hosts are reachable, and work on them needs a majority.`,
    cause: 'The runner, a bastion or a network is cut off, or the hosts are down.',
    fix: `Bring hosts back until ${quorumOf(total)} are reachable, then run again.`,
  };
}

function unnamed(absent: readonly AbsentHost[]): Finding {
  return {
    code: 'absent-host-unnamed',
    at: 'names',
    fact: `the inputs give no name for ${absent
      .filter(({ settings }) => settings.name === undefined)
      .map(({ address }) => address)
      .join(', ')}, and most of the reached members do not know a member at that address.`,
    cause: 'The host was added to the list, or its address has changed.',
    fix: 'List the hosts of the cluster as `NAME=ADDRESS`, and run again.',
  };
}

function notAsked(): Finding {
  return {
    code: 'too-few-hosts-reached',
    at: 'members',
    fact: 'no member answered, so it is unknown whether a majority is healthy.',
    cause: 'No reached member answers, or their client certificates have expired.',
    fix: 'Make sure that etcd runs on the reachable hosts, or bring the other hosts back, then run again.',
  };
}

/** What a run leaves undone; the other findings beside these say why. */
export const LEFT_OUT: ReadonlySet<FindingCode> = new Set([
  'host-left-out',
  'certificates-not-renewed',
  'restart-postponed',
]);

/** Members as the run will change them, and the work that it leaves undone for now. */
export interface Held {
  readonly members: readonly EstablishedMember[];
  readonly leftOut: readonly Finding[];
}

/**
 * Leaves out the restarts that the cluster cannot spare now, with every change that only a restart puts into effect, so
 * that the rest of the plan (certificates, modes, kubelet, records) need not wait for them. If one member cannot be
 * spared, none is restarted: an unhealthy one could be, but would most likely not come back while the others stay as
 * they are.
 * @param shut the reasons why the gate of a member's restart is shut, by the member's name; no entry: it is open.
 */
export function holdRestarts(
  members: readonly EstablishedMember[],
  shut: ReadonlyMap<string, readonly Finding[]>,
): Held {
  if (shut.size === 0) return { members, leftOut: [] };
  const others = distinctFacts([...shut.values()].flat());
  return {
    members: members.map((member) => (isTakenDown(member) ? withoutRestart(member) : member)),
    leftOut: members
      .filter(isTakenDown)
      .map((member) => heldRestart(member, shut.get(member.name) ?? others)),
  };
}

/**
 * Leaves out certificates that are due and cannot be signed now.
 * @param why the reasons why the CA cannot sign.
 */
export function holdLeaves(members: readonly EstablishedMember[], why: readonly Finding[]): Held {
  return {
    members: members.map((member) => ({
      ...member,
      differences: { ...member.differences, leaves: new Map() },
    })),
    leftOut: members
      .filter(({ differences }) => differences.leaves.size > 0)
      .map(({ name, differences }): Finding => ({
        code: 'certificates-not-renewed',
        host: name,
        at: 'left out',
        fact: `its certificates are not renewed (${[...differences.leaves.values()].join('; ')}): ${facts(why, name)}`,
        cause: 'The unreachable host may be the one that keeps the key of the CA.',
        fix: 'Bring the host back, or give `ca-certificate` and `ca-key`, and run again before the certificates expire.',
      })),
  };
}

function withoutRestart(member: EstablishedMember): EstablishedMember {
  const isHeld = kubeletEndsEtcd(member);
  const differences = { ...member.differences, manifest: [], kubeadmConfig: [] };
  return { ...member, isHeld, differences: isHeld ? { ...differences, kubelet: [] } : differences };
}

function heldRestart(member: EstablishedMember, why: readonly Finding[]): Finding {
  const { name, differences } = member;
  const { kubelet, kubeadmConfig, manifest } = differences;
  const changes = [...(kubeletEndsEtcd(member) ? kubelet : []), ...kubeadmConfig, ...manifest];
  return {
    code: 'restart-postponed',
    host: name,
    at: 'left out',
    fact: `it is not restarted, so it keeps its present configuration (${changes.join('; ') || 'kubelet would end it when it starts'}): ${facts(why, name)}`,
    cause: 'During a restart the member is down for seconds, and the cluster cannot spare it now.',
    fix: 'Bring the members named here back, then run again.',
  };
}

/** Joins the facts in one line; facts about the host itself need not repeat its name. */
function facts(findings: readonly Finding[], of: string): string {
  return findings
    .map(({ host, fact }) => (host === undefined || host === of ? fact : `${host}: ${fact}`))
    .join(' ');
}

/**
 * Returns the reasons why the cluster cannot spare a running member that has to be taken down, or why that is unknown;
 * by the member's name.
 */
export function shutGates(
  all: readonly EstablishedMember[],
  { members }: ClusterShape,
  cluster: ClusterFacts | undefined,
): Map<string, readonly Finding[]> {
  const taken = all.filter(isTakenDown);
  if (members.length === 1) return new Map();
  if (cluster === undefined) {
    const unknown: Finding = {
      code: 'cluster-state-unknown',
      at: 'gate',
      fact: `${taken.map(({ name }) => name).join(', ')} need a restart, but no member answers, so the health of the cluster is unknown.`,
      cause: 'The members do not answer, or their client certificates have expired.',
      fix: 'Make sure that etcd answers on the hosts. If its client certificates have expired or are gone, first run once with inputs that match the cluster, which renews them; then run again with the change.',
    };
    return new Map(taken.map(({ name }) => [name, [unknown]]));
  }
  // They are started and ready before the first running member is touched.
  const idle = new Set(all.filter(({ etcdRuns }) => !etcdRuns).map(({ name }) => name));
  return new Map(
    taken.flatMap((member) => {
      const gate = gateBefore(member, members.length);
      const findings = gate === undefined ? [] : gateFindings(gate, cluster.health, idle);
      return findings.length === 0 ? [] : [[member.name, findings] as const];
    }),
  );
}

/** Each finding once: several members may give the same. One code and host may come with two facts, such as two URLs that differ. */
export function distinctFacts(findings: readonly Finding[]): Finding[] {
  return [
    ...new Map(
      findings.map((finding) => [JSON.stringify([finding.code, finding.host, finding.fact]), finding]),
    ).values(),
  ];
}
