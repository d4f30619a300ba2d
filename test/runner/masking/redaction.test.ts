import { describe, expect, test } from '@jest/globals';
import { createAuthority } from '../../../src/pki/authority.ts';
import { issueMemberLeaves } from '../../../src/pki/leaf.ts';
import { bodyText, modulusOf, printedForms, rsaKey, sampleKeys, wrapped } from './keys.ts';
import { redactorOf } from './redactor.ts';

/** Returns how many consecutive bytes of a secret are readable in a text, as base64 at any offset or as hex. */
function readable(secret: Buffer, text: string): number {
  const seen = text.replaceAll(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/');
  const forms = [0, 1, 2].map((skip) => secret.subarray(skip).toString('base64').replace(/=*$/, ''));
  const asBase64 = Math.max(...forms.map((form) => longestRun(form, seen)));
  const asHex = longestRun(secret.toString('hex'), text.replaceAll(/[\s:]/g, '').toLowerCase());
  return Math.floor(Math.max((asBase64 * 6) / 8, asHex / 2));
}

function longestRun(form: string, text: string): number {
  let longest = 0;
  for (let start = 0; start + longest < form.length; start += 1) {
    while (start + longest < form.length && text.includes(form.slice(start, start + longest + 1)))
      longest += 1;
  }
  return longest;
}

/** Bytes: three or four match by chance, and a line may end inside a recognisable part. */
const harmless = 12;

describe.each(sampleKeys)('$name', ({ text, secret }) => {
  const redactor = redactorOf(text);

  test.each(printedForms(text))('%s is not readable after it', (form, printed) => {
    // The measure itself must see the secret in unmasked text, or the test would prove nothing.
    if (!/JSON|of the file|behind/.test(form)) expect(readable(secret, printed)).toBeGreaterThan(harmless);
    expect(readable(secret, redactor.redact(printed))).toBeLessThan(harmless);
    expect(redactor.findSecret(printed)).toBeDefined();
  });

  test('base64 of the whole file leaves nothing that decodes to a piece of the key', () => {
    const base64 = wrapped(Buffer.from(text).toString('base64'), 76);
    const left = redactor
      .redact(base64)
      .split('\n')
      .filter((line) => !line.includes('*'));
    const decoded = left.map((line) => Buffer.from(line, 'base64').toString('latin1')).join('\n');
    expect(readable(secret, decoded)).toBeLessThan(harmless);
  });

  test('a piece from the middle of a line, as a chunk boundary leaves it', () => {
    const body = secret.toString('base64');
    const piece = body.slice(9, 29);
    expect(redactor.redact(`(${piece})`)).toBe('(***)');
    expect(redactor.findSecret(`(${piece})`)).toBeDefined();
  });

  test('its raw bytes in a binary file', () => {
    expect(redactor.findSecret(Buffer.concat([Buffer.from('PK\x03\x04'), secret]))).toBeDefined();
  });
});

describe('public text passes', () => {
  test('certificates, though they hold half of every RSA key', async () => {
    const now = new Date('2026-11-23T17:00:00Z');
    const authority = await createAuthority({ algorithm: 'RSA-2048', now });
    const member = { name: 'infra0', address: '10.0.0.6' };
    const leaves = Object.values(await issueMemberLeaves(authority, { member, algorithm: 'RSA-2048', now }));
    const redactor = redactorOf(authority.keyPem, ...leaves.map(({ keyPem }) => keyPem));
    for (const certificate of [
      authority.certificatePem,
      ...leaves.map(({ certificatePem }) => certificatePem),
    ]) {
      expect(redactor.findSecret(certificate)).toBeUndefined();
      expect(redactor.findSecret(Buffer.from(certificate).toString('base64'))).toBeUndefined();
      expect(redactor.redact(certificate)).toBe(certificate);
    }
  });

  test.each([0, 1, 2])('the modulus of an RSA key behind %d other bytes', (count) => {
    const redactor = redactorOf(rsaKey.text);
    const modulus = Buffer.concat([
      Buffer.alloc(count, 1),
      modulusOf(rsaKey.text),
      Buffer.from([2, 3, 1, 0, 1]),
    ]);
    expect(redactor.findSecret(modulus.toString('base64'))).toBeUndefined();
    expect(redactor.findSecret(modulus.toString('hex'))).toBeUndefined();
  });

  test('a certificate beside the key in one input', async () => {
    const { certificatePem, keyPem } = await createAuthority({ algorithm: 'RSA-2048', now: new Date() });
    expect(redactorOf(certificatePem + keyPem).redact(certificatePem)).toBe(certificatePem);
  });

  test('ordinary text, long hex and base64 of other things', () => {
    const redactor = redactorOf(...sampleKeys.map(({ text }) => text), 'correct horse battery');
    const text = [
      'etcd-ha on infra0: member 8e9e05c52164694d is healthy, took = 1.2ms',
      'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      'openssh-key-v1 none none',
    ].join('\n');
    expect(redactor.redact(text)).toBe(text);
    expect(redactor.findSecret(text)).toBeUndefined();
  });
});

describe('passphrases and other words', () => {
  const word = `p&"s'w<o>r/d p@ß`;
  const bytes = Buffer.from(word);
  test.each([
    ['as it is', word],
    ['in JSON', JSON.stringify(word).slice(1, -1)],
    ['in a URL', encodeURIComponent(word)],
    ['in hex', bytes.toString('hex')],
    ['in HEX', bytes.toString('hex').toUpperCase()],
  ])('%s', (_how, form) => {
    expect(redactorOf(word).redact(`<${form}>`)).toBe('<***>');
    expect(redactorOf(word).findSecret(`<${form}>`)).toBe('a secret of this run');
  });

  test.each(['', 'x', 'xy'])('in base64 behind %j', (before) => {
    const form = Buffer.from(`${before}${word}`).toString('base64');
    expect(redactorOf(word).redact(form)).toMatch(/^.{0,4}\*\*\*.{0,4}$/);
  });

  test('the line break at the end of a secret does not belong to it', () => {
    expect(redactorOf('hunter2!\n').redact('it is hunter2!')).toBe('it is ***');
  });

  test('twice in a line, side by side, overlapping', () => {
    expect(redactorOf('abcdef', 'defghi').redact('abcdef abcdefabcdef abcdefghi')).toBe('*** *** ***');
  });

  test('secrets too short to differ from ordinary words are left', () => {
    expect(redactorOf('etcd').redact('etcd')).toBe('etcd');
    expect(redactorOf('').redact('x')).toBe('x');
    expect(redactorOf('infra0\nlong enough\n').redact('infra0, long enough')).toBe('infra0, ***');
  });
});

describe('unregistered keys', () => {
  const lines = rsaKey.text.trim().split('\n');

  test('are hidden from BEGIN to END in the lines of one stream', () => {
    const redactLine = redactorOf().forLines();
    const shown = ['before', ...lines, 'after'].map(redactLine);
    expect(shown.slice(0, 3)).toEqual(['before', lines[0], '***']);
    expect(shown.slice(-3)).toEqual(['***', lines.at(-1), 'after']);
    expect(new Set(shown.slice(2, -2))).toEqual(new Set(['***']));
  });

  test('also indented, quoted, with headers, or cut off', () => {
    const redactLine = redactorOf().forLines();
    const [begin = '', first = '', second = ''] = lines;
    const text = [
      `> ${begin}`,
      '> Proc-Type: 4,ENCRYPTED',
      '>',
      `> ${first}`,
      `> ${second}`,
      'cat: input/output error',
    ];
    expect(text.map(redactLine).slice(3)).toEqual(['> ***', '> ***', 'cat: input/output error']);
  });

  test('also on one line', () => {
    const [begin, end] = ['-----BEGIN EC PRIVATE KEY-----', '-----END EC PRIVATE KEY-----'];
    expect(redactorOf().redact(`key: ${begin} ${bodyText(rsaKey.text)} ${end} ok`)).toBe(
      `key: ${begin}***${end} ok`,
    );
    expect(redactorOf().redact(`key: ${begin}\\nabc`)).toBe(`key: ${begin}***`);
  });

  test('two streams do not mix', () => {
    const redactor = redactorOf();
    const [one, other] = [redactor.forLines(), redactor.forLines()];
    one(lines[0] ?? '');
    expect(other(lines[1] ?? '')).toBe(lines[1]);
    expect(one(lines[1] ?? '')).toBe('***');
  });

  test('a message that names a BEGIN line swallows nothing behind it', () => {
    const redactLine = redactorOf().forLines();
    redactLine('expected -----BEGIN RSA PRIVATE KEY-----');
    expect(['done', 'healthy', 'x'].map(redactLine)).toEqual(['done', 'healthy', 'x']);
  });

  test.each([
    ['plain', rsaKey.text],
    ['base64', Buffer.from(rsaKey.text).toString('base64')],
    ['hex', Buffer.from(rsaKey.text).toString('hex')],
    ['as YAML', `data:\n  tls.key: ${Buffer.from(rsaKey.text).toString('base64')}`],
  ])('are found in a file: %s', (_how, content) => {
    expect(redactorOf().findSecret(content)).toBe('a private key');
  });
});

test('registering and looking is quick enough for every line of a run', () => {
  const redactor = redactorOf();
  for (let key = 0; key < 16; key += 1) redactor.register(rsaKey.text, 'made');
  const line = 'x'.repeat(200);
  const start = performance.now();
  for (let count = 0; count < 1000; count += 1) redactor.redact(line);
  expect(performance.now() - start).toBeLessThan(1500);
});
