import type { Explanation } from '../../findings.ts';
import { LOCK_FILE } from '../../kubeadm/paths.ts';
import { explainUnknown } from '../explain-unknown.ts';
import type { RemoteResult } from '../transport.ts';
import type { AbandonedLock, LockObstacle } from './acquire-script.ts';
import {
  describeOwner,
  LOCK_TTL_SECONDS,
  type LockOwner,
  MUTEX,
  NO_FLOCK,
  MUTEX_TIMEOUT,
} from './lock-bash.ts';

/** Explains why the lock of a host was not acquired. */
export function obstacleFinding(obstacle: LockObstacle): Explanation {
  switch (obstacle.kind) {
    case 'held':
      return {
        code: 'lock-held',
        fact: `${ownerOr(obstacle.owner, 'another run')} works on it; its last heartbeat was ${obstacle.secondsSinceHeartbeat} s ago.`,
        cause:
          'Two runs for the same hosts were started, by hand, by a schedule, or from two workflows or repositories.',
        fix: 'Wait for that run, or cancel it, then run again. The input `lock-timeout` sets how long a run waits; a `concurrency` group in the workflow keeps runs of one repository apart.',
      };
    case 'step-runs':
      return {
        code: 'step-still-running',
        fact: `a step of an ended run still runs there: ${obstacle.steps === '' ? 'a process that has just ended or begun' : obstacle.steps}${obstacle.owner === undefined ? '' : `. The lock was that of ${describeOwner(obstacle.owner)}`}.`,
        cause: 'That run was killed or lost its connection; a step that has begun continues on the host.',
        fix: 'Wait until the processes named are gone (each has its own time limit), then run again. If you end them, the step is left half done.',
      };
    case 'unreadable':
      return {
        code: 'lock-not-understood',
        fact: `this release cannot read ${LOCK_FILE}.`,
        cause: 'Another release of the action, or a person, wrote it.',
        fix: `Make sure that no run works on this host, then remove it (\`sudo rm ${LOCK_FILE}\`) and run again.`,
      };
  }
}

/** Describes an obstacle in a few words, for the line about the wait. */
export function describeObstacle(obstacle: LockObstacle): string {
  switch (obstacle.kind) {
    case 'held':
      return ownerOr(obstacle.owner, 'another run');
    case 'step-runs':
      return `a step of ${ownerOr(obstacle.owner, 'a run')} that has ended`;
    case 'unreadable':
      return `the unknown owner of ${LOCK_FILE}`;
  }
}

/** Returns the warning about taking over an abandoned lock. */
export function takeOverWarning({ owner, why, secondsSinceHeartbeat }: AbandonedLock): string {
  const reason =
    why === 'connection ended'
      ? 'its SSH connection has ended'
      : `there was no heartbeat for ${secondsSinceHeartbeat} s (allowed: ${LOCK_TTL_SECONDS} s)`;
  return `The lock of ${ownerOr(owner, 'an unknown run')} counts as abandoned and was taken over: ${reason}, and no step of it runs any more.`;
}

/** Returns the finding for a lock that was lost. */
export function lockLostFinding(holder: LockOwner | undefined): Explanation {
  if (holder === undefined) {
    return {
      code: 'lock-lost',
      fact: 'the lock of this run is gone.',
      cause: `The host was restarted, or ${LOCK_FILE} was removed by hand.`,
      fix: 'Run again: the new run continues from there.',
    };
  }
  return {
    code: 'lock-lost',
    fact: `the lock of this run was taken over by ${describeOwner(holder)}.`,
    cause: `No heartbeat came through for more than ${LOCK_TTL_SECONDS} s, because the runner or the host hung or the network was cut.`,
    fix: 'Wait for that run, then run again: the new run continues from there.',
  };
}

/** Explains why a script of the lock failed. */
export function lockFailure(result: RemoteResult): Explanation {
  if (result.code === NO_FLOCK) {
    return {
      code: 'flock-missing',
      fact: 'the host has no command `flock`, which keeps two runs apart.',
      cause: 'The package util-linux is missing, or was stripped from a minimal image.',
      fix: 'Install util-linux (`sudo apt-get install util-linux`, `sudo dnf install util-linux-core`), then run again.',
    };
  }
  if (result.code === MUTEX_TIMEOUT) {
    return {
      code: 'lock-file-busy',
      fact: 'another process holds the mutex of the lock file and does not release it.',
      cause: 'A script of another run was stopped (SIGSTOP), or the host is overloaded.',
      fix: `Find the process (\`sudo fuser -v ${MUTEX}\`), continue or end it, then run again.`,
    };
  }
  return explainUnknown(result);
}

function ownerOr(owner: LockOwner | undefined, unknown: string): string {
  return owner === undefined ? unknown : describeOwner(owner);
}
