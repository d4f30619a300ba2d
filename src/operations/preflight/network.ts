import type { Member } from '../../cluster/members.ts';
import { holdsMember } from '../../cluster/ports.ts';
import { parseIpAddress } from '../../pki/alt-names.ts';
import { duration, median } from '../../text/units.ts';
import { type ExaminedMember, extraNumber, type PreflightSettings, type SevereFinding } from './finding.ts';

/** etcd's defaults (server/embed/config.go, TickMs and ElectionMs). */
const DEFAULT_HEARTBEAT_MS = 100;
const DEFAULT_ELECTION_MS = 1000;
/** etcd takes no longer one (server/embed/config.go, maxElectionMs). */
const MOST_ELECTION_MS = 50_000;

/** How long a round trip between two members takes, over all connects in both directions. */
interface Pair {
  readonly one: string;
  readonly other: string;
  readonly medianMs: number;
}

/** The round trips between all hosts, and whether heartbeats and elections fit them. */
export function roundTrips(members: readonly ExaminedMember[], settings: PreflightSettings): SevereFinding[] {
  const pairs = measuredPairs(members);
  if (pairs.length === 0) return [];
  const list = pairs.map(({ one, other, medianMs }) => `${one}–${other} ${duration(medianMs)}`);
  const matrix: SevereFinding = {
    code: 'round-trip-times',
    severity: 'info',
    at: 'network',
    fact: `round trips between the hosts (median of some TCP connects): ${list.join(', ')}.`,
  };
  return [...timing(Math.max(...pairs.map(({ medianMs }) => medianMs)), settings), matrix];
}

/**
 * "The heartbeat interval is recommended to be around maximum of RTT between members, normally 0.5-1.5x"; "election
 * timeouts must be at least 10 times the round-trip time" (https://etcd.io/docs/latest/tuning/).
 */
function timing(longestMs: number, settings: PreflightSettings): SevereFinding[] {
  const heartbeat = extraNumber(settings, 'heartbeat-interval') ?? DEFAULT_HEARTBEAT_MS;
  const election = extraNumber(settings, 'election-timeout') ?? DEFAULT_ELECTION_MS;
  if (heartbeat >= 0.5 * longestMs && election >= 10 * longestMs) return [];
  const wantedHeartbeat = Math.ceil(longestMs / 10) * 10;
  const wantedElection = Math.min(10 * wantedHeartbeat, MOST_ELECTION_MS);
  return [
    {
      code: 'round-trip-too-long',
      severity: 'warn',
      at: 'network',
      fact: `a round trip between two hosts takes ${duration(longestMs)}; a heartbeat interval of ${heartbeat} ms and an election timeout of ${election} ms are too short for that.`,
      cause: 'The hosts are far from each other. Leaders would be lost without a fault.',
      fix: `Set \`heartbeat-interval: ${wantedHeartbeat}\` and \`election-timeout: ${wantedElection}\`, or bring the hosts closer together.`,
    },
  ];
}

/** A time counts where the host was reached: on another way a connect can also end at once. */
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
 * the kernel did not tell the address, nothing is said.
 */
export function sourceAddresses(
  member: ExaminedMember,
  { certificates }: PreflightSettings,
): SevereFinding[] {
  const { name: host, address, facts } = member;
  const known = [address, ...(certificates?.extraSans ?? [])].map(canonical);
  const strange = [...(facts.sources ?? [])].filter(([, source]) => !known.includes(canonical(source)));
  const sources = [...new Set(strange.map(([, source]) => source))];
  if (sources.length === 0) return [];
  return [
    {
      // one that runs has been let in
      code: 'source-address-differs',
      severity: holdsMember(member) ? 'warn' : 'fail',
      host,
      at: 'network',
      fact: `it sends from ${sources.join(' and ')} to ${strange.map(([peer]) => peer).join(', ')}, and is listed as ${address}: its peers let in only the addresses that are in its certificate.`,
      cause:
        'The host has a second address or interface, and the kernel prefers it on the way to the others.',
      fix: `List the host by ${sources[0] ?? 'that address'}, or add it to \`extra-sans\` (all hosts' such addresses, separated by commas).`,
    },
  ];
}

function canonical(address: string): string {
  return parseIpAddress(address)?.toString('hex') ?? address.toLowerCase();
}

/** Where kubelet reads the resolvers of its pods from, unless its configuration says otherwise (its default resolvConf). */
export const RESOLV_CONF = '/etc/resolv.conf';

/** kubelet's file of resolvers, without which it starts no pod, though etcd asks for no name. */
export function resolvConf({ name: host, seen }: ExaminedMember): SevereFinding[] {
  const { state, path, target } = seen.resolvConf ?? { state: 'file' };
  if (state === 'file') return [];
  const what = {
    missing: `${path} is not there`,
    dangling: `${path} is a link to ${target ?? 'a file'}, which is not there`,
    other: `${path} is not a file`,
  }[state];
  return [
    {
      code: 'resolv-conf-missing',
      severity: 'fail',
      host,
      at: 'resolv-conf',
      fact: `${what}; kubelet starts no pod without it.`,
      cause:
        state === 'dangling'
          ? 'The service that writes that file (systemd-resolved, resolvconf, NetworkManager) does not run.'
          : 'The host was set up without resolvers, or the file was removed.',
      fix: `Start the service that writes it (\`systemctl enable --now systemd-resolved\`), or write ${path}: an empty file is enough for etcd.`,
    },
  ];
}

/** etcd logs peers whose clocks are further apart (server/etcdserver/api/rafthttp/probing_status.go). */
const WARN_MS = 1000;
/** Beyond this leases, logs and certificates are not to be trusted. */
const FAIL_MS = 30_000;
/** Clocks against the median of all hosts. */
export function clockDifferences(members: readonly Member[]): SevereFinding[] {
  const seen = members.flatMap(({ name, facts: { clock } }) =>
    clock === undefined ? [] : [{ name, clock }],
  );
  if (seen.length < 2) return [];
  const middle = median(seen.map(({ clock }) => clock.offsetMs));
  const middleUncertainty = median(seen.map(({ clock }) => clock.uncertaintyMs));
  return seen.flatMap(({ name: host, clock }): SevereFinding[] => {
    const difference = clock.offsetMs - middle;
    const uncertainty = clock.uncertaintyMs + middleUncertainty;
    const atLeast = Math.abs(difference) - uncertainty;
    if (atLeast <= WARN_MS) return [];
    const direction = difference > 0 ? 'ahead of' : 'behind';
    return [
      {
        code: 'clock-off',
        severity: atLeast > FAIL_MS ? 'fail' : 'warn',
        host,
        at: 'clock',
        fact: `its clock is ${duration(Math.abs(difference))} ${direction} the median of all hosts (± ${duration(uncertainty)}).`,
        cause: 'No time service runs on it, or it reaches no server.',
        fix: 'Start one (`systemctl enable --now chrony` or systemd-timesyncd), and look at `timedatectl`.',
      },
    ];
  });
}
