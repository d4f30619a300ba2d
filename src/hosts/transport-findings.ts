import type { Explanation } from '../findings.ts';
import { printable, seconds } from '../text/printable.ts';
import type { ChannelError } from './link.ts';
import { PROCESS_LIMIT } from './root-shell/root-shell-failure.ts';
import type { OutputLimitError, RootShell } from './root-shell/root-shell.ts';

/** The session ended without reporting its exit status. */
export const NO_STATUS: Explanation = {
  code: 'ssh-session-refused',
  fact: 'the session ended without an exit status.',
  cause: "its process on the host was killed together with sshd's own, for example for lack of memory.",
  fix: 'look at the log of the host (`sudo journalctl -n 50`), then run again.',
};

/** The input of a script ended early. @param said the message of its source. */
export function inputFinding(said: string): Explanation {
  return {
    code: 'file-unreadable',
    fact: `the runner can no longer read the file that it sends: ${said}`,
    cause: 'the file was changed or removed during the transfer, or the disk of the runner fails.',
    fix: 'run again, and do not change the file meanwhile.',
  };
}

/** The host has sent more than the script's limit. */
export function outputFinding({ output, limit }: OutputLimitError): Explanation {
  return {
    code: 'output-too-large',
    fact: `more than ${limit / 1024 ** 2} MiB came on ${output}; the action closed the session and did not read the rest.`,
    cause: 'a program on the host writes into the session without end, or the host runs another command.',
    fix: 'check what the start-up files of the login shell and of root start (`/etc/profile.d`, `.bashrc`, BASH_ENV), and whether the host can be trusted.',
  };
}

/** Bash's message when the system refuses a new process; it tries again several times (jobs.c, make_child). */
const FORK_FAILED = /^.*\bfork: (?:retry: )?(?:Resource temporarily unavailable|Cannot allocate memory).*$/m;

/**
 * A script could not start its programs, so the parts that it did not read are unknown, not absent.
 * @returns undefined if its output reports no such failure.
 */
export function forkFinding(stderr: string): Explanation | undefined {
  const [words] = FORK_FAILED.exec(stderr) ?? [];
  if (words === undefined) return undefined;
  return {
    code: 'process-limit-reached',
    fact: `the host let it start no further program: ${printable(words)}; its results so far are discarded.`,
    ...PROCESS_LIMIT,
  };
}

/** No session could be opened. @param said the message of the refusal. */
export function refusedFinding(said: string, isHere: boolean): Explanation {
  if (isHere) {
    return {
      code: 'local-program-ended',
      fact: `this machine can start no program: ${printable(said)}`,
      cause: 'it is out of processes or memory, or the disk of its RUNNER_TEMP is full.',
      fix: 'look at the machine (`free`, `df`, `ulimit -u`), then run again.',
    };
  }
  return {
    code: 'ssh-session-refused',
    fact: `the SSH server refuses a session: ${printable(said)}`,
    cause: 'MaxSessions 0 in sshd_config, or the host is out of processes or memory.',
    fix: 'allow sessions for this user (`MaxSessions 10`); look at the log: `sudo journalctl -u ssh -u sshd -n 20`.',
  };
}

/** The connection is lost. */
export function lostFinding(because: string | undefined, isHere: boolean): Explanation {
  if (isHere) {
    return {
      code: 'local-program-ended',
      fact: `the action ended its work on this machine (${because ?? 'this run closed it'}).`,
      cause: 'the run was ending.',
      fix: 'run again: the new run continues from there.',
    };
  }
  return {
    code: 'ssh-connection-lost',
    fact: `the SSH connection was lost (${printable(because ?? 'the host closed it')}); commands on the host may have stopped or continued.`,
    cause:
      'the host was restarted or lost its network, sshd was restarted with its sessions, or a firewall forgot the connection.',
    fix: 'make sure that the host is up, then run again: the new run continues from there.',
  };
}

/** A step took too long. @param shell the shell that it had by then. */
export function timeoutFinding(
  timeoutMs: number,
  shell: RootShell | undefined,
  isHere: boolean,
): Explanation {
  const time = seconds(timeoutMs);
  if (shell === undefined) {
    return {
      code: 'host-too-slow',
      fact: `no root shell was ready within ${time}; nothing of this step has run.`,
      cause:
        'the host is overloaded, a start-up file of the login shell waits for something, or all channels of this connection are in use.',
      fix: 'log in by hand and run `sudo true`; it must return at once.',
    };
  }
  if (shell.ended) {
    return {
      code: 'output-held-open',
      fact: `it has ended, but something that it started still held its output open after ${time}.`,
      cause: 'a program was started in the background without redirecting its output.',
      fix: 'look for it on the host, then run again.',
    };
  }
  return {
    code: 'host-too-slow',
    fact: `it did not finish within ${time}; it ${isHere ? 'was ended' : 'may still be running on the host'}.`,
    cause: 'the host is overloaded or its disk is slow, or it waits for something that does not happen.',
    fix: 'look at the host, then run again: the new run continues from there.',
  };
}

/** Time limit for the host to connect to a port. */
export const FORWARD_TIMEOUT_MS = 10_000;

/** Explains, by the message of its SSH server or its bash, why the host did not connect to a port for us. */
export function forwardFinding(place: string, error: ChannelError): Explanation {
  const said = printable(error.message.replace(/^\(SSH\) Channel open failure: /, ''));
  if (/refused/i.test(said)) {
    return {
      code: 'etcd-unreachable',
      fact: `nothing listens on ${place} on the host.`,
      cause: 'the service behind it is not running yet, has stopped, or listens on another address.',
      fix: 'look at the service and its log on the host: `ss -ltn`, `crictl ps -a`.',
    };
  }
  return {
    code: 'host-cannot-connect',
    fact: `the host cannot connect to ${place}: ${said}`,
    cause: "the address is not the host's own, or a firewall blocks it.",
    fix: 'check the address with `ip addr` on the host, and its firewall.',
  };
}

/** The host took longer than `FORWARD_TIMEOUT_MS`. */
export function forwardTimeoutFinding(place: string): Explanation {
  return {
    code: 'host-cannot-connect',
    fact: `the host could not connect to ${place} within ${seconds(FORWARD_TIMEOUT_MS)}.`,
    cause:
      "a firewall drops the packets, the address is another host's, or all channels of this connection are in use.",
    fix: 'check the address with `ip addr` on the host, and its firewall.',
  };
}
