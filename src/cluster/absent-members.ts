import type { Finding } from '../findings.ts';
import type { MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import type { MemberSettings } from '../settings/settings.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { gateFindings } from './gates.ts';
import { LEFT_OUT } from './left-out.ts';
import { memberManifest } from './member-manifest.ts';
import type { Member } from './members.ts';
import { recordOn, type Ownership } from './ownership.ts';
import { quorumOf } from './quorum.ts';

/** A listed member of which no fact is known, because its host could not be reached, or not be looked at. */
export interface AbsentHost {
  readonly host: MemberSettings;
  /** Its index among the hosts of the inputs. */
  readonly position: number;
  /** Why it could not be reached. */
  readonly why: readonly Finding[];
}

/** An absent host with the name that its member has in the cluster. */
export interface AbsentMember extends AbsentHost, MemberIdentity {}

/**
 * Members whose hosts could not be reached, with their names: those of the inputs, else what a majority of the reached
 * members' manifests calls the member at that address. A host without a known name is left out of the result.
 */
export function resolveAbsent(absent: readonly AbsentHost[], members: readonly Member[]): AbsentMember[] {
  const names = namesByAddress(members);
  return absent.flatMap((one) => {
    const { address } = one.host;
    const name = one.host.name ?? names.get(address);
    return name === undefined ? [] : [{ ...one, name, address }];
  });
}

/** Reached and absent members in the order of the inputs. */
export function inOrderOfInputs(
  members: readonly MemberIdentity[],
  absent: readonly AbsentMember[],
): MemberIdentity[] {
  const all = members.map(({ name, address }) => ({ name, address }));
  for (const { name, address, position } of absent.toSorted((one, other) => one.position - other.position))
    all.splice(position, 0, { name, address });
  return all;
}

/**
 * Why the reached members cannot be worked on while the others are away; empty if they can. That takes a cluster that has
 * been proven healthy, by the record of each reached host, and a healthy majority now.
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
  // a cluster that is yet to be made, or to be taken over, needs all of its hosts
  if (unproven.length > 0) return why;
  const total = members.length + absent.length;
  if (members.length < quorumOf(total)) return [...why, tooFewReached(members.length, total)];
  if (resolveAbsent(absent, members).length < absent.length) return [...why, unnamed(absent)];
  if (cluster === undefined) return [...why, notAsked()];
  return gateFindings({ kind: 'quorum' }, cluster.health).length === 0
    ? []
    : [...why, ...gateFindings({ kind: 'quorum' }, cluster.health)];
}

/** What the run leaves undone on the absent hosts: why they could not be reached, and what that means for each of them. */
export function absentLeftOut(absent: readonly AbsentMember[]): Finding[] {
  return [
    ...reasonsOf(absent),
    ...absent.map(({ name }) => ({
      host: name,
      at: LEFT_OUT,
      fact: 'this run has neither looked at the host nor changed it: its certificates, configuration and record are as they were.',
      cause:
        'The host could not be reached or looked at; the other members are a healthy majority, and the run went on with them.',
      fix: 'Bring the host back and run again. A certificate that ends meanwhile keeps the member out of the cluster.',
    })),
  ];
}

/** A bastion that failed is one reason for all hosts behind it. */
export function reasonsOf(absent: readonly AbsentHost[]): Finding[] {
  return [...new Set(absent.flatMap(({ why }) => why))];
}

/** Names by address, as `initial-cluster` of most reached members has them. */
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

/** The entries of etcd's `--initial-cluster`: `name=URL`, separated by commas (client/pkg/types/urlsmap.go). */
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
    at: 'hosts',
    fact: `${reached} of ${total} hosts could be reached, and a majority is needed to work on the others.`,
    cause: 'The runner, a bastion or a network is cut off, or the hosts are down.',
    fix: `Bring hosts back until ${quorumOf(total)} can be reached, then run again.`,
  };
}

function unnamed(absent: readonly AbsentHost[]): Finding {
  return {
    at: 'names',
    fact: `the inputs give no name for ${absent
      .filter(({ host }) => host.name === undefined)
      .map(({ host }) => host.address)
      .join(', ')}, and most of the reached members do not know a member at that address.`,
    cause: 'The host was added to the list, or its address has changed.',
    fix: 'List the hosts that the cluster was made of, by `NAME=ADDRESS`, and run again.',
  };
}

function notAsked(): Finding {
  return {
    at: 'members',
    fact: 'no member could be asked how the cluster is, so it is unknown whether a majority is healthy.',
    cause: 'No reached member answers, or their client certificates have expired.',
    fix: 'See that etcd runs on the hosts that can be reached, or bring the other hosts back, then run again.',
  };
}
