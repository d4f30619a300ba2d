import type { Finding } from '../findings.ts';
import { parseKnownHosts as readKnownHosts, type KnownHost } from '../hosts/keys/known-hosts.ts';
import { preparePrivateKey, type UsableKey } from '../hosts/keys/private-key.ts';
import { quote } from './quote.ts';

/** Where findings of one kind are collected. */
export interface Collected {
  /** What makes the run impossible. */
  readonly findings: Finding[];
  /** What deserves a look. */
  readonly warnings: Finding[];
}

/**
 * Reads the user to log in as. Beyond the characters of useradd's names it takes those of directory users
 * (`name@domain`, `DOMAIN\\name`).
 */
export function parseUser(value: string, findings: Finding[]): string | undefined {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.@\\+-]{0,127}\$?$/.test(value) && !/@\d+(\.\d+){3}$/.test(value))
    return value;
  findings.push({
    at: 'ssh-user',
    fact: value === '' ? 'no user is given.' : `${quote(value)} is not the name of a user.`,
    ...(value.includes('@') && { cause: 'the address of a host was written behind the name.' }),
    fix: 'name the user that logs in on every host, root or one with sudo, for example ssh-user: ubuntu.',
  });
  return undefined;
}

/** Opens the private key. One line break at the end of the passphrase is that of its file. */
export function parseKey(text: string, passphrase: string, collected: Collected): UsableKey | undefined {
  const prepared = preparePrivateKey(text, passphrase.replace(/\r?\n$/, ''));
  if (!prepared.ok) {
    collected.findings.push(prepared.finding);
    return undefined;
  }
  collected.warnings.push(...prepared.warnings);
  const { key, type, fingerprint } = prepared;
  return { key, type, fingerprint };
}

/**
 * Reads the known_hosts text. Whether it holds a key of every host is seen at the host itself, so that the refusal
 * can name the key that is offered.
 * @param host address of one of them, and the SSH port: for the commands in the finding.
 */
export function parseKnownHosts(
  text: string,
  host: { readonly address: string; readonly port: number },
  collected: Collected,
): readonly KnownHost[] {
  const { entries, findings, warnings } = readKnownHosts(text);
  collected.findings.push(...findings);
  collected.warnings.push(...warnings);
  if (entries.length === 0 && findings.length === 0) collected.findings.push(noHostKey(host));
  return entries;
}

function noHostKey({ address, port }: { readonly address: string; readonly port: number }): Finding {
  const option = port === 22 ? '' : `-p ${port} `;
  return {
    at: 'ssh-known-hosts',
    fact: 'no host key is given; without one nobody can tell a host from an impostor.',
    cause: 'the variable does not exist or is empty.',
    fix:
      `run ssh-keyscan ${option}-t ed25519 ${address} for every host, compare what ssh-keygen -lf - says of its ` +
      'output with what ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub says on the console of the host, and pass ' +
      'the lines from a variable: ssh-known-hosts: ${{ vars.SSH_KNOWN_HOSTS }}.',
  };
}
