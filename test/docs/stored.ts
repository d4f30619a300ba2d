import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import { createAuthority } from '../../src/pki/authority.ts';
import { usableKey } from '../hosts/ssh/client.ts';
import { sshKeygen, TemporaryFolder, tool } from '../hosts/ssh/tools.ts';
import { run, sshKey } from '../inputs/given.ts';

const ca = await createAuthority({ algorithm: 'ECDSA-P256', now: run.now });

/** Secrets and variables of the example's repository. */
const STORED: Readonly<Record<string, string>> = {
  'secrets.ETCD_CA_KEY': ca.keyPem,
  'vars.ETCD_CA_CERTIFICATE': ca.certificatePem,
  'secrets.BASTION_PRIVATE_KEY': encryptedKey('of the key of the bastions'),
  'secrets.BASTION_KEY_PASSPHRASE': 'of the key of the bastions',
  'secrets.SSH_PRIVATE_KEY': encryptedKey('of the key'),
  'vars.SSH_CERTIFICATE': certificate('ops'),
  'secrets.SSH_KEY_PASSPHRASE': 'of the key',
  'secrets.SUDO_PASSWORD': 'correct horse',
};

/**
 * Returns the inputs of a part of a workflow, with the repository's values instead of expressions. An inventory
 * replaces hosts.
 */
export function filledIn(inputs: Readonly<Record<string, unknown>>): Record<string, string> {
  const all = 'inventory' in inputs ? { hosts: '', ...inputs } : inputs;
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [
      name,
      String(value).replaceAll(/\$\{\{ (\S+) \}\}/g, (whole, stored: string) => STORED[stored] ?? whole),
    ]),
  );
}

/** Certifies the key that every example has. */
function certificate(user: string): string {
  const folder = new TemporaryFolder();
  const { type, key } = usableKey(sshKey);
  writeFileSync(folder.at('login.pub'), `${type} ${key.getPublicSSH().toString('base64')}\n`);
  const { path } = sshKeygen(folder, 'authority', 'ed25519');
  tool('ssh-keygen', '-q', '-s', path, '-I', 'example', '-n', user, folder.at('login.pub'));
  const line = folder.read('login-cert.pub');
  folder.remove();
  return line;
}

function encryptedKey(passphrase: string): string {
  return generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString();
}
