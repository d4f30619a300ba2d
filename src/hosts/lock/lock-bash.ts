import { LOCK_FILE, RUN_DIR, STEP_LOCK } from '../../kubeadm/paths.ts';
import { fieldsOf } from '../../text/json-fields.ts';
import { printable } from '../../text/printable.ts';
import { quoteBash } from '../bash.ts';
import { SERVED_BY } from '../root-shell/shell-command.ts';

/**
 * Seconds without a heartbeat, by the host's own clock, after which a lock counts as abandoned. Three heartbeats may
 * fail before.
 */
export const LOCK_TTL_SECONDS = 30;

/** Exit codes that all scripts of the lock share. */
export const NO_FLOCK = 94;
export const MUTEX_TIMEOUT = 95;

/** Held exclusively (flock) while the lock file is read and changed. */
export const MUTEX = `${RUN_DIR}/mutex`;
/** Seconds to wait for the mutex; only a stopped process holds it longer. */
const MUTEX_WAIT_SECONDS = 5;

/**
 * `read_lock` sets `lock` (the line of the file), its `id`, `connection` and `try` (0 if none is recorded), and
 * `state`: `free`, `unreadable`, `valid`, `ended` (its connection's process is gone) or `silent` (no heartbeat);
 * `age` is the seconds since the last heartbeat. The clock is /proc/uptime: it is the host's own, it cannot be set,
 * and it restarts at boot, as /run does.
 *
 * `own_connection` sets `own` to pid and start time of the sshd process that serves this shell's connection: `sshd`,
 * since OpenSSH 9.8 `sshd-session`. It ends with the connection, and a reused pid has another start time. `own` is
 * empty if no sshd is an ancestor of this shell. The same holds for a shell whose connection has ended, so it is read
 * at once and only when a lock is acquired. If the runner itself is the host, it is the process of the run.
 *
 * Only builtins of bash are used, so no process is started.
 */
const READ_LOCK = `
start_time() {
  local stat
  IFS= read -r stat 2> /dev/null < "/proc/$1/stat" || return 1
  set -- \${stat##*) }
  case $1 in Z | X) return 1 ;; esac
  parent=$2 started=\${20}
  name=\${stat#*(} name=\${name%)*}
}
own_connection() {
  local parent started name pid=$$
  own=
  if [ -n "\${${SERVED_BY}:-}" ]; then
    if start_time "$${SERVED_BY}"; then own="$${SERVED_BY} $started"; fi
    return
  fi
  while [ "$pid" -gt 1 ] && start_time "$pid"; do
    case $name in sshd*) own="$pid $started"; return ;; esac
    pid=$parent
  done
}
connection_ended() {
  local parent started name
  [ -n "$1" ] && ! { start_time "\${1% *}" && [ "$started" = "\${1#* }" ]; }
}
read_lock() {
  local pattern='^\\{"id":"([A-Za-z0-9._-]+)","heartbeat":([0-9]+),"ttl":([0-9]+),"connection":"([0-9]+ [0-9]+|)",("try":([0-9]+),)?'
  lock= id= connection= try=0 age=0 state=free
  read -r now _ < /proc/uptime
  now=\${now%.*}
  if ! [ -e ${quoteBash(LOCK_FILE)} ]; then return; fi
  IFS= read -r lock 2> /dev/null < ${quoteBash(LOCK_FILE)} || true
  state=unreadable
  if ! [[ $lock =~ $pattern ]]; then return; fi
  id=\${BASH_REMATCH[1]} age=$((now - BASH_REMATCH[2])) connection=\${BASH_REMATCH[4]} try=\${BASH_REMATCH[6]:-0} state=valid
  if [ "$age" -lt 0 ] || [ "$age" -gt "\${BASH_REMATCH[3]}" ]; then state=silent; fi
  if connection_ended "$connection"; then state=ended; fi
}`;

/** `write_lock CONNECTION`: makes this owner the holder, with a fresh heartbeat. Needs the mutex and `now`. */
function writeLock(owner: LockOwner, attempt: number): string {
  const aside = quoteBash(`${LOCK_FILE}.new`);
  return `
write_lock() {
  printf '{"id":"%s","heartbeat":%s,"ttl":%s,"connection":"%s","try":%s,%s\\n' \\
    ${checkedId(owner.id)} "$now" ${LOCK_TTL_SECONDS} "$1" ${attempt} ${quoteBash(ownerFields(owner))} > ${aside}
  mv -fT -- ${aside} ${quoteBash(LOCK_FILE)}
}`;
}

/** The functions that read the lock. */
export const LOCK_READER = `${READ_LOCK}
enter() {
  exec 8>> ${quoteBash(MUTEX)}
  flock -w ${MUTEX_WAIT_SECONDS} 8 || exit ${MUTEX_TIMEOUT}
}
leave() { exec 8>&-; }`;

/**
 * Returns those functions and the one that writes the lock in this owner's name.
 * @param attempt number of the attempt that acquires the lock; it increases with each attempt of a run.
 */
export function lockWriter(owner: LockOwner, attempt: number): string {
  return `${LOCK_READER}${writeLock(owner, attempt)}`;
}

/**
 * `step_processes` sets `steps` to the processes that hold the step lock on descriptor 9, as `guard` opens it, e.g.
 * `311 (start kubelet), 320 (sleep)`. This shell does not count.
 */
export const STEP_PROCESSES = `
step_processes() {
  local fd pid name
  steps=
  for fd in /proc/[0-9]*/fd/9; do
    pid=\${fd#/proc/} pid=\${pid%%/*}
    if [ "$pid" = $$ ] || ! [ "$fd" -ef ${quoteBash(STEP_LOCK)} ]; then continue; fi
    IFS= read -r name 2> /dev/null < "/proc/$pid/comm" || continue
    steps+="\${steps:+, }$pid (\${name//[^A-Za-z0-9 ._:@+-]/?})"
  done
}`;

/** The run that holds or requests a lock. */
export interface LockOwner {
  /** Unique to one attempt of one run; letters, digits, `.`, `_` and `-` only. */
  readonly id: string;
  /** URL of the run. */
  readonly run: string;
  /** The user who started it. */
  readonly actor: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

const LOCK_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Returns the id, checked to be safe in bash, a pattern of bash and JSON. @throws Error for an invalid id. */
export function checkedId(id: string): string {
  if (!LOCK_ID.test(id))
    throw new Error(`"${id}" is no id for a lock: letters, digits, ".", "_" and "-" only`);
  return id;
}

/**
 * Returns the fields that the owner writes after those that the host fills in, up to the end of the line. The host's
 * fields come first and in a fixed order, so that bash reads them with one anchored pattern, whatever the owner's
 * hold.
 */
function ownerFields({ run, actor, startedAt }: LockOwner): string {
  return JSON.stringify({ run, actor, startedAt }).slice(1);
}

/** Parses the owner from a lock file; undefined if the file is not ours. Its texts are safe for messages. */
export function parseLock(line: string): LockOwner | undefined {
  const lock = fieldsOf(line);
  if (lock === undefined) return undefined;
  const { id, run, actor, startedAt } = lock;
  const texts = [id, run, actor, startedAt];
  if (!texts.every((text) => typeof text === 'string')) return undefined;
  const [readId = '', readRun = '', readActor = '', readStart = ''] = texts.map((text) => printable(text));
  return { id: readId, run: readRun, actor: readActor, startedAt: readStart };
}

/** Describes the owner for messages. */
export function describeOwner({ run, actor, startedAt }: LockOwner): string {
  return `${actor}'s run ${run} (since ${startedAt})`;
}
