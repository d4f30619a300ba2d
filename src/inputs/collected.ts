import type { Finding } from '../findings.ts';
import { preparePrivateKey, type UsableKey } from '../ssh-keys/private-key.ts';
import { quote } from '../text/quote.ts';

/** Collects the findings and warnings of the inputs. */
export interface Collected {
  /** Errors: they refuse the run. */
  readonly findings: Finding[];
  /** Values that are accepted but probably unintended. */
  readonly warnings: Finding[];
}

/** Parses the name of a login user. */
export function parseUser(value: string, findings: Finding[]): string | undefined {
  const problem = userProblem(value);
  if (problem === undefined) return value;
  findings.push({
    at: 'ssh-user',
    ...problem,
    fix: 'name the user that logs in on every host, root or one with sudo, for example ssh-user: ubuntu.',
  });
  return undefined;
}

/**
 * Returns the reason why a text cannot be a user name; undefined if it can. Accepts the characters of useradd's names,
 * and those of directory users (`name@domain`, `DOMAIN\\name`).
 */
export function userProblem(value: string): Pick<Finding, 'code' | 'fact' | 'cause'> | undefined {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.@\\+-]{0,127}\$?$/.test(value) && !/@\d+(\.\d+){3}$/.test(value))
    return undefined;
  return {
    code: 'ssh-user-malformed',
    fact: `${quote(value)} is not the name of a user.`,
    ...(value.includes('@') && { cause: 'the name is followed by the address of a host.' }),
  };
}

/** Parses a private key. Ignores one line break at the end of its passphrase, which a file adds. */
export function parseKey<Name extends string>(
  names: { readonly key: Name; readonly passphrase: Name },
  inputs: Readonly<Record<Name, string>>,
  collected: Collected,
): UsableKey | undefined {
  const passphrase = inputs[names.passphrase].replace(/\r?\n$/, '');
  const prepared = preparePrivateKey(inputs[names.key], passphrase, names);
  if (!prepared.ok) {
    collected.findings.push(prepared.finding);
    return undefined;
  }
  collected.warnings.push(...prepared.warnings);
  const { key, type, fingerprint } = prepared;
  return { key, type, fingerprint };
}
