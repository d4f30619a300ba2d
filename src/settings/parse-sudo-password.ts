import type { Collected } from './parse-ssh.ts';
import type { HostSettings } from './settings.ts';

const INPUT = 'sudo-password';
/** The longest answer that sudo reads (include/sudo_plugin.h, SUDO_CONV_REPL_MAX; 255 before 1.9). */
const LONGEST = 1023;
/** Shorter words are not hidden: they stand in ordinary text. */
const SHORTEST_HIDDEN = 5;

/**
 * Reads what sudo is told when it asks. One line break at its end is that of its file.
 * @param hosts as far as they could be read. @returns undefined when there is none, or it cannot be used.
 */
export function parseSudoPassword(
  text: string,
  hosts: readonly HostSettings[],
  { findings, warnings }: Collected,
): string | undefined {
  const password = text.replace(/\r?\n$/, '');
  if (password === '') return undefined;
  if (/[\0\r\n]/.test(password)) {
    findings.push({
      at: INPUT,
      fact: 'the password has a line break in it; sudo takes what stands before it.',
      cause: 'the secret holds something else, such as a key.',
      fix: 'give the password alone, on one line.',
    });
    return undefined;
  }
  if (Buffer.byteLength(password) > LONGEST) {
    findings.push({
      at: INPUT,
      fact: `the password has more than the ${LONGEST} bytes that sudo reads.`,
      fix: 'choose a shorter one.',
    });
    return undefined;
  }
  if (password.length < SHORTEST_HIDDEN) {
    warnings.push({
      at: INPUT,
      fact: `the password has fewer than ${SHORTEST_HIDDEN} characters: it could be an ordinary word, so it is not hidden in the log.`,
      fix: 'choose a longer one.',
    });
  }
  if (hosts.length > 0 && hosts.every((host) => host.transport !== 'local' && host.login.user === 'root')) {
    warnings.push({
      at: INPUT,
      fact: 'it is given, and root, who logs in, needs no sudo.',
      fix: 'leave it out, or name another user in ssh-user.',
    });
  }
  return password;
}
