import { quote } from '../shell.ts';

/** A member that is given a lead, and where its peers reach it. */
export interface LeadingMember {
  readonly address: string;
  readonly peerPort: number;
  /** How many others it asks before it answers anybody. */
  readonly peers: number;
}

/** All in hundredths of a second, in which Linux tells its uptime. What a member needs beside its questions, to write its first log. */
const LEAD = 8;
/** For members that do not take the same time to start; no more than they have round trips of their own. */
const ROOM = 12;
const MOST = 300;

/**
 * Bash that gives another member of a new cluster a lead. It needs `nap` of `PAUSE_FUNCTION`.
 *
 * Before a new member does anything else it asks the others, in the order of their peer URLs, whether it has been there before
 * (isMemberBootstrapped in etcd's server/etcdserver/cluster_util.go). It listens by then, and answers only when it is through
 * with that. So members that begin at the same moment wait for each other, a second for each peer (BootstrapTimeoutEffective in
 * server/config/config.go). One that is ahead of them all finds nobody who listens yet, which costs it a round trip for each
 * peer; the others ask it first, and have its answer at once.
 *
 * The round trip is measured by a connection to where that member will listen. Where none is refused nor made within a second
 * no lead is of any use.
 */
export function giveLead({ address, peerPort, peers }: LeadingMember): string {
  return `
uptime_hundredths() { local up; read -r up _ < /proc/uptime; printf -v "$1" %d "$((10#\${up/./}))"; }
uptime_hundredths begun
outcome=0
timeout 1 bash -c '{ exec 3<> "/dev/tcp/$0/$1"; } 2> /dev/null' ${quote(address)} ${peerPort} || outcome=$?
uptime_hundredths answered
took=$((answered - begun))
lead=$((${LEAD} + ${peers} * took + (2 * took < ${ROOM} ? 2 * took : ${ROOM})))
left=$(((lead < ${MOST} ? lead : ${MOST}) - took))
if [ "$outcome" != 124 ] && [ "$left" -gt 0 ]; then nap "$((left / 100)).$(printf %02d $((left % 100)))"; fi
`;
}
