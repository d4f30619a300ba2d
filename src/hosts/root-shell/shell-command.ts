import { AT_EXIT } from '../bash.ts';
import { PROMPT } from './sudo-dialogue.ts';

/** The line that the shell prints on both outputs once it runs as root. */
export const READY = 'etcd-ha-root';
/** Exit status of a shell that is not root. */
export const NOT_ROOT = 96;
/** Exit status if standard input ended before the script was complete; nothing of it has run then. */
const INCOMPLETE_SCRIPT = 97;
/**
 * Bash variable with the pid of the process that the shell works for, if this machine is the host. Elsewhere that
 * process is the SSH server's and an ancestor of the shell.
 */
export const SERVED_BY = 'etcd_ha_served_by';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin';

/**
 * Reads a script by its length in bytes, in one piece, and runs it. So the script's own input stays unread after it,
 * and a truncated script does not run at all. Measured for 8 KiB: 6 ms, against 15 ms when `bash -s` reads it, byte
 * by byte as it must on a pipe, and 10 ms with `head -c`.
 */
function loader(privilege: Privilege): string {
  return [
    ...(privilege === 'root' ? [`test $EUID = 0 || exit ${NOT_ROOT}`] : []),
    `echo ${READY}`,
    `echo ${READY} >&2`,
    `read -r n && IFS= read -r -N $n REPLY || exit ${INCOMPLETE_SCRIPT}`,
    'eval "$REPLY"',
  ].join('; ');
}

/**
 * Removes everything from the environment except the host's PATH, by executing env and then the bash that runs the
 * script. Otherwise bash and the programs of a script would use the settings of /etc/environment, PAM, a start-up
 * file or sudoers: POSIXLY_CORRECT, CRI_CONFIG_FILE, TMOUT, functions, LD_PRELOAD. It also proves that programs can
 * be run at all. The first bash is privileged (-p): it reads no BASH_ENV, SHELLOPTS or functions.
 */
const WITH_EMPTY_ENVIRONMENT = 'exec env -i LC_ALL=C "PATH=$PATH" bash --norc -c "$1"';

/** The user of the bash that runs scripts: root, or the login user, with the rights that sudoers grants. */
export type Privilege = 'root' | 'login';

/** Reports whether {@link shellCommand} runs bash by sudo. If not, nothing on the host may receive the password. */
export function needsSudo(user: string, privilege: Privilege): boolean {
  return user !== 'root' && privilege === 'root';
}

/**
 * Returns the command for the login shell: words and two quoted strings that bash, dash, fish, csh and restricted
 * shells parse alike. It contains nothing of a script, because every user of the host sees command lines. LC_ALL=C
 * makes sudo print English, so that its messages are recognised; --norc keeps bash from reading root's .bashrc, as it
 * would with a socket for its input. sudo reads a password byte by byte (tgetpass.c, getln), so everything after it
 * is bash's.
 *
 * Not `-S`: env of uutils before 0.2 takes that for its own (`--split-string`), though it follows the command's name.
 * @param mayAsk whether sudo may ask for a password.
 */
export function shellCommand(user: string, privilege: Privilege, mayAsk = false): string {
  const bash = `bash --norc -p -c '${WITH_EMPTY_ENVIRONMENT}' bash '${loader(privilege)}'`;
  if (!needsSudo(user, privilege)) return `env LC_ALL=C ${bash}`;
  return `env LC_ALL=C sudo ${mayAsk ? `--stdin -p ${PROMPT}` : '-n'} -- ${bash}`;
}

/**
 * Returns a script in the form in which the shell of {@link shellCommand} takes it over standard input.
 * @param end printed on both outputs when the script ends: later output belongs to sudo's PAM session or the login
 * shell.
 * @param servedBy value of {@link SERVED_BY}, if this machine is the host.
 */
export function framedScript(script: string, end: string, servedBy?: number): Buffer {
  const body = Buffer.from(
    wrapScript(servedBy === undefined ? script : `${SERVED_BY}=${servedBy}\n${script}`, end),
  );
  return Buffer.concat([Buffer.from(`${body.length}\n`), body]);
}

/** Wraps the script in one compound command, so that bash runs nothing of a script with a syntax error. */
function wrapScript(script: string, end: string): string {
  const setUp = `export HOME=~root PATH="${PATH}:$PATH"; umask 077; cd /; set -euo pipefail; ${AT_EXIT}`;
  return `${setUp}; at_exit '{ printf ${end}; } 2> /dev/null; printf ${end} >&2'; { ${script}\n}`;
}
