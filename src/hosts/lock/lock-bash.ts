import { LOCK_FILE, RUN_DIR, STEP_LOCK } from '../../kubeadm/paths.ts';
import { printable } from '../../text/printable.ts';
import { quote } from '../bash.ts';
import { SERVED_BY } from '../root-shell/root-shell.ts';

/**
 * Seconds without a heartbeat, by the host's own clock, after which a lock counts as abandoned. Three heartbeats may
 * fail before.
 */
export const LOCK_TTL_SECONDS = 30;

/** Exit codes that every script of the lock shares. */
export const NO_FLOCK = 94;
export const STUCK = 95;

/** Held exclusively (flock) for the moment in which the lock file is looked at and changed. */
export const MUTEX = `${RUN_DIR}/mutex`;
/** Seconds that a moment may last; only a process that was stopped holds the mutex longer. */
const MUTEX_WAIT = 5;

/**
 * `read_lock` sets `lock` (the line of the file), its `id`, `connection` and `try` (0 where none is on record), and `state`:
 * `free`, `unreadable`, `valid`, `ended` (its connection's process is gone) or `silent` (no heartbeat); `age` is the
 * seconds since the last heartbeat. The clock is /proc/uptime: it is the host's own, it cannot be set, and it starts
 * anew with a boot, as /run does.
 *
 * `own_connection` sets `own` to pid and start time of the sshd process that serves this shell's connection:
 * OpenSSH's are called `sshd`, since 9.8 `sshd-session`. It ends with the connection, and a number that was given to
 * another process since has another start time. Empty when no sshd is above this shell; that is also what a shell sees
 * whose connection has ended, so it is asked for at once and only when a lock is taken. Where the runner itself is the
 * host, it is the process of the run.
 *
 * Everything is done by builtins of bash, so that it costs no process.
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
  if ! [ -e ${quote(LOCK_FILE)} ]; then return; fi
  IFS= read -r lock 2> /dev/null < ${quote(LOCK_FILE)} || true
  state=unreadable
  if ! [[ $lock =~ $pattern ]]; then return; fi
  id=\${BASH_REMATCH[1]} age=$((now - BASH_REMATCH[2])) connection=\${BASH_REMATCH[4]} try=\${BASH_REMATCH[6]:-0} state=valid
  if [ "$age" -lt 0 ] || [ "$age" -gt "\${BASH_REMATCH[3]}" ]; then state=silent; fi
  if connection_ended "$connection"; then state=ended; fi
}`;

/** `write_lock CONNECTION`: makes the lock this owner's, alive now. Needs the mutex and `now`. */
function writeLock(owner: LockOwner, attempt: number): string {
  const aside = quote(`${LOCK_FILE}.new`);
  return `
write_lock() {
  printf '{"id":"%s","heartbeat":%s,"ttl":%s,"connection":"%s","try":%s,%s\\n' \\
    ${checkedId(owner.id)} "$now" ${LOCK_TTL_SECONDS} "$1" ${attempt} ${quote(ownersPart(owner))} > ${aside}
  mv -fT -- ${aside} ${quote(LOCK_FILE)}
}`;
}

/** The functions that look at the lock. */
export const LOCK_READER = `${READ_LOCK}
enter() {
  exec 8>> ${quote(MUTEX)}
  flock -w ${MUTEX_WAIT} 8 || exit ${STUCK}
}
leave() { exec 8>&-; }`;

/**
 * Those, and the one that writes it in this owner's name.
 * @param attempt number of the try that takes the lock; it grows from try to try of one run.
 */
export function lockWriter(owner: LockOwner, attempt: number): string {
  return `${LOCK_READER}${writeLock(owner, attempt)}`;
}

/**
 * `step_processes` sets `steps` to the processes that hold the step lock on descriptor 9, as `guard` opens it,
 * e.g. `311 (start kubelet), 320 (sleep)`. This shell is not counted.
 */
export const STEP_PROCESSES = `
step_processes() {
  local fd pid name
  steps=
  for fd in /proc/[0-9]*/fd/9; do
    pid=\${fd#/proc/} pid=\${pid%%/*}
    if [ "$pid" = $$ ] || ! [ "$fd" -ef ${quote(STEP_LOCK)} ]; then continue; fi
    IFS= read -r name 2> /dev/null < "/proc/$pid/comm" || continue
    steps+="\${steps:+, }$pid (\${name//[^A-Za-z0-9 ._:@+-]/?})"
  done
}`;

/** The run that wants a lock, or has it. */
export interface LockOwner {
  /** Unique to one attempt of one run; letters, digits, `.`, `_` and `-` only. */
  readonly id: string;
  /** URL of the run, where a reader sees what it does. */
  readonly run: string;
  /** Who started it. */
  readonly actor: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

const LOCK_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The id, known to be fit for bash, a pattern of bash and JSON as it is. @throws Error when it is not. */
export function checkedId(id: string): string {
  if (!LOCK_ID.test(id))
    throw new Error(`"${id}" is no id for a lock: letters, digits, ".", "_" and "-" only`);
  return id;
}

/**
 * What an owner writes behind the fields that the host itself fills in, up to the end of the line. The host's fields
 * come first and in one order, so that bash reads them with one anchored pattern, whatever is in these.
 */
function ownersPart({ run, actor, startedAt }: LockOwner): string {
  return JSON.stringify({ run, actor, startedAt }).slice(1);
}

/** Who wrote this lock file; undefined when it is none of ours. Its texts are fit for a message. */
export function parseLock(line: string): LockOwner | undefined {
  let lock: unknown;
  try {
    lock = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof lock !== 'object' || lock === null) return undefined;
  const { id, run, actor, startedAt } = lock as Record<string, unknown>;
  const texts = [id, run, actor, startedAt];
  if (!texts.every((text) => typeof text === 'string')) return undefined;
  const [readId = '', readRun = '', readActor = '', readStart = ''] = texts.map((text) => printable(text));
  return { id: readId, run: readRun, actor: readActor, startedAt: readStart };
}

/** The owner as messages name it. */
export function describeOwner({ run, actor, startedAt }: LockOwner): string {
  return `${actor}'s run ${run} (since ${startedAt})`;
}
