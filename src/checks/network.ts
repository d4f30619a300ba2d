import { holdsMember } from '../cluster/ports.ts';
import { DEFAULT_TIMES_MS, MOST_ELECTION_MS } from '../kubeadm/etcd-flags.ts';
import { parseIpAddress } from '../pki/alt-names.ts';
import { duration, median } from '../text/units.ts';
import { type Check, checkOf } from './check.ts';
import { type ExaminedMember, extraNumber, type PreflightSettings } from './examined.ts';

/** How long a round trip between two members takes, over all connects in both directions. */
interface Pair {
  readonly one: string;
  readonly other: string;
  readonly medianMs: number;
}

/** Checks that heartbeat and election timeout fit the round trips between the hosts. */
export function roundTrips(members: readonly ExaminedMember[], settings: PreflightSettings): Check[] {
  const pairs = measuredPairs(members);
  if (pairs.length === 0) return [];
  const list = pairs.map(({ one, other, medianMs }) => `${one}–${other} ${duration(medianMs)}`);
  const matrix = checkOf('network', null)('ok', {
    measured: `round trips between the hosts (median of some TCP connects): ${list.join(', ')}.`,
    notice:
      'A heartbeat interval should be about the longest of them, an election timeout at least ten times that.',
  });
  return [...timing(Math.max(...pairs.map(({ medianMs }) => medianMs)), settings), matrix];
}

/**
 * "The heartbeat interval is recommended to be around maximum of RTT between members, normally 0.5-1.5x"; "election
 * timeouts must be at least 10 times the round-trip time" (https://etcd.io/docs/latest/tuning/).
 */
function timing(longestMs: number, settings: PreflightSettings): Check[] {
  const heartbeat = extraNumber(settings, 'heartbeat-interval') ?? DEFAULT_TIMES_MS['heartbeat-interval'];
  const election = extraNumber(settings, 'election-timeout') ?? DEFAULT_TIMES_MS['election-timeout'];
  if (heartbeat >= 0.5 * longestMs && election >= 10 * longestMs) return [];
  const wantedHeartbeat = Math.ceil(longestMs / 10) * 10;
  const wantedElection = Math.min(10 * wantedHeartbeat, MOST_ELECTION_MS);
  return [
    checkOf('network', null)('warn', {
      code: 'round-trip-too-long',
      measured: `a round trip between two hosts takes ${duration(longestMs)}; a heartbeat interval of ${heartbeat} ms and an election timeout of ${election} ms are too short for that.`,
      cause: 'The hosts are far from each other. The cluster would lose its leader without a fault.',
      fix: `Set \`heartbeat-interval: ${wantedHeartbeat}\` and \`election-timeout: ${wantedElection}\`, or bring the hosts closer together.`,
    }),
  ];
}

/** A time counts only if the host was reached: otherwise a connect can end at once too. */
function measuredPairs(members: readonly ExaminedMember[]): Pair[] {
  return members.flatMap((one, index) =>
    members.slice(index + 1).flatMap((other): Pair[] => {
      const times = [...timesBetween(one, other), ...timesBetween(other, one)];
      return times.length === 0 ? [] : [{ one: one.name, other: other.name, medianMs: median(times) / 1000 }];
    }),
  );
}

/** Microseconds. */
function timesBetween(from: ExaminedMember, to: ExaminedMember): number[] {
  const reached = from.facts.reach.filter(
    ({ address, outcome }) => address === to.address && (outcome === 'open' || outcome === 'refused'),
  );
  return from.seen.connectTimes
    .filter(({ address, port }) => reached.some((each) => each.address === address && each.port === port))
    .flatMap(({ microseconds }) => microseconds);
}

/**
 * Hosts that send from another address than the one that is listed. A peer compares that address with the certificate (checkCertSAN in
 * etcd's client/pkg/transport/listener_tls.go), and lets it in only if it is there, or if a name that is there resolves to it. Where
 * the kernel did not give the address, there is no check.
 */
export function sourceAddresses(member: ExaminedMember, { certificates }: PreflightSettings): Check[] {
  const { name: host, address, facts } = member;
  const known = [address, ...(certificates?.extraSans ?? [])].map(canonical);
  const strange = [...(facts.sources ?? [])].filter(([, source]) => !known.includes(canonical(source)));
  const sources = [...new Set(strange.map(([, source]) => source))];
  if (sources.length === 0) return [];
  return [
    checkOf('network', host)(holdsMember(member) ? 'warn' : 'fail', {
      code: 'source-address-differs',
      // one that runs has been let in
      measured: `it sends from ${sources.join(' and ')} to ${strange.map(([peer]) => peer).join(', ')}, and is listed as ${address}: its peers accept only the addresses in its certificate.`,
      cause:
        'The host has a second address or interface, and the kernel prefers it on the route to the others.',
      fix: `List the host by ${sources[0] ?? 'that address'}, or add it to \`extra-sans\` (all hosts' such addresses, separated by commas).`,
    }),
  ];
}

function canonical(address: string): string {
  return parseIpAddress(address)?.toString('hex') ?? address.toLowerCase();
}

/** Where kubelet reads the resolvers of its pods from, unless its configuration says otherwise (its default resolvConf). */
export const RESOLV_CONF = '/etc/resolv.conf';

/** Checks kubelet's file of resolvers, without which it starts no pod, although etcd resolves no name. */
export function resolvConf({ name: host, seen }: ExaminedMember): Check[] {
  const { state, path, target } = seen.resolvConf ?? { state: 'file' };
  if (state === 'file') return [];
  const what = {
    missing: `${path} is missing`,
    dangling: `${path} is a link to ${target ?? 'a file'}, which is missing`,
    other: `${path} is not a file`,
  }[state];
  return [
    checkOf('resolv-conf', host)('fail', {
      code: 'resolv-conf-missing',
      measured: `${what}; kubelet starts no pod without it.`,
      cause:
        state === 'dangling'
          ? 'The service that writes that file (systemd-resolved, resolvconf, NetworkManager) does not run.'
          : 'The host was set up without resolvers, or the file was removed.',
      fix: `Start the service that writes it (\`systemctl enable --now systemd-resolved\`), or write ${path}: an empty file is enough for etcd.`,
    }),
  ];
}
