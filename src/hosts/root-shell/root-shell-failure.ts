import type { Explanation } from '../../findings.ts';
import { printable } from '../../text/printable.ts';
import type { RootShellStartError } from './root-shell.ts';
import { NOT_ROOT } from './shell-command.ts';
import type { ExitStatus } from './session.ts';
import { type PasswordFailure, withoutPrompts } from './sudo-dialogue.ts';

type Ended = Pick<RootShellStartError, 'status' | 'stdout' | 'stderr'>;

/** Explains why there is no root shell, from the messages of sudo, the login shell or sshd. */
export function startFinding(
  user: string,
  { passwordFailure, ...failure }: Ended & { readonly passwordFailure?: PasswordFailure | undefined },
): Explanation {
  if (passwordFailure !== undefined) return passwordFinding(user, passwordFailure);
  const said = withoutCitations(saidOf(failure));
  for (const { pattern, explain } of SUDO_MESSAGES) {
    const match = pattern.exec(said);
    if (match !== null) return explain(user, match[1] ?? '');
  }
  return noShell(user, failure);
}

/** The fix for an exhausted process limit. */
export const PROCESS_LIMIT = {
  cause:
    'a limit of processes: TasksMax of the slice or of sshd (`systemctl show user.slice ssh.service -p TasksMax`), or nproc in /etc/security/limits.conf.',
  fix: 'raise it for this user, or end the processes that fill it (`systemd-cgls`), then run again.',
} as const satisfies Partial<Explanation>;

const SUDOERS = '/etc/sudoers.d/90-etcd-ha';

function allowFix(user: string): string {
  return `on the host: \`echo '${user} ALL=(root) NOPASSWD: ALL' | sudo tee ${SUDOERS} && sudo chmod 0440 ${SUDOERS} && sudo visudo -c\`.`;
}

function passwordFinding(user: string, trouble: PasswordFailure): Explanation {
  switch (trouble.kind) {
    case 'refused':
      return {
        code: 'sudo-password-rejected',
        fact: `sudo does not accept the password for user ${user}; the action sent it once, and does not send it again.`,
        cause:
          "the secret holds another one, sudo wants root's (`rootpw`, `targetpw`, `runaspw` in sudoers), or a module of PAM refuses this user, as pam_faillock does for a while after wrong passwords.",
        fix: 'find the password that `sudo -k true` accepts from this user on the host; then correct `sudo-password`.',
      };
    case 'refused before':
      return {
        code: 'sudo-password-rejected',
        fact: `sudo asks user ${user} for a password; the action did not send it, because ${trouble.on} has refused it.`,
        fix: 'correct `sudo-password`. The same one is used on all hosts.',
      };
    case 'more wanted':
      return {
        code: 'sudo-second-factor',
        fact: `sudo asks user ${user} for more than the password.`,
        cause:
          'a second factor in /etc/pam.d/sudo, which an unattended run cannot give, or an account that needs a new password.',
        fix: allowFix(user),
      };
  }
}

/**
 * Messages of sudo (plugins/sudoers: auth/sudo_auth.c, check.c, logging.c, policy.c), of sudo-rs, which Ubuntu has
 * since 25.10 (src/common/error.rs, src/pam/error.rs; up to 0.2.8 at least it calls itself `sudo-rs`, in 0.2.13
 * `sudo`), of env, nologin(8), sshd (session.c) and the root account of cloud images. The first match wins.
 */
const SUDO_MESSAGES: readonly {
  readonly pattern: RegExp;
  readonly explain: (user: string, words: string) => Explanation;
}[] = [
  {
    pattern: /sudo(?:-rs)?: .*(?:must have a tty|terminal is required|no tty present)/i,
    explain: (user) => ({
      code: 'sudo-needs-terminal',
      fact: `sudo requires a terminal for user ${user}.`,
      cause: '`Defaults requiretty` in sudoers.',
      fix: `on the host: \`sudo visudo -f ${SUDOERS}\`, and add the line \`Defaults:${user} !requiretty\`.`,
    }),
  },
  {
    pattern:
      /is not in the sudoers file|may not run |is not allowed to (?:execute|run|authenticate)|I'm afraid I can't do that/,
    explain: (user) => ({
      code: 'sudo-password-needed',
      fact: `user ${user} may not use sudo.`,
      cause: 'no line of sudoers allows it, or only for some commands; the action needs `bash` as root.',
      fix: allowFix(user),
    }),
  },
  {
    pattern: /sudo(?:-rs)?: (?:a password|interaction|interactive authentication) is required/i,
    explain: (user) => ({
      code: 'sudo-password-needed',
      fact: `sudo asks user ${user} for a password.`,
      cause:
        'sudoers has no NOPASSWD for this user and all commands, does not have the user, or has a syntax error.',
      fix: `${allowFix(user)} Or give the password in \`sudo-password\`.`,
    }),
  },
  {
    pattern:
      /sudo(?:-rs)?: (?:timed out|no password was provided|Password entry timed out|Authentication required but not attempted)/i,
    explain: (user) => ({
      code: 'sudo-password-timeout',
      fact: `sudo timed out while it waited for the password of user ${user}.`,
      cause: '`Defaults passwd_timeout` in sudoers is very short, or the runner was suspended meanwhile.',
      fix: 'run again; if it stays so, allow more time in sudoers.',
    }),
  },
  {
    pattern:
      /sudo(?:-rs)?: (.*(?:account validation failure|account is expired|password.* expired|effective uid|no new privileges|must be owned by uid 0|PAM).*)/i,
    explain: (user, words) => ({
      code: 'sudo-unusable',
      fact: `sudo does not work for user ${user}: ${printable(words)}`,
      cause:
        'the account is locked or expired, sudo is damaged or forbidden on this host, or it asks for a password and a module of PAM does not accept an empty one.',
      fix: 'repair it on the host until `sudo -n true` works for this user, or give the password in `sudo-password`.',
    }),
  },
  {
    pattern: /env: (?:can't execute )?.?sudo.?: (?:No such file|not found)/,
    explain: (user) => ({
      code: 'sudo-unusable',
      fact: 'there is no sudo on the host.',
      cause: `it is not installed, or not in the PATH of user ${user}.`,
      fix: 'install it (`apt-get install sudo`, `dnf install sudo`), or give `ssh-user: root`.',
    }),
  },
  {
    pattern:
      /(?:env|sudo|sudo-rs): (?:can't execute )?.?bash.?: (?:No such file|not found|command not found)/,
    explain: () => ({
      code: 'sudo-unusable',
      fact: 'there is no bash on the host.',
      cause: 'it is not installed.',
      fix: 'install it (`apt-get install bash`, `apk add bash`).',
    }),
  },
  {
    pattern: /^(.*bash: .*\benv: .*Permission denied.*)$/m,
    explain: (user, words) => ({
      code: 'sudo-noexec',
      fact: `the shell that sudo starts for user ${user} may not start programs: ${printable(words)}`,
      cause: '`Defaults noexec` or the tag NOEXEC in sudoers, as hardening guides recommend.',
      fix: `on the host: \`sudo visudo -f ${SUDOERS}\`, and add the line \`Defaults:${user} !noexec\`.`,
    }),
  },
  {
    pattern: /^(.*(?:fork|unable to (?:create|fork)|pthread_create).*Resource temporarily unavailable.*)$/m,
    explain: (user, words) => ({
      code: 'process-limit-reached',
      fact: `no further process can be started for user ${user}: ${printable(words)}`,
      ...PROCESS_LIMIT,
    }),
  },
  {
    pattern: /Please login as the user "?([A-Za-z0-9_-]+)"?/,
    explain: (user, other) => ({
      code: 'login-account-unusable',
      fact: `the host wants you to log in as ${other}, not as ${user}.`,
      cause: 'cloud images forbid root logins with a forced command in authorized_keys.',
      fix: `give \`ssh-user: ${other}\`.`,
    }),
  },
  {
    pattern:
      /^(.*(?:System is (?:booting up|going down)|Unprivileged users are not permitted to log in).*)$/m,
    explain: (user, words) => ({
      code: 'host-logins-closed',
      fact: `the host runs nothing for user ${user}: ${printable(words)}`,
      cause: 'it is starting or shutting down, or /run/nologin or /etc/nologin was left behind.',
      fix: 'wait until `systemctl is-system-running` on the host says running or degraded, then run again.',
    }),
  },
  {
    pattern: /This account is (?:currently )?not available/,
    explain: (user) => noLoginShell(user),
  },
  {
    pattern: /[Pp]assword has expired|[Pp]assword change required|You are required to change your password/,
    explain: (user) => ({
      code: 'login-account-unusable',
      fact: `the password of user ${user} has expired; until it is changed the host runs nothing for this user.`,
      cause: 'a password policy, which applies to logins by key too.',
      fix: `on the host: \`sudo chage -M -1 -E -1 ${user}\`, or set a new password.`,
    }),
  },
  {
    pattern: /This service allows sftp connections only/,
    explain: (user) => forcedCommand(user, 'it allows sftp only'),
  },
];

function saidOf({ stderr, stdout }: Ended): string {
  return withoutPrompts(`${stderr}\n${stdout}`);
}

/**
 * Removes the lines of sudoers that sudo-rs quotes because it ignores them: `FILE:LINE:COLUMN: what`, the line, and a
 * mark below the place. It prints them at every call for each unknown setting, and they would fill a message.
 */
function withoutCitations(said: string): string {
  return said.replaceAll(/^\/[^:\n]*:\d+:\d+: [^\n]*\n(?:[^\n]*\n[ \t]*\^~*(?:\n|$))?/gm, '');
}

function noShell(user: string, failure: Ended): Explanation {
  const { status } = failure;
  const code = status !== undefined && 'code' in status ? status.code : undefined;
  const said = saidOf(failure);
  const words = printable(withoutCitations(said)) || printable(said);
  if (code === NOT_ROOT) return notRoot(user);
  if (code === 1 && words === '') return noLoginShell(user);
  return forcedCommand(
    user,
    `${describeEnd(status)}${words === '' ? ' without a word' : `, saying: ${words}`}`,
  );
}

function notRoot(user: string): Explanation {
  return {
    code: 'sudo-not-root',
    fact: `the shell of user ${user} is not root's.`,
    cause:
      user === 'root'
        ? 'root has another user id here.'
        : '`Defaults runas_default` in sudoers names another user.',
    fix: `as user ${user} on the host, \`${user === 'root' ? '' : 'sudo -n '}id -u\` must print 0.`,
  };
}

function noLoginShell(user: string): Explanation {
  return {
    code: 'login-account-unusable',
    fact: `user ${user} has no login shell: the host ends the session at once.`,
    cause: 'the shell in /etc/passwd is nologin or false, as for system accounts.',
    fix: `on the host: \`sudo usermod -s /bin/bash ${user}\`, or give another \`ssh-user\`.`,
  };
}

function forcedCommand(user: string, seen: string): Explanation {
  return {
    code: 'login-command-forced',
    fact: `the host does not run the shell that user ${user} asks for (${seen}).`,
    cause:
      'ForceCommand in sshd_config, `command="…"` before the key in authorized_keys, or a start-up file of the login shell that ends the session or reads its input.',
    fix: `\`ssh ${user}@HOST ${user === 'root' ? '' : 'sudo -n '}id -u\` must print 0.`,
  };
}

function describeEnd(status: ExitStatus): string {
  if (status === undefined) return 'it ended without an exit status';
  return 'code' in status ? `it ended with status ${status.code}` : `it was ended by ${status.signal}`;
}
