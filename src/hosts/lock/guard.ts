import type { Finding } from '../../findings.ts';
import { LOCK_FILE, RUN_DIR, STEP_LOCK } from '../../kubeadm/paths.ts';
import { quoteBash } from '../bash.ts';
import type { RemoteResult, RemoteScript } from '../transport.ts';
import { checkedId, type LockOwner, MUTEX, parseLock } from './lock-bash.ts';
import { lockLostFinding } from './lock-messages.ts';

/** Exit code of a guarded script that did nothing, because its run no longer holds the lock. */
export const LOCK_LOST = 93;

const HOLDER_PREFIX = 'etcd-ha-action lock: ';
/** Seconds; other scripts hold the step lock for milliseconds, to check for running steps. */
const STEP_LOCK_WAIT_SECONDS = 5;
/** Linux's limit for a process name (TASK_COMM_LEN, without the final zero). */
const PROCESS_NAME_LENGTH = 15;

/**
 * Holds the step lock while this bash or any process it starts is alive, detached ones included (a systemd unit
 * inherits nothing). No other run takes over the lock until then.
 */
export const HOLD_STEP_LOCK = `exec 9>> ${quoteBash(STEP_LOCK)} && flock -s -w ${STEP_LOCK_WAIT_SECONDS} 9`;

/**
 * Wraps a script to run only while this owner holds the host's lock. It first acquires the step lock and then checks
 * the owner, so that no other run can take over in between. The bash is named after the step, for runs that wait for
 * it. Read-only scripts are returned unchanged.
 *
 * Sets `etcd_ha_connection` to the process that serves the run's connection, if there is one: see
 * {@link EXIT_IF_RUN_GONE}.
 */
export function guard(ownerId: string, script: RemoteScript): RemoteScript {
  if (script.effect === 'reads') return script;
  const name = script.title.replace(/[^\x20-\x7e]/g, '?').slice(0, PROCESS_NAME_LENGTH);
  const guarded = `
etcd_ha_lock=
if [ -d ${quoteBash(RUN_DIR)} ] && ${HOLD_STEP_LOCK} &&
  IFS= read -r etcd_ha_lock 2> /dev/null < ${quoteBash(LOCK_FILE)} &&
  [[ $etcd_ha_lock == '{"id":"${checkedId(ownerId)}",'* ]]
then
  etcd_ha_connection=\${etcd_ha_lock#*'"connection":"'}
  etcd_ha_connection=\${etcd_ha_connection%%[ '"']*}
else
  printf '${HOLDER_PREFIX}%s\\n' "$etcd_ha_lock" >&2
  exit ${LOCK_LOST}
fi
{ printf %s ${quoteBash(name)} > /proc/$$/comm; } 2> /dev/null || true
${script.timeoutMs > LONG_STEP_SECONDS * 1000 ? renewal(ownerId) : ''}
${script.script}`;
  return { ...script, script: guarded };
}

/** Seconds after which a step renews the lock at its end. */
const LONG_STEP_SECONDS = 8;

/**
 * Renews the heartbeat at the end of a long step, before the step lock is released. If the SSH server allows one
 * session, no heartbeat gets through during the step, and another run could take over the lock before the next one.
 */
function renewal(ownerId: string): string {
  const aside = quoteBash(`${LOCK_FILE}.new`);
  return `
etcd_ha_renew() {
  local lock now rest
  read -r now _ < /proc/uptime
  now=\${now%.*}
  if [ $((now - etcd_ha_begun)) -lt ${LONG_STEP_SECONDS} ]; then return; fi
  exec 8>> ${quoteBash(MUTEX)}
  flock -w ${STEP_LOCK_WAIT_SECONDS} 8 || return
  IFS= read -r lock < ${quoteBash(LOCK_FILE)} || return
  [[ $lock == '{"id":"${ownerId}","heartbeat":'* ]] || return
  rest=\${lock#*,} rest=\${rest#*,}
  printf '{"id":"%s","heartbeat":%s,%s\\n' ${ownerId} "$now" "$rest" > ${aside} && mv -fT -- ${aside} ${quoteBash(LOCK_FILE)}
}
read -r etcd_ha_begun _ < /proc/uptime
etcd_ha_begun=\${etcd_ha_begun%.*}
at_exit '( etcd_ha_renew ) > /dev/null 2>&1'`;
}

/** Exit code of a script that stopped waiting because its run is gone. */
export const RUN_GONE = 96;

/**
 * A line for wait loops: ends the script when the run's connection has ended. Otherwise a script that only waits
 * would block the next run.
 */
export const EXIT_IF_RUN_GONE = `if [ -n "\${etcd_ha_connection:-}" ] && ! [ -e "/proc/$etcd_ha_connection" ]; then exit ${RUN_GONE}; fi`;

/** Explains a script that ended with `LOCK_LOST`. */
export function explainLockLost(result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  return lockLostFinding(presentHolder(result.stderr));
}

function presentHolder(stderr: string): LockOwner | undefined {
  const line = stderr.split('\n').findLast((said) => said.startsWith(HOLDER_PREFIX));
  return line === undefined ? undefined : parseLock(line.slice(HOLDER_PREFIX.length));
}
