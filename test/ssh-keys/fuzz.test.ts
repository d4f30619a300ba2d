import { afterAll, describe, expect, test } from '@jest/globals';
import { describeFinding } from '../../src/findings.ts';
import { parseHostFingerprints } from '../../src/inputs/ssh/host-keys.ts';
import { pinsFor } from '../../src/ssh-keys/host-keys.ts';
import { pemText } from '../../src/ssh-keys/key-text.ts';
import { lookup, parseKnownHosts } from '../../src/ssh-keys/known-hosts.ts';
import { preparePrivateKey } from '../../src/ssh-keys/private-key.ts';
import { bodyPieces, numbers, oneOf, overlong, spoiled, tooSlow } from '../fuzz.ts';
import { sshKeygen, TemporaryFolder } from '../hosts/ssh/tools.ts';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

const PASSPHRASE = 'correct horse battery';
const FORMS: readonly (readonly [string, readonly string[], string])[] = [
  ['ed25519', ['-a', '1'], ''],
  ['ed25519', ['-a', '1'], PASSPHRASE],
  ['rsa', ['-b', '2048', '-m', 'PEM'], PASSPHRASE],
  ['rsa', ['-b', '2048', '-m', 'PKCS8'], ''],
  ['ecdsa', ['-m', 'PEM'], ''],
  ['ecdsa', ['-m', 'PKCS8'], PASSPHRASE],
];
const keys = FORMS.map(([type, options, passphrase], index) =>
  sshKeygen(folder, `key-${index}`, type, options, passphrase),
);

function bodyOf(pem: string): string {
  return pem.replace(/-----.*-----/g, '');
}

function withZero(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = 0;
  return changed;
}

// A damaged key results in a key, or in a finding that contains nothing of it, without delay.
test.each([1, 2, 3, 4])(
  'any private key is read or refused (seed %d)',
  (seed) => {
    const random = numbers(seed);
    let refused = 0;
    for (let time = 0; time < 150; time += 1) {
      const { privateText } = oneOf(keys, random);
      const pasted = oneOf(
        [privateText, privateText.replaceAll('\n', '\\n'), Buffer.from(privateText).toString('base64')],
        random,
      );
      const prepared = preparePrivateKey(spoiled(pasted, random), PASSPHRASE);
      if (prepared.ok) continue;
      refused += 1;
      const told = describeFinding(prepared.finding);
      expect(told).not.toContain(PASSPHRASE);
      for (const piece of [...bodyPieces(privateText), ...bodyPieces(pasted)])
        expect(told).not.toContain(piece);
    }
    expect(refused).toBeGreaterThan(50);
  },
  30_000,
);

// The damage includes lengths: without its number, ssh2 throws at a key.
test.each(['ed25519', 'ecdsa', 'rsa'])(
  'an OpenSSH key of type %s with any byte made zero is read or refused',
  (type) => {
    const { privateText } = sshKeygen(folder, `zero-${type}`, type, type === 'rsa' ? ['-b', '1024'] : []);
    const bytes = Buffer.from(bodyOf(privateText), 'base64');
    let refused = 0;
    for (const at of bytes.keys()) {
      const damaged = pemText({ label: 'OPENSSH PRIVATE KEY', body: withZero(bytes, at).toString('base64') });
      const prepared = preparePrivateKey(damaged);
      if (prepared.ok) prepared.key.sign(Buffer.from('challenge'), type === 'rsa' ? 'sha512' : undefined);
      else
        for (const piece of bodyPieces(damaged))
          expect(describeFinding(prepared.finding)).not.toContain(piece);
      refused += prepared.ok ? 0 : 1;
    }
    expect(refused).toBeGreaterThan(50);
  },
);

test.each([1, 2, 3, 4])(
  'any known_hosts is read, and what cannot be read of it is reported by line (seed %d)',
  (seed) => {
    const random = numbers(seed);
    const lines = keys.map(({ publicLine }, index) => `10.0.0.${index},[infra${index}]:2222 ${publicLine}`);
    const text = [
      ...lines,
      `@revoked * ${keys[0]?.publicLine ?? ''}`,
      `@cert-authority *.example.com,!bad.example.com ${keys[3]?.publicLine ?? ''}`,
      `|1|IzFf1ckEhn1f23FLcBxHBk4XXVM=|1llhc7g4VOVvFzxbErvXhdVDKtI= ${keys[1]?.publicLine ?? ''}`,
    ].join('\n');
    for (let time = 0; time < 400; time += 1) {
      const changed = spoiled(text, random);
      const { entries, findings } = parseKnownHosts(changed);
      const count = changed.split(/\r\n|\n|\r/).length;
      for (const { line } of entries) expect(line).toBeLessThanOrEqual(count);
      for (const { at, fact } of findings) {
        expect(at).toMatch(/^ssh-known-hosts, line \d+$/);
        expect(fact).not.toBe('');
      }
      const host = {
        address: oneOf(['10.0.0.1', 'infra2', 'bad.example.com', 'fd00::1'], random),
        port: 22,
        aliases: [],
      };
      expect(pinsFor({ knownHosts: entries, fingerprints: [], policy: 'strict' }, host).acceptsAny).toBe(
        false,
      );
    }
  },
);

describe('as much as an input can hold takes no time', () => {
  test('as a private key', () => {
    const pieces = [
      '-----BEGIN A PRIVATE KEY-----',
      '-----END A',
      '\n',
      '\\n',
      ' ',
      'A',
      '=',
      '"',
      'DEK-Info: ',
      'ssh-A ',
      'PuTTY-User-Key-File-2: ',
    ];
    expect(tooSlow(overlong(pieces), (text) => preparePrivateKey(text))).toEqual([]);
  }, 60_000);

  test('as known_hosts', () => {
    const pieces = ['\n', ' ', ',', '*', 'a*', '?*', '#', '|1|', '10.0.0.6 ssh-ed25519 ', '@revoked '];
    const lines = overlong(pieces).flatMap((names) => [names, `${names} ${keys[0]?.publicLine ?? ''}`]);
    const read = (text: string): unknown => lookup(parseKnownHosts(text).entries, 'a'.repeat(250), 22);
    expect(tooSlow(lines, read)).toEqual([]);
  }, 60_000);

  test('as fingerprints', () => {
    const pieces = ['\n', ' ', ',', '#', '=', '1 SHA256:A (', '(', 'SHA256:', '10.0.0.6 '];
    expect(tooSlow(overlong(pieces), (text) => parseHostFingerprints(text, []))).toEqual([]);
  }, 60_000);
});
