import type { RemoteResult, RemoteScript } from '../transport.ts';
import { lockWriter } from './lock-bash.ts';
import { type LockOwner, parseLock } from './lock-file.ts';

/** Longer than it takes on a busy host, shorter than a lock lives without. */
const TIMEOUT_MS = 20_000;

/**
 * Writes down that the owner lives, if the lock is still its own. The connection on record stays: a heartbeat that was
 * under way when that ended must not make the lock look alive.
 * @param attempt the try that has got the lock.
 */
export function heartbeatScript(owner: LockOwner, attempt: number): RemoteScript {
  const script = `${lockWriter(owner, attempt)}
beat() {
  local lock id connection try age state now
  enter
  read_lock
  if [ "$id $try" = '${owner.id} ${attempt}' ]; then write_lock "$connection"; echo beat; else printf 'lost\\t%s\\n' "$lock"; fi
}
beat`;
  return { title: 'heartbeat of the lock', effect: 'changes', script, timeoutMs: TIMEOUT_MS };
}

/** Whether the lock is gone, and who has it now. A heartbeat that did not come to its end tells nothing. */
export function parseHeartbeat({
  code,
  stdout,
}: RemoteResult): { readonly lost: false } | { readonly lost: true; readonly holder: LockOwner | undefined } {
  const answer = stdout.toString('utf8').trimEnd();
  if (code !== 0 || !answer.startsWith('lost')) return { lost: false };
  return { lost: true, holder: parseLock(answer.slice('lost\t'.length)) };
}
