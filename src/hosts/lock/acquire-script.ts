import { RUN_DIR, STEP_LOCK } from '../../kubeadm/paths.ts';
import { MAX_OUTPUT, type RemoteScript } from '../transport.ts';
import { quoteBash } from '../bash.ts';
import { type LockOwner, lockWriter, NO_FLOCK, parseLock, STEP_PROCESSES } from './lock-bash.ts';

/** Reason that a run cannot have the lock of one host. */
export type LockObstacle =
  /** Another run holds it and is alive. */
  | { readonly kind: 'held'; readonly owner: LockOwner | undefined; readonly secondsSinceHeartbeat: number }
  /** Abandoned, but a step is still running. */
  | { readonly kind: 'step-runs'; readonly owner: LockOwner | undefined; readonly steps: string }
  /** A lock file exists that this release cannot read. */
  | { readonly kind: 'unreadable' };

/** A lock whose owner is dead. */
export interface AbandonedLock {
  /** Undefined: the owner cannot be read. */
  readonly owner: LockOwner | undefined;
  readonly why: 'connection ended' | 'no heartbeat';
  readonly secondsSinceHeartbeat: number;
}

/** The answer of one host. */
export type AcquireAnswer =
  | { readonly got: true; readonly abandoned?: AbandonedLock; readonly rest: Buffer }
  | { readonly got: false; readonly obstacle: LockObstacle };

/** Milliseconds for everything except the script that follows. */
const TIMEOUT_MS = 15_000;

/**
 * Returns a script that acquires the lock of a host unless a live run holds it or a step still runs there; then, in
 * the same shell and under the step lock (so that a slow script cannot outlast the lock), runs `then`. Its one line
 * of answer is `outcome state age steps lock`, separated by tabs, before the output of `then`.
 *
 * It replaces the lock of an earlier attempt of the same owner, but not of a later one: the run no longer waits for
 * this attempt.
 *
 * If killed at any point, it leaves no lock, or one that counts as abandoned when its connection has ended.
 */
export function acquireScript(owner: LockOwner, attempt: number, then?: RemoteScript): RemoteScript {
  const script = `${lockWriter(owner, attempt)}${STEP_PROCESSES}
take_lock() {
  local lock id connection try age state now own steps= outcome=got
  own_connection
  command -v flock > /dev/null || exit ${NO_FLOCK}
  mkdir -p -m 0700 ${quoteBash(RUN_DIR)}
  enter
  exec 9>> ${quoteBash(STEP_LOCK)}
  read_lock
  if [ "$id" = ${owner.id} ] && [ "$try" -le ${attempt} ]; then state=free
  else
    case $state in
      valid | unreadable) outcome=refused ;;
      *) if ! flock -x -n 9; then outcome=refused; step_processes; fi ;;
    esac
  fi
  if [ $outcome = got ]; then write_lock "$own"; flock -s 9; fi
  leave
  printf '%s\\t%s\\t%s\\t%s\\t%s\\n' "$outcome" "$state" "$age" "$steps" "$lock"
  if [ $outcome = refused ]; then exit 0; fi
}
take_lock
${then?.script ?? ''}`;
  return {
    title: 'lock',
    effect: 'changes',
    script,
    timeoutMs: TIMEOUT_MS + (then?.timeoutMs ?? 0),
    ...(then?.maxOutput === undefined ? {} : { maxOutput: MAX_OUTPUT + then.maxOutput }),
    ...(then?.input === undefined ? {} : { input: then.input }),
    ...(then?.onProgress === undefined ? {} : { onProgress: then.onProgress }),
  };
}

/** Parses the answer to `acquireScript`; undefined if there is none, and then the exit code says why. */
export function parseAcquireAnswer(stdout: Buffer): AcquireAnswer | undefined {
  const end = stdout.indexOf('\n');
  if (end === -1) return undefined;
  const [outcome, state, age = '', steps = '', ...line] = stdout.toString('utf8', 0, end).split('\t');
  const owner = parseLock(line.join('\t'));
  const secondsSinceHeartbeat = Number(age);
  if (outcome === 'got') {
    const rest = stdout.subarray(end + 1);
    if (state === 'free') return { got: true, rest };
    const why = state === 'ended' ? 'connection ended' : 'no heartbeat';
    return { got: true, rest, abandoned: { owner, why, secondsSinceHeartbeat } };
  }
  if (outcome !== 'refused') return undefined;
  if (state === 'unreadable') return { got: false, obstacle: { kind: 'unreadable' } };
  if (state === 'valid') return { got: false, obstacle: { kind: 'held', owner, secondsSinceHeartbeat } };
  return { got: false, obstacle: { kind: 'step-runs', owner, steps } };
}
