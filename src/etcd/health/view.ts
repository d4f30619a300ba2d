import { highest } from '../../text/units.ts';
import { canonicalUrl, httpsUrl } from '../endpoint.ts';
import type { EtcdId, ListedMember } from '../messages.ts';
import { type EndpointObservation, seen } from './observation.ts';

/** What is the same for every expected member. */
export interface ExpectedPorts {
  readonly clientPort: number;
  readonly peerPort: number;
}

/** An expected member, and its entry in the member list if it has one. */
export interface ExpectedMember {
  readonly name: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
  readonly entry?: ListedMember;
}

/** The cluster as its endpoints describe it. */
export interface ClusterView {
  /** Every endpoint that was asked. */
  readonly observations: readonly EndpointObservation[];
  /** The cluster that more than half of the answering endpoints belong to; null if there is none. */
  readonly clusterId: EtcdId | null;
  /** The endpoints that belong to it. */
  readonly own: readonly EndpointObservation[];
  /** The leader that a majority of the voting members follows; null when there is none, or too few could be asked. */
  readonly leader: EtcdId | null;
  /**
   * The member list that more than half of those that were read agree on, else the leader's; undefined if none was read, or they
   * do not agree and there is no leader. What one endpoint alone says of the others is not taken for the cluster's.
   */
  readonly members: readonly ListedMember[] | undefined;
  /** The expected members, in the order of the observations. */
  readonly expected: readonly ExpectedMember[];
}

/** Puts the cluster together. */
export function viewCluster(observations: readonly EndpointObservation[], ports: ExpectedPorts): ClusterView {
  const clusterId = majorityOf(observations.flatMap((observation) => clusterIdOf(observation) ?? []));
  const own =
    clusterId === undefined
      ? []
      : observations.filter((observation) => clusterIdOf(observation) === clusterId);
  const leader = leaderOf(own);
  const members = memberListOf(own, leader);
  return {
    observations,
    clusterId: clusterId ?? null,
    own,
    leader: leader ?? null,
    members,
    expected: matchExpected(observations, members ?? [], ports),
  };
}

/** The id of the cluster that an endpoint says it belongs to. */
export function clusterIdOf(observation: EndpointObservation): EtcdId | undefined {
  return seen(observation.status)?.clusterId ?? seen(observation.memberList)?.clusterId;
}

/** What a member is called: its name in the member list, else the name expected where it answers, else its id. */
export function memberName(view: ClusterView, id: EtcdId): string {
  const listed = view.members?.find((member) => member.id === id)?.name ?? '';
  if (listed !== '') return listed;
  return view.observations.find(({ status }) => seen(status)?.memberId === id)?.name ?? id;
}

/** Returns the highest term that a member reported; null if none did. */
export function highestTerm({ own }: Pick<ClusterView, 'own'>): number | null {
  return highest(own.flatMap(({ status }) => seen(status)?.raftTerm ?? []));
}

/**
 * The leader that a majority of the voting members names, if no member names another in a later term. A member that is cut
 * off and still believes in itself does not hide it: its term is the earlier one (etcd raft, raft.go, `becomeFollower`).
 */
function leaderOf(own: readonly EndpointObservation[]): EtcdId | undefined {
  const named = own.flatMap(({ status }) => {
    const told = seen(status);
    if (told?.leader == null) return [];
    return [{ by: told.memberId, leader: told.leader, term: told.raftTerm, votes: !told.isLearner }];
  });
  const newest = Math.max(...named.map(({ term }) => term));
  const leader = named.find(({ term }) => term === newest)?.leader;
  const voters = memberListOf(own, leader)?.filter(({ isLearner }) => !isLearner);
  if (leader === undefined || voters === undefined) return undefined;
  const followers = named.filter(
    ({ by, leader: its, votes }) => votes && its === leader && voters.some(({ id }) => id === by),
  );
  // a list that names few voters gives no leader to those that it leaves out
  const answering = own.filter(({ status }) => seen(status)?.isLearner === false);
  return followers.length > Math.max(voters.length, answering.length) / 2 ? leader : undefined;
}

function memberListOf(
  own: readonly EndpointObservation[],
  leader: EtcdId | undefined,
): readonly ListedMember[] | undefined {
  const lists = own.flatMap(({ status, memberList }) => {
    const members = seen(memberList)?.members;
    return members === undefined ? [] : [{ by: seen(status)?.memberId, members, text: fingerprint(members) }];
  });
  const most = majorityOf(lists.map(({ text }) => text));
  const told = lists.find(({ text }) => text === most);
  return (told ?? lists.find(({ by }) => leader !== undefined && by === leader))?.members;
}

/** What two member lists are compared by. */
export function fingerprint(members: readonly ListedMember[]): string {
  return members
    .map((member) =>
      JSON.stringify([member.id, member.name, member.peerUrls, member.clientUrls, member.isLearner]),
    )
    .sort()
    .join('\n');
}

/** By peer URL first, for that is what a member is reached by; then by name. No entry serves twice. */
function matchExpected(
  observations: readonly EndpointObservation[],
  members: readonly ListedMember[],
  ports: ExpectedPorts,
): ExpectedMember[] {
  const wanted = observations.map(({ name, address }) => ({
    name,
    clientUrl: httpsUrl(address, ports.clientPort),
    peerUrl: httpsUrl(address, ports.peerPort),
  }));
  const entries = new Map<string, ListedMember>();
  const free = (member: ListedMember): boolean => ![...entries.values()].includes(member);
  for (const { name, peerUrl } of wanted) {
    const entry = members.find((member) => free(member) && hasUrl(member.peerUrls, peerUrl));
    if (entry !== undefined) entries.set(name, entry);
  }
  for (const { name } of wanted) {
    const entry = members.find((member) => free(member) && member.name === name);
    if (entry !== undefined && !entries.has(name)) entries.set(name, entry);
  }
  return wanted.map((member) => {
    const entry = entries.get(member.name);
    return entry === undefined ? member : { ...member, entry };
  });
}

function hasUrl(urls: readonly string[], url: string): boolean {
  return urls.some((candidate) => canonicalUrl(candidate) === canonicalUrl(url));
}

/** The value that more than half have. */
function majorityOf(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].find(([, count]) => count > values.length / 2)?.[0];
}
