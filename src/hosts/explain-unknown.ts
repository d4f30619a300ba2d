import type { Finding } from '../findings.ts';
import { lastWords } from './host-error.ts';
import type { RemoteResult } from './transport.ts';

/** Cause of a program's failure, if its message states it, and the fix. */
export type Reason = Pick<Finding, 'cause' | 'fix'>;

/** Explains an unforeseen exit of a script: the messages of its programs, with the cause if they name one. */
export function explainUnknown(result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  const end =
    result.code === null
      ? `was ended by ${result.signal ?? 'a signal'}`
      : `ended with exit code ${result.code}`;
  const words = lastWords(result.stderr, 5);
  return {
    code: 'command-failed',
    fact: `a command on the host ${end}${words === '' ? ', and said nothing.' : `: ${words}`}`,
    ...(knownReason(words) ?? missingProgram(result.code, words) ?? UNKNOWN),
  };
}

const UNKNOWN: Reason = { fix: 'Fix what the message names and run again.' };

/**
 * Returns the cause and fix for a program's message. The texts are those of the C library (strerror), of bash and
 * systemctl in the C locale, and of Go, which writes them in lower case.
 * @returns undefined if the message names no known cause.
 */
export function knownReason(words: string): Reason | undefined {
  return REASONS.find(({ pattern }) => pattern.test(words))?.reason;
}

/** bash exits with 127 if there is no such program, and with 126 if the file cannot be run. */
function missingProgram(code: number | null, words: string): Reason | undefined {
  const program = /(?:^|[ /:])([\w.+-]+): (?:command )?not found/.exec(words)?.[1];
  if (code !== 127 && program === undefined) return undefined;
  return {
    cause: `${program === undefined ? 'A program that the action needs' : `The program ${program}`} is not installed on the host, or not in root's PATH.`,
    fix: 'Install the package that brings it and run again; `operation: preflight` lists every program that is missing.',
  };
}

const REASONS: readonly { readonly pattern: RegExp; readonly reason: Reason }[] = [
  {
    pattern: /No space left on device|\bENOSPC\b/i,
    reason: {
      cause: 'A file system of the host is full, or has no free inodes.',
      fix: 'Find out which one (`df -h` and `df -i` for /run, /etc/kubernetes, the data dir and the folder of the container runtime), make room, and run again.',
    },
  },
  {
    pattern: /Disk quota exceeded/i,
    reason: {
      cause: 'A quota of the file system is used up.',
      fix: 'Raise the quota or make room, and run again.',
    },
  },
  {
    pattern: /Read-only file system/i,
    reason: {
      cause: 'The file system was mounted read-only, or the kernel made it so after an error of the disk.',
      fix: 'Look at `findmnt -T PATH` and `dmesg` on the host, make it writable, and run again.',
    },
  },
  {
    pattern: /Input\/output error/i,
    reason: {
      cause: 'The disk, or the connection to it, has an error.',
      fix: 'Look at `dmesg` on the host, and replace the disk or repair the connection to it before the next run.',
    },
  },
  {
    pattern: /Operation not permitted/i,
    reason: {
      cause:
        'An attribute of the file or folder forbids the change to root too (`chattr +i`, `chattr +a`), or a security module does.',
      fix: 'Look at `lsattr -d PATH` on the host, remove the attribute (`chattr -i PATH`), and run again. A hardening tool may set it again.',
    },
  },
  {
    pattern: /Permission denied/i,
    reason: {
      cause:
        'Root was refused by SELinux or AppArmor, by a file system that is mounted noexec, or by a network share with root_squash.',
      fix: 'Look at `dmesg` and `ausearch -m avc -ts recent` on the host, allow what the message names, and run again.',
    },
  },
  {
    pattern: /\bis masked\b/i,
    reason: {
      cause: 'The unit was masked: systemd may not start it.',
      fix: 'Unmask it (`systemctl unmask kubelet` for kubelet) and run again.',
    },
  },
  {
    pattern: /Argument list too long/i,
    reason: {
      cause: 'A folder that the action lists holds too many files, or the environment of root is very large.',
      fix: 'Move files that do not belong to etcd out of the folder that the message names, and run again.',
    },
  },
  {
    pattern: /fork: .*Resource temporarily unavailable|failed to create new OS thread/i,
    reason: {
      cause:
        'A limit on processes was hit: TasksMax of the slice of the login, `nproc` of limits.conf, or pid_max.',
      fix: 'Raise the limit (`systemctl show user.slice -p TasksMax`, `ulimit -u`) and run again.',
    },
  },
  {
    pattern: /Cannot allocate memory|Out of memory/i,
    reason: {
      cause: 'The host, or the control group of the login, has no memory left.',
      fix: 'Look at `free -h` and `dmesg` on the host, free memory, and run again.',
    },
  },
  {
    pattern: /Too many open files/i,
    reason: {
      cause: 'A limit on open files was hit.',
      fix: 'Raise it (`ulimit -n`, fs.file-max) and run again.',
    },
  },
  {
    pattern: /Exec format error/i,
    reason: {
      cause: 'The program is built for another processor, or its file is damaged.',
      fix: 'Check it with `file`, install the build for this machine (`uname -m`), and run again.',
    },
  },
];
