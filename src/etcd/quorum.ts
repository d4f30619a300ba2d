/**
 * Returns the number of members that must agree before anything is written: more than half (raft, section 5.2 of Ongaro
 * and Ousterhout).
 */
export function quorumOf(members: number): number {
  return Math.floor(members / 2) + 1;
}
