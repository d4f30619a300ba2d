import { canonicalUrl } from '../endpoint.ts';
import type { EtcdId, ListedMember } from '../messages.ts';
import { type HealthFinding, seen } from './observation.ts';
import { type ClusterView, type ExpectedMember, fingerprint, memberName } from './view.ts';

/** One entry of the cluster's member list. */
export interface MemberHealth {
  readonly id: EtcdId;
  /** Empty until the member has started for the first time. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
  readonly started: boolean;
  readonly expected: boolean;
}

/** Returns the member list, with whether each entry is expected and has started. */
export function assessMembers(view: ClusterView): MemberHealth[] {
  return (view.members ?? []).map((member) => ({
    ...member,
    started: isStarted(member),
    expected: view.expected.some(({ entry }) => entry === member),
  }));
}

/** Returns what differs from the expected members; nothing if no member list could be read. If no list counts, returns which member has which. */
export function memberFindings(view: ClusterView): HealthFinding[] {
  if (view.members === undefined) return disagreement(view);
  return [
    ...view.expected.flatMap((expected) =>
      expected.entry === undefined ? [missing(expected)] : entryFindings(expected, expected.entry),
    ),
    ...strangers(view),
    ...impostors(view),
    ...disagreement(view),
  ];
}

function missing({ name, peerUrl }: ExpectedMember): HealthFinding {
  return fail(name, {
    code: 'member-list-differs',
    fact: `${name} (${peerUrl}) is not a member of the cluster.`,
    cause: 'It was removed, or it was never added.',
    fix: 'Have it added as a new member with an empty data dir; one that was removed cannot come back with its old data.',
  });
}

function entryFindings(expected: ExpectedMember, entry: ListedMember): HealthFinding[] {
  const { name } = expected;
  if (!isStarted(entry)) {
    return [
      fail(name, {
        code: 'member-list-differs',
        fact: `${name} (${listUrls(entry.peerUrls)}) is in the member list and has never started.`,
        cause: 'It was added, and etcd does not run on that host or does not reach the other members.',
        fix: `Look at the etcd container of that host; if you do not want it, remove the member (id ${entry.id}).`,
      }),
    ];
  }
  return [
    ...(entry.name === name ? [] : [renamed(expected, entry)]),
    ...(sameUrls(entry.peerUrls, expected.peerUrl) ? [] : [otherPeerUrl(expected, entry)]),
    ...(sameUrls(entry.clientUrls, expected.clientUrl) ? [] : [otherClientUrl(expected, entry)]),
    ...(entry.isLearner ? [learner(expected)] : []),
  ];
}

function renamed({ name, peerUrl }: ExpectedMember, entry: ListedMember): HealthFinding {
  return fail(name, {
    code: 'member-list-differs',
    fact: `The member at ${peerUrl} is called ${entry.name}, not ${name}.`,
    cause: 'The host was renamed, or the names in the inputs are in another order than the hosts.',
    fix: `Say \`${entry.name}\` for this host in the inputs.`,
  });
}

function otherPeerUrl({ name, peerUrl }: ExpectedMember, entry: ListedMember): HealthFinding {
  return fail(name, {
    code: 'member-list-differs',
    fact: `${name} has the peer URL ${listUrls(entry.peerUrls)}, expected ${peerUrl}.`,
    cause: 'The host got another address, or the cluster was made with another peer port.',
    fix: `Correct the address or peer port in the inputs, or the member: \`etcdctl member update ${entry.id} --peer-urls=${peerUrl}\`.`,
  });
}

function otherClientUrl({ name, clientUrl }: ExpectedMember, entry: ListedMember): HealthFinding {
  return fail(name, {
    code: 'member-list-differs',
    fact: `${name} announces the client URL ${listUrls(entry.clientUrls)}, expected ${clientUrl}.`,
    cause: 'advertise-client-urls in its manifest is different.',
    fix: 'Correct the address or client port in the inputs, or the manifest of that host.',
  });
}

function learner({ name }: ExpectedMember): HealthFinding {
  return fail(name, {
    code: 'member-is-learner',
    fact: `${name} is a learner: it has no vote and does not count for the quorum.`,
    cause: 'It was added as a learner and not promoted, or it is still catching up.',
    fix: 'Promote it once it has caught up, or remove it.',
  });
}

function strangers(view: ClusterView): HealthFinding[] {
  const known = new Set(view.expected.map(({ entry }) => entry));
  return (view.members ?? [])
    .filter((member) => !known.has(member))
    .map((member) => {
      const what = member.isLearner ? 'learner' : 'member';
      const name = isStarted(member) ? member.name : '(never started)';
      return {
        code: 'member-not-expected',
        status: 'fail',
        at: 'members',
        fact: `The cluster has a ${what} that is not expected: ${name}, id ${member.id}, ${listUrls(member.peerUrls)}.`,
        cause: 'A host was left out of the inputs, or a member that is gone was not removed.',
        fix: `Add its host to the inputs, or remove it: \`etcdctl member remove ${member.id}\`.`,
      };
    });
}

/** Endpoints where another member answers than the one whose entry has that address. */
function impostors(view: ClusterView): HealthFinding[] {
  return view.own.flatMap(({ name, status }) => {
    const expected = view.expected.find((member) => member.name === name);
    const answering = seen(status)?.memberId;
    if (expected?.entry === undefined || answering === undefined || answering === expected.entry.id)
      return [];
    const other = memberName(view, answering);
    return [
      fail(name, {
        code: 'member-answers-for-other',
        fact: `${expected.clientUrl} is answered by member ${other} (id ${answering}), not by the one listed there (id ${expected.entry.id}).`,
        cause: 'The data dir was taken from another member, or the address leads to another host.',
        fix: 'Find out whose data that host has before anything is restarted; do not copy data dirs between members.',
      }),
    ];
  });
}

/** Members that have another member list than the one that was judged. */
function disagreement(view: ClusterView): HealthFinding[] {
  const judged = fingerprint(view.members ?? []);
  return view.own.flatMap(({ name, memberList }) => {
    const list = seen(memberList)?.members;
    if (list === undefined || fingerprint(list) === judged) return [];
    return [
      fail(name, {
        code: 'members-disagree',
        fact: `${name} knows other members than the rest of the cluster: ${list.map(describeMember).join(', ')}.`,
        cause: 'It has not yet caught up with a change of membership.',
        fix: 'Look again in a few seconds; if it does not catch up, the member is cut off from the leader.',
      }),
    ];
  });
}

function fail(host: string, words: Pick<HealthFinding, 'code' | 'fact' | 'cause' | 'fix'>): HealthFinding {
  return { status: 'fail', host, at: 'members', ...words };
}

/** A member publishes its name and client URLs when it starts for the first time. */
function isStarted(member: ListedMember): boolean {
  return member.name !== '';
}

function sameUrls(urls: readonly string[], expected: string): boolean {
  return urls.length === 1 && urls.every((url) => canonicalUrl(url) === canonicalUrl(expected));
}

function listUrls(urls: readonly string[]): string {
  return urls.length === 0 ? '(none)' : urls.join(', ');
}

function describeMember(member: ListedMember): string {
  return `${isStarted(member) ? member.name : '(never started)'} ${listUrls(member.peerUrls)}`;
}
