import { RUN_DIR, STEP_LOCK } from '../../kubeadm/paths.ts';
import { MOST_OUTPUT, type RemoteScript } from '../transport.ts';
import { quote } from '../bash.ts';
import { type LockOwner, lockWriter, NO_FLOCK, parseLock, STEP_PROCESSES } from './lock-bash.ts';

/** What stands between a run and the lock of one host. */
export type Obstacle =
  /** Another run has it, and lives. */
  | { readonly kind: 'held'; readonly owner: LockOwner | undefined; readonly secondsSinceHeartbeat: number }
  /** Nobody who lives has it, but a step goes on there. */
  | { readonly kind: 'step-runs'; readonly owner: LockOwner | undefined; readonly steps: string }
  /** There is a lock file that this release cannot read. */
  | { readonly kind: 'unreadable' };

/** A lock whose owner lives no more. */
export interface Abandoned {
  /** Undefined: what it says of its owner cannot be read. */
  readonly owner: LockOwner | undefined;
  readonly why: 'connection ended' | 'no heartbeat';
  readonly secondsSinceHeartbeat: number;
}

/** What one host answered. */
export type AcquireAnswer =
  | { readonly got: true; readonly abandoned?: Abandoned; readonly rest: Buffer }
  | { readonly got: false; readonly obstacle: Obstacle };

/** For everything but what follows the lock. */
const TIMEOUT_MS = 15_000;

/**
 * Takes the lock of a host, if nobody who lives has it and no step of anybody runs there; then, in the same shell and
 * under the step lock (so that a slow one cannot outlast the lock), runs `then`. Its one line of answer is
 * `outcome state age steps lock`, separated by tabs, before whatever `then` writes.
 *
 * The lock of an earlier try of the same owner is taken; that of a later one is not, as then nobody waits for this one.
 *
 * Killed anywhere, it leaves no lock, or one that counts as abandoned when its connection has ended.
 */
export function acquireScript(owner: LockOwner, attempt: number, then?: RemoteScript): RemoteScript {
  const script = `${lockWriter(owner, attempt)}${STEP_PROCESSES}
take_lock() {
  local lock id connection try age state now own steps= outcome=got
  own_connection
  command -v flock > /dev/null || exit ${NO_FLOCK}
  mkdir -p -m 0700 ${quote(RUN_DIR)}
  enter
  exec 9>> ${quote(STEP_LOCK)}
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
    ...(then?.mostOutput === undefined ? {} : { mostOutput: MOST_OUTPUT + then.mostOutput }),
    ...(then?.input === undefined ? {} : { input: then.input }),
    ...(then?.onProgress === undefined ? {} : { onProgress: then.onProgress }),
  };
}

/** The answer to `acquireScript`; undefined when there is none, and the exit code tells why. */
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
