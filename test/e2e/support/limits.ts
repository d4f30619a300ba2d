/**
 * How long clients may wait and a member may be away while members are restarted one by one. Aimed at, and seen on a
 * quiet machine, are 500 ms and 8 s. In a lab the hosts, the runner and the writer share the machine's cores: each limit
 * has room for that, and still lies below what goes wrong without the gates (an unplanned election, 1.6 s; a manifest
 * changed in place, 14 s).
 */
export const LONGEST_GAP_MS = 1_200;
export const LONGEST_AWAY_MS = 12_000;
