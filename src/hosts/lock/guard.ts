import type { Finding } from '../../findings.ts';
import { LOCK_FILE, RUN_DIR, STEP_LOCK } from '../../kubeadm/paths.ts';
import { quote } from '../bash.ts';
import type { RemoteResult, RemoteScript } from '../transport.ts';
import { checkedId, type LockOwner, MUTEX, parseLock } from './lock-bash.ts';
import { lostFinding } from './lock-messages.ts';

/** Exit code of a guarded script that has done nothing, because the lock is no longer its run's. */
export const LOCK_LOST = 93;

const MARK = 'etcd-ha-action lock: ';
/** Seconds; whoever looks whether a step runs holds the step lock for milliseconds. */
const STEP_LOCK_WAIT = 5;
/** Linux keeps so many characters of a process's name (TASK_COMM_LEN, without the final zero). */
const PROCESS_NAME_LENGTH = 15;

/**
 * Holds the step lock for as long as this bash or a process that it starts lives. Also for what is started detached
 * (a unit of systemd inherits nothing): as long as it runs, no other run takes the lock over.
 */
export const HOLD_STEP_LOCK = `exec 9>> ${quote(STEP_LOCK)} && flock -s -w ${STEP_LOCK_WAIT} 9`;

/**
 * The script, to be run only while the lock of its host is this owner's: first it takes the step lock, then it looks
 * whose the lock is, so that nobody can take the lock over from then on. The bash is named after the step, for whoever
 * waits for it. What only reads is left as it is.
 *
 * `etcd_ha_connection` is then the process that serves the run's connection, if there is one: see {@link STILL_WANTED}.
 */
export function guard(ownerId: string, script: RemoteScript): RemoteScript {
  if (script.effect === 'reads') return script;
  const name = script.title.replace(/[^\x20-\x7e]/g, '?').slice(0, PROCESS_NAME_LENGTH);
  const guarded = `
etcd_ha_lock=
if [ -d ${quote(RUN_DIR)} ] && ${HOLD_STEP_LOCK} &&
  IFS= read -r etcd_ha_lock 2> /dev/null < ${quote(LOCK_FILE)} &&
  [[ $etcd_ha_lock == '{"id":"${checkedId(ownerId)}",'* ]]
then
  etcd_ha_connection=\${etcd_ha_lock#*'"connection":"'}
  etcd_ha_connection=\${etcd_ha_connection%%[ '"']*}
else
  printf '${MARK}%s\\n' "$etcd_ha_lock" >&2
  exit ${LOCK_LOST}
fi
{ printf %s ${quote(name)} > /proc/$$/comm; } 2> /dev/null || true
${script.timeoutMs > LONG_STEP * 1000 ? renewal(ownerId) : ''}
${script.script}`;
  return { ...script, script: guarded };
}

/** Seconds after which a step renews the lock at its end. */
const LONG_STEP = 8;

/**
 * At the end of a long step: writes down that the owner lives, before the step lock is let go. Where the SSH server allows one
 * session, no heartbeat comes through while the step runs, and another run could take the lock over before the next one does.
 */
function renewal(ownerId: string): string {
  const aside = quote(`${LOCK_FILE}.new`);
  return `
etcd_ha_renew() {
  local lock now rest
  read -r now _ < /proc/uptime
  now=\${now%.*}
  if [ $((now - etcd_ha_begun)) -lt ${LONG_STEP} ]; then return; fi
  exec 8>> ${quote(MUTEX)}
  flock -w ${STEP_LOCK_WAIT} 8 || return
  IFS= read -r lock < ${quote(LOCK_FILE)} || return
  [[ $lock == '{"id":"${ownerId}","heartbeat":'* ]] || return
  rest=\${lock#*,} rest=\${rest#*,}
  printf '{"id":"%s","heartbeat":%s,%s\\n' ${ownerId} "$now" "$rest" > ${aside} && mv -fT -- ${aside} ${quote(LOCK_FILE)}
}
read -r etcd_ha_begun _ < /proc/uptime
etcd_ha_begun=\${etcd_ha_begun%.*}
at_exit '( etcd_ha_renew ) > /dev/null 2>&1'`;
}

/** Exit code of a script that has stopped to wait, because nobody waits for it any more. */
export const NOBODY_WAITS = 96;

/**
 * A line for loops that wait: ends the script when the run's connection has ended. What only waits would otherwise keep
 * the next run from the lock.
 */
export const STILL_WANTED = `if [ -n "\${etcd_ha_connection:-}" ] && ! [ -e "/proc/$etcd_ha_connection" ]; then exit ${NOBODY_WAITS}; fi`;

/** Words for a script that ended with `LOCK_LOST`. */
export function explainLockLost(result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  return lostFinding(presentHolder(result.stderr));
}

function presentHolder(stderr: string): LockOwner | undefined {
  const line = stderr.split('\n').findLast((said) => said.startsWith(MARK));
  return line === undefined ? undefined : parseLock(line.slice(MARK.length));
}
