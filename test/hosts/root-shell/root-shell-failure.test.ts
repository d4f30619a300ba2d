import { describe, expect, test } from '@jest/globals';

import { startFinding } from '../../../src/hosts/root-shell/root-shell-failure.ts';
import type { ExitStatus } from '../../../src/hosts/root-shell/session.ts';

const SUDOERS = "echo 'ubuntu ALL=(root) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/90-etcd-ha";

/** sudo-rs cites, at every call, unknown settings in sudoers (src/sudo/diagnostic.rs). */
const CITED = `/etc/sudoers:2:18: can't assign to boolean setting 'lecture'
Defaults lecture=always, secure_path="/usr/sbin:/usr/bin:/sbin:/bin"
                 ^
/etc/sudoers.d/hardening:3:19: unknown setting: 'requiretty'
Defaults:terminal requiretty
                  ^~~~~~~~~~
`;

// The texts are those of sudo 1.8 and 1.9, sudo-rs, env of coreutils, nologin, sshd and cloud-init.
describe('what answers in place of a root shell', () => {
  test.each<[string, string, RegExp, string]>([
    ['sudo: a password is required', '', /asks user ubuntu for a password/, SUDOERS],
    [
      'sudo: unable to resolve host infra0: Name or service not known\nsudo: a password is required',
      '',
      /for a password/,
      SUDOERS,
    ],
    [
      'sudo: sorry, you must have a tty to run sudo',
      '',
      /requires a terminal/,
      'Defaults:ubuntu !requiretty',
    ],
    [
      'sudo: a terminal is required to read the password; either use the -S option',
      '',
      /requires a terminal/,
      '!requiretty',
    ],
    ['ubuntu is not in the sudoers file.', '', /may not use sudo/, SUDOERS],
    ['Sorry, user ubuntu may not run sudo on infra0.', '', /may not use sudo/, SUDOERS],
    [
      "Sorry, user ubuntu is not allowed to execute '/usr/bin/bash' as root on infra0.",
      '',
      /may not use sudo/,
      SUDOERS,
    ],
    [
      'sudo: account validation failure, is your account locked?',
      '',
      /does not work for user ubuntu: account validation/,
      'sudo -n true',
    ],
    ["env: 'sudo': No such file or directory", '', /no sudo on the host/, 'apt-get install sudo'],
    ['env: ‘sudo’: No such file or directory', '', /no sudo on the host/, 'ssh-user: root'],
    [
      "env: can't execute 'sudo': No such file or directory",
      '',
      /no sudo on the host/,
      'apt-get install sudo',
    ],
    ['sudo: bash: command not found', '', /no bash on the host/, 'apt-get install bash'],
    ["env: 'bash': No such file or directory", '', /no bash on the host/, 'apt-get install bash'],
    ['sudo: interactive authentication is required', '', /for a password/, SUDOERS],
    ["sudo: I'm sorry ubuntu. I'm afraid I can't do that", '', /may not use sudo/, SUDOERS],
    ['sudo-rs: interactive authentication is required', '', /for a password/, SUDOERS],
    [`${CITED}sudo-rs: interactive authentication is required`, '', /for a password/, SUDOERS],
    ["sudo-rs: I'm sorry ubuntu. I'm afraid I can't do that", '', /may not use sudo/, SUDOERS],
    ["sudo-rs: 'bash': command not found", '', /no bash on the host/, 'apt-get install bash'],
    [
      'sudo-rs: PAM error: Authentication token manipulation error',
      '',
      /does not work for user ubuntu: PAM error: Authentication token manipulation error$/,
      'sudo -n true',
    ],
    [
      'sudo-rs: Account validation failure, is your account locked?',
      '',
      /does not work for user ubuntu: Account validation/,
      'sudo -n true',
    ],
    ['sudo: timed out', '', /timed out while it waited for the password/, 'run again'],
    [
      'sudo: Authentication required but not attempted',
      '',
      /timed out while it waited for the password/,
      'run again',
    ],
    [
      `${CITED}sudo-rs: cannot execute '/usr/bin/bash': Exec format error`,
      '',
      /status 1, saying: sudo-rs: cannot execute '\/usr\/bin\/bash': Exec format error\)/,
      'id -u',
    ],
    [CITED.trimEnd(), '', /saying: \/etc\/sudoers:2:18: can't assign/, 'id -u'],
    ["sudo: 'bash': command not found", '', /no bash on the host/, 'apt-get install bash'],
    ['', 'This account is currently not available.\n', /no login shell/, 'usermod -s /bin/bash ubuntu'],
    [
      '',
      'Please login as the user "debian" rather than the user "root".\n\n',
      /log in as debian, not as ubuntu/,
      'ssh-user: debian',
    ],
    [
      'WARNING: Your password has expired.\nPassword change required but no TTY available.',
      '',
      /password of user ubuntu has expired/,
      'chage',
    ],
    ['', 'This service allows sftp connections only.\n', /does not run the shell .* sftp only/, 'id -u'],
    [
      '',
      'Welcome\u001b[1m to\r\nthe menu',
      /does not run the shell .*ended with status 1, saying: Welcome \[1m to the menu/,
      'id -u',
    ],
  ])('%j %j', (stderr, stdout, fact, fix) => {
    const finding = startFinding('ubuntu', { status: { code: 1 }, stdout, stderr });
    expect(finding.fact).toMatch(fact);
    expect(finding.fix).toContain(fix);
    expect(finding.cause).not.toBe('');
  });

  test.each<[ExitStatus, RegExp]>([
    [{ code: 1 }, /no login shell/],
    [{ code: 96 }, /is not root's/],
    [{ code: 3 }, /ended with status 3 without a word/],
    [{ signal: 'SIGKILL' }, /ended by SIGKILL without a word/],
    [undefined, /without an exit status without a word/],
  ])('silence, %j', (status, fact) => {
    expect(startFinding('ubuntu', { status, stdout: '', stderr: '' }).fact).toMatch(fact);
  });
});
