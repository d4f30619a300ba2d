import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, test } from '@jest/globals';
import ssh2 from 'ssh2';
import { describeFinding } from '../../src/findings.ts';
import { preparePrivateKey } from '../../src/ssh-keys/private-key.ts';
import { wireString } from '../../src/ssh-keys/wire.ts';
import { sshKeygen, TemporaryFolder, tool } from '../hosts/ssh/tools.ts';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

const PASSPHRASE = 'correct horse battery';

/** A key as a program wrote it, and its public half according to that program. */
interface Written {
  readonly name: string;
  readonly text: string;
  readonly passphrase: string;
  readonly publicLine: string;
}

const KINDS: readonly [string, readonly string[]][] = [
  ['ed25519', []],
  ['ecdsa', ['-b', '256']],
  ['ecdsa', ['-b', '384']],
  ['ecdsa', ['-b', '521']],
  ['rsa', ['-b', '2048']],
];

/** ssh-keygen's three formats; it writes Ed25519 only in its own. */
function bySshKeygen(): Written[] {
  return ['RFC4716', 'PEM', 'PKCS8'].flatMap((format) =>
    KINDS.filter(([type]) => format === 'RFC4716' || type !== 'ed25519').flatMap(([type, options]) =>
      ['', PASSPHRASE].map((passphrase) => {
        const name = `ssh-keygen -t ${type} ${options.join(' ')} -m ${format}${passphrase === '' ? '' : ', encrypted'}`;
        const file = name.replaceAll(/[ ,]+/g, '_');
        const pair = sshKeygen(folder, file, type, [...options, '-m', format, '-a', '1'], passphrase);
        return { name, text: pair.privateText, passphrase, publicLine: pair.publicLine };
      }),
    ),
  );
}

/** OpenSSH's own format, encrypted with each of its ciphers (ssh-keygen(1), -Z). */
function byCipher(): Written[] {
  const ciphers = ['aes128-ctr', 'aes256-cbc', 'aes256-gcm@openssh.com'];
  return ciphers.map((cipher) => {
    const file = `cipher-${cipher}`;
    const pair = sshKeygen(folder, file, 'ed25519', ['-Z', cipher, '-a', '1'], PASSPHRASE);
    return {
      name: `ssh-keygen -Z ${cipher}`,
      text: pair.privateText,
      passphrase: PASSPHRASE,
      publicLine: pair.publicLine,
    };
  });
}

/** PKCS#8 by openssl, plain and with its key derivations. */
function byOpenssl(): Written[] {
  const types: readonly [string, readonly string[]][] = [
    ['ed25519', ['-algorithm', 'ed25519']],
    ['P-256', ['-algorithm', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['RSA', ['-algorithm', 'rsa', '-pkeyopt', 'rsa_keygen_bits:2048']],
  ];
  const ways: readonly [string, readonly string[]][] = [
    ['plain', ['-nocrypt']],
    ['PBKDF2', ['-v2', 'aes-256-cbc', '-passout', `pass:${PASSPHRASE}`]],
    ['scrypt', ['-scrypt', '-passout', `pass:${PASSPHRASE}`]],
  ];
  return types.flatMap(([type, options]) => {
    const key = folder.at(`openssl-${type}`);
    tool('openssl', 'genpkey', '-out', key, ...options);
    return ways.map(([way, how]) => ({
      name: `openssl pkcs8 ${type}, ${way}`,
      text: tool('openssl', 'pkcs8', '-topk8', '-in', key, ...how),
      passphrase: way === 'plain' ? '' : PASSPHRASE,
      publicLine: type === 'ed25519' ? ed25519Line(key) : tool('ssh-keygen', '-y', '-f', key).trim(),
    }));
  });
}

/** OpenSSH cannot read Ed25519 in PKCS#8; openssl returns the public half. */
function ed25519Line(path: string): string {
  const spki = execFileSync('openssl', ['pkey', '-in', path, '-pubout', '-outform', 'DER']);
  const blob = Buffer.concat([wireString('ssh-ed25519'), wireString(spki.subarray(-32))]);
  return `ssh-ed25519 ${blob.toString('base64')}`;
}

/** Changes to a file on its way into a secret. */
const PASTED: readonly [string, (text: string) => string][] = [
  ['as it is', (text) => text],
  ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
  ['a byte order mark', (text) => `\uFEFF${text}`],
  ['no final newline', (text) => text.trimEnd()],
  ['on one line, with blanks', (text) => text.trim().replaceAll('\n', ' ')],
  ['on one line, joined', (text) => text.replaceAll('\n', '')],
  ['literal \\n', (text) => text.replaceAll('\n', '\\n')],
  ['indented', (text) => text.replaceAll(/^/gm, '    ')],
  ['in quotes', (text) => JSON.stringify(text)],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64, wrapped', (text) => Buffer.from(text).toString('base64').replaceAll(/.{76}/g, '$&\n')],
];

describe.each([...bySshKeygen(), ...byCipher(), ...byOpenssl()])(
  '$name',
  ({ text, passphrase, publicLine }) => {
    const publicKey = ssh2.utils.parseKey(publicLine);
    if (publicKey instanceof Error) throw publicKey;

    test.each(PASTED)('%s', (_, change) => {
      const prepared = preparePrivateKey(change(text), passphrase);
      if (!prepared.ok) throw new Error(describeFinding(prepared.finding));
      const algorithm = prepared.type === 'ssh-rsa' ? 'sha256' : undefined;
      const signature = prepared.key.sign(Buffer.from('challenge'), algorithm);
      expect(publicKey.verify(Buffer.from('challenge'), signature, algorithm)).toBe(true);
      expect(publicLine.startsWith(`${prepared.type} `)).toBe(true);
    });
  },
);
