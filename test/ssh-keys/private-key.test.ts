import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import ssh2 from 'ssh2';
import { describeFinding, type Finding } from '../../src/findings.ts';
import { type PreparedKey, preparePrivateKey } from '../../src/ssh-keys/private-key.ts';
import { wireString } from '../../src/ssh-keys/wire.ts';
import { sshKeygen, TemporaryFolder, tool } from '../hosts/ssh/tools.ts';
import { puttyFile } from './key-files.ts';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

const PASSPHRASE = 'correct horse battery';

/** Expects a prepared key to sign such that the public half that OpenSSH derives from the original accepts it. */
function expectWorks(prepared: PreparedKey, publicLine: string): void {
  if (!prepared.ok) throw new Error(describeFinding(prepared.finding));
  const publicKey = ssh2.utils.parseKey(publicLine);
  if (publicKey instanceof Error) throw publicKey;
  const data = Buffer.from('challenge');
  expect(
    publicKey.verify(data, prepared.key.sign(data, algorithm(prepared.type)), algorithm(prepared.type)),
  ).toBe(true);
  expect(prepared.fingerprint).toBe(opensshFingerprint(publicLine));
  expect(publicLine).toMatch(new RegExp(`^${prepared.type} `));
}

const fingerprints = new Map<string, string>();

/** As printed by ssh-keygen, read once per key. */
function opensshFingerprint(publicLine: string): string {
  const seen = fingerprints.get(publicLine);
  if (seen !== undefined) return seen;
  writeFileSync(folder.at('public'), `${publicLine}\n`);
  const said = tool('ssh-keygen', '-lf', folder.at('public')).split(' ')[1] ?? '';
  fingerprints.set(publicLine, said);
  return said;
}

function algorithm(type: string): string | undefined {
  return type === 'ssh-rsa' ? 'sha256' : undefined;
}

function refusal(prepared: PreparedKey): Finding {
  if (prepared.ok) throw new Error('the key was accepted');
  return prepared.finding;
}

/** Returns the public half according to OpenSSH. */
function publicLineOf(name: string): string {
  chmodSync(folder.at(name), 0o600);
  return tool('ssh-keygen', '-y', '-P', '', '-f', folder.at(name)).trim();
}

function openssl(name: string, command: string, ...args: readonly string[]): string {
  tool('openssl', command, '-out', folder.at(name), ...args);
  return folder.read(name);
}

const ed25519 = sshKeygen(folder, 'ed25519', 'ed25519');
const locked = sshKeygen(folder, 'locked', 'ed25519', ['-a', '4'], PASSPHRASE);
const rsaPem = openssl('rsa.pem', 'genrsa', '-traditional', '2048');
const rsa = createPrivateKey(rsaPem);
const ecPem = openssl('ec.pem', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout');

describe('formats', () => {
  test.each([
    ['ed25519', []],
    ['ecdsa', ['-b', '256']],
    ['ecdsa', ['-b', '384']],
    ['ecdsa', ['-b', '521']],
    ['rsa', ['-b', '2048']],
  ])('OpenSSH format: %s %j', (type, options) => {
    const pair = sshKeygen(folder, `openssh-${type}${options.join('')}`, type, options);
    expectWorks(preparePrivateKey(pair.privateText), pair.publicLine);
  });

  test('PEM PKCS#1 and SEC1', () => {
    expect(rsaPem).toContain('BEGIN RSA PRIVATE KEY');
    expect(ecPem).toContain('BEGIN EC PRIVATE KEY');
    expectWorks(preparePrivateKey(rsaPem), publicLineOf('rsa.pem'));
    expectWorks(preparePrivateKey(ecPem), publicLineOf('ec.pem'));
  });

  test('SEC1 with a parameters block before it, as openssl ecparam -genkey writes it', () => {
    const text = openssl('ec-params.pem', 'ecparam', '-name', 'secp384r1', '-genkey');
    expect(text).toContain('BEGIN EC PARAMETERS');
    expectWorks(preparePrivateKey(text), publicLineOf('ec-params.pem'));
  });

  test('PKCS#8 RSA and EC', () => {
    const rsaPkcs8 = openssl('rsa8.pem', 'pkcs8', '-topk8', '-nocrypt', '-in', folder.at('rsa.pem'));
    const ec = openssl('ec8.pem', 'pkcs8', '-topk8', '-nocrypt', '-in', folder.at('ec.pem'));
    expect(rsaPkcs8 + ec).not.toMatch(/BEGIN (RSA|EC)/);
    expectWorks(preparePrivateKey(rsaPkcs8), publicLineOf('rsa.pem'));
    expectWorks(preparePrivateKey(ec), publicLineOf('ec.pem'));
  });

  test('PKCS#8 Ed25519, plain and encrypted', () => {
    const text = openssl('ed8.pem', 'genpkey', '-algorithm', 'ed25519');
    const encrypted = openssl(
      'ed8-locked.pem',
      'pkcs8',
      ...['-topk8', '-in', folder.at('ed8.pem'), '-passout', `pass:${PASSPHRASE}`],
    );
    // OpenSSH cannot read this form; the public half comes from openssl.
    const spki = execFileSync('openssl', ['pkey', '-in', folder.at('ed8.pem'), '-pubout', '-outform', 'DER']);
    const publicLine = `ssh-ed25519 ${Buffer.concat([wireString('ssh-ed25519'), wireString(spki.subarray(-32))]).toString('base64')}`;
    expectWorks(preparePrivateKey(text), publicLine);
    expectWorks(preparePrivateKey(encrypted, PASSPHRASE), publicLine);
  });

  test('PuTTY version 2 with RSA, plain and encrypted', () => {
    expectWorks(preparePrivateKey(puttyFile(rsa)), publicLineOf('rsa.pem'));
    expectWorks(
      preparePrivateKey(puttyFile(rsa).replaceAll('\n', '\r\n'), 'unused'),
      publicLineOf('rsa.pem'),
    );
    const locked = puttyFile(rsa, PASSPHRASE);
    expectWorks(preparePrivateKey(locked, PASSPHRASE), publicLineOf('rsa.pem'));
    expect(refusal(preparePrivateKey(locked)).fact).toMatch(/encrypted and no passphrase/);
    expect(refusal(preparePrivateKey(locked, 'wrong')).fact).toMatch(/does not open/);
  });
});

describe('encrypted keys', () => {
  const forms: readonly [string, string, string][] = [
    ['OpenSSH', locked.privateText, locked.publicLine],
    [
      'old PEM',
      openssl(
        'rsa-locked.pem',
        'rsa',
        '-traditional',
        '-aes128',
        '-in',
        folder.at('rsa.pem'),
        '-passout',
        `pass:${PASSPHRASE}`,
      ),
      publicLineOf('rsa.pem'),
    ],
    [
      'PKCS#8',
      openssl(
        'ec-locked.pem',
        'pkcs8',
        '-topk8',
        '-in',
        folder.at('ec.pem'),
        '-passout',
        `pass:${PASSPHRASE}`,
      ),
      publicLineOf('ec.pem'),
    ],
  ];

  test.each(forms)('%s: opens with its passphrase', (_, text, publicLine) => {
    expectWorks(preparePrivateKey(text, PASSPHRASE), publicLine);
  });

  test.each(forms)('%s: opens also from one line', (_, text, publicLine) => {
    expectWorks(preparePrivateKey(text.replaceAll('\n', ' '), PASSPHRASE), publicLine);
  });

  test.each(forms)('%s: no passphrase', (_, text) => {
    const finding = refusal(preparePrivateKey(text, ''));
    expect(finding).toMatchObject({
      at: 'ssh-key-passphrase',
      fact: expect.stringMatching(/encrypted and no passphrase/),
    });
  });

  test.each(forms)('%s: wrong passphrase', (_, text) => {
    const finding = refusal(preparePrivateKey(text, 'wrong one'));
    expect(finding).toMatchObject({ at: 'ssh-key-passphrase', fact: expect.stringMatching(/does not open/) });
  });

  test('the message names the key by what an OpenSSH file shows without the passphrase', () => {
    expect(refusal(preparePrivateKey(locked.privateText)).fact).toContain(
      `ssh-ed25519 ${locked.fingerprint}`,
    );
  });

  test('a passphrase for a key without one is worth a warning only', () => {
    const prepared = preparePrivateKey(ed25519.privateText, PASSPHRASE);
    expectWorks(prepared, ed25519.publicLine);
    expect(prepared).toMatchObject({ ok: true, warnings: [{ at: 'ssh-key-passphrase' }] });
    expect(preparePrivateKey(ed25519.privateText)).toMatchObject({ warnings: [] });
  });
});

describe('what people paste', () => {
  const variants: readonly [string, (text: string) => string][] = [
    ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['CR', (text) => text.replaceAll('\n', '\r')],
    ['a byte order mark', (text) => `\uFEFF${text}`],
    ['no final newline', (text) => text.trimEnd()],
    ['blank lines around', (text) => `\n\n  ${text}\n\n`],
    ['trailing blanks', (text) => text.replaceAll('\n', '  \n')],
    ['indented', (text) => text.replaceAll(/^/gm, '    ')],
    ['blank lines between', (text) => text.replaceAll('\n', '\n\n')],
    ['newlines lost to blanks', (text) => text.trim().replaceAll('\n', ' ')],
    ['newlines lost altogether', (text) => text.replaceAll('\n', '')],
    ['literal \\n', (text) => text.replaceAll('\n', '\\n')],
    ['literal \\r\\n', (text) => text.replaceAll('\n', '\\r\\n')],
    ['in quotes', (text) => JSON.stringify(text)],
    ['base64 of the file', (text) => Buffer.from(text).toString('base64')],
    ['base64 of the file, wrapped', (text) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n')],
    ['base64 of the file with CRLF', (text) => Buffer.from(text.replaceAll('\n', '\r\n')).toString('base64')],
    ['words around it', (text) => `my key:\n${text}\nthat was it`],
    ['its public half behind it', (text) => `${text}\n${ed25519.publicLine}\n`],
  ];
  const keys: readonly [string, string, string][] = [
    ['OpenSSH', ed25519.privateText, ed25519.publicLine],
    ['PEM', rsaPem, publicLineOf('rsa.pem')],
  ];
  test.each(variants.flatMap(([name, change]) => keys.map((key) => [name, ...key, change] as const)))(
    '%s (%s)',
    (_, __, text, publicLine, change) => {
      expectWorks(preparePrivateKey(change(text)), publicLine);
    },
  );

  test('the body of an OpenSSH key without its BEGIN and END lines', () => {
    expectWorks(preparePrivateKey(ed25519.privateText.replaceAll(/-----.*-----/g, '')), ed25519.publicLine);
  });
});

describe('what cannot be used is named', () => {
  const spki = tool('openssl', 'pkey', '-in', folder.at('rsa.pem'), '-pubout');
  const body = ed25519.privateText.split('\n');
  const p256k1 = openssl('k1.pem', 'ecparam', '-name', 'secp256k1', '-genkey', '-noout');
  const dsa = dsaPem();
  const skText = securityKey();
  const cases: readonly [string, string, RegExp][] = [
    ['nothing', ' \n', /no private key is given/],
    ['a public key', ed25519.publicLine, /public key; the private one/],
    ['a public key in PEM', spki, /public key; the private one/],
    [
      'a public key of RFC 4716',
      '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----',
      /public key; the private one/,
    ],
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
      /certificate, not a private key/,
    ],
    ['a path', '/home/me/.ssh/id_ed25519', /not a private key in a known/],
    ['other base64', Buffer.alloc(200, 'x').toString('base64'), /not a private key in a known/],
    ['only the first line', body[0] ?? '', /no matching END line/],
    ['a key without its end', body.slice(0, 3).join('\n'), /no matching END line/],
    ['a key with a hole', [...body.slice(0, 2), ...body.slice(3)].join('\n'), /cut off or damaged/],
    ['a PEM key with a hole', rsaPem.split('\n').toSpliced(4, 1).join('\n'), /cut off or damaged/],
    ['other characters inside', ed25519.privateText.replace('b3Bl', '****'), /cut off or damaged/],
    ['two keys', ed25519.privateText + rsaPem, /2 private keys/],
    ['DSA', dsa, /DSA key/],
    ['a security key', skText, /hardware security key/],
    ['another curve', p256k1, /secp256k1/],
    [
      'RSA-PSS',
      openssl('pss.pem', 'genpkey', '-algorithm', 'rsa-pss', '-pkeyopt', 'rsa_keygen_bits:2048'),
      /rsa-pss/,
    ],
    ['X25519', openssl('x25519.pem', 'genpkey', '-algorithm', 'x25519'), /x25519/],
    [
      'PuTTY version 3',
      'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: c\nPublic-Lines: 1\nAAAA\n',
      /puttygen/,
    ],
  ];
  test.each(cases)('%s', (_, text, expected) => {
    const finding = refusal(preparePrivateKey(text));
    expect(describeFinding(finding)).toMatch(expected);
    expect(finding.fix).not.toBe('');
  });

  test('an OpenSSH key with an unknown cipher or an endless number of rounds', () => {
    const rare = ['-Z', 'chacha20-poly1305@openssh.com', '-a', '1'];
    const chacha = sshKeygen(folder, 'chacha', 'ed25519', rare, PASSPHRASE).privateText;
    expect(refusal(preparePrivateKey(chacha, PASSPHRASE)).fact).toContain('encrypted with chacha20-poly1305');
    const rounds = Buffer.from([0, 0, 0, 4]); // as `-a 4` has it in the file
    const bytes = Buffer.from(locked.privateText.replaceAll(/-----.*-----|\n/g, ''), 'base64');
    bytes.writeUInt32BE(0x7fff_ffff, bytes.indexOf(rounds, bytes.indexOf('bcrypt') + 6 + 4 + 4 + 16));
    const slow = `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
    expect(refusal(preparePrivateKey(slow, PASSPHRASE)).fact).toContain('2147483647 rounds');
  });

  // OpenSSL moved DES to its legacy provider, so no test key can be created here: the header alone has to suffice.
  test('a PEM key encrypted with DES', () => {
    const text = rsaPem.replace(
      'KEY-----\n',
      'KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,0123456789ABCDEF\n\n',
    );
    expect(refusal(preparePrivateKey(text, PASSPHRASE)).fact).toMatch(/no longer supported/);
  });

  // A block cipher's padding is valid by chance for one passphrase in 256; OpenSSL then reports the content.
  test.each([
    ['PKCS#8', { type: 'pkcs8' }],
    ['PEM', { type: 'pkcs1' }],
  ] as const)('a wrong passphrase that happens to leave a right padding: %s', (_, { type }) => {
    const text = createPrivateKey(rsaPem)
      .export({ type, format: 'pem', cipher: 'aes-128-cbc', passphrase: PASSPHRASE })
      .toString();
    const wrong = Array.from({ length: 20_000 }, (_item, index) => `wrong ${index}`).find((passphrase) =>
      opensslSays(text, passphrase).includes('DECODER'),
    );
    expect(wrong).toBeDefined();
    expect(refusal(preparePrivateKey(text, wrong)).fact).toMatch(/passphrase does not open/);
  });

  test('no finding holds a piece of key or passphrase', () => {
    const texts = [...cases.map(([, text]) => text), locked.privateText];
    const findings = texts.flatMap((text) => [
      preparePrivateKey(text, 'xyzzy plugh'),
      preparePrivateKey(text),
    ]);
    const said = JSON.stringify(findings.filter(({ ok }) => !ok));
    expect(said).not.toContain('plugh');
    for (const text of texts) {
      for (const piece of text.match(/[A-Za-z0-9+/]{24,}/g) ?? [])
        expect(said).not.toContain(piece.slice(0, 24));
    }
  });
});

function opensslSays(key: string, passphrase: string): string {
  try {
    createPrivateKey({ key, passphrase });
    return '';
  } catch (error) {
    return String(error);
  }
}

/** A DSA key in OpenSSL's own form. */
function dsaPem(): string {
  tool('openssl', 'dsaparam', '-out', folder.at('dsaparam'), '1024');
  return openssl('dsa.pem', 'gendsa', folder.at('dsaparam'));
}

/** The open part of a key that `ssh-keygen -t ed25519-sk` writes; making one needs the hardware. */
function securityKey(): string {
  const blob = Buffer.concat([
    wireString('sk-ssh-ed25519@openssh.com'),
    wireString(Buffer.alloc(32)),
    wireString('ssh:'),
  ]);
  const parts = [wireString('none'), wireString('none'), wireString(''), Buffer.from([0, 0, 0, 1])];
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...parts,
    wireString(blob),
    wireString(Buffer.alloc(64)),
  ]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${file.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
