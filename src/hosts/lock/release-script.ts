import { LOCK_FILE, STEP_LOCK } from '../../kubeadm/paths.ts';
import { quote } from '../shell.ts';
import type { RemoteScript } from '../transport.ts';
import { LOCK_READER } from './lock-bash.ts';
import { checkedId } from './lock-file.ts';

/**
 * `not-held`: the lock is gone or another's. `still-running`: a step of the owner goes on; the lock stays, and counts
 * as abandoned once the owner's connection has ended.
 */
export type ReleaseOutcome = 'released' | 'not-held' | 'still-running';

const OUTCOMES: readonly ReleaseOutcome[] = ['released', 'not-held', 'still-running'];

/** Seconds that a step which is about to end is given. */
const STEP_WAIT = 3;
const TIMEOUT_MS = 4500;

/**
 * Removes the lock if it is this owner's and no step runs on the host any more.
 * @param attempt the try that has got it: one that comes late, from a host that stood still, must not take away what a later
 * try of the same run has got. Absent: whichever try it was.
 */
export function releaseScript(ownerId: string, attempt?: number): RemoteScript {
  const id = checkedId(ownerId);
  const isOwn = attempt === undefined ? `[ "$id" = ${id} ]` : `[ "$id $try" = '${id} ${attempt}' ]`;
  const script = `${LOCK_READER}
give_back() {
  local lock id connection try age state now
  read_lock
  if ! ${isOwn}; then echo not-held; return; fi
  exec 7>> ${quote(STEP_LOCK)}
  if ! flock -x -w ${STEP_WAIT} 7; then echo still-running; return; fi
  enter
  read_lock
  if ${isOwn}; then rm -f -- ${quote(LOCK_FILE)}; echo released; else echo not-held; fi
}
give_back`;
  return { title: 'unlock', effect: 'changes', script, timeoutMs: TIMEOUT_MS };
}

/** The answer to `releaseScript`; undefined when there is none. */
export function parseRelease(stdout: Buffer): ReleaseOutcome | undefined {
  const answer = stdout.toString('utf8').trim();
  return OUTCOMES.find((outcome) => outcome === answer);
}
