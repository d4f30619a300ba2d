import { describe, expect, test } from '@jest/globals';
import { createAuthority } from '../../../src/pki/authority.ts';
import { maskForms as formsOf, type SecretOrigin } from '../../../src/runner/masking/mask-forms.ts';
import { secretMaterial } from '../../../src/runner/masking/secret-material.ts';
import { SecretMasker } from '../../github/masker.ts';
import { bodyText, printedForms, rsaKey, sampleKeys, wrapped } from './keys.ts';

function maskForms(secret: string, origin: SecretOrigin): string[] {
  return formsOf(secretMaterial(secret), origin);
}

/** Returns the runner's masker after our add-mask commands. */
function masker(secret: string, origin: SecretOrigin = 'input'): SecretMasker {
  const runner = new SecretMasker();
  for (const form of maskForms(secret, origin)) runner.addMask(form);
  return runner;
}

/** Returns lines of a form in which a part of the secret is readable after the runner has masked each line. */
function leaks(runner: SecretMasker, secret: Buffer, printed: string): string[] {
  const base64 = [0, 1, 2].map((skip) => secret.subarray(skip).toString('base64').slice(0, -4));
  const pieces = base64.flatMap((form) => form.match(/.{20}/g) ?? []);
  return printed.split('\n').filter((line) => pieces.some((piece) => runner.mask(line).includes(piece)));
}

const forms = [
  'as it is',
  'with CRLF',
  'indented',
  'on one line',
  'wrapped at 64',
  'wrapped at 70',
  'wrapped at 76',
];

describe.each(sampleKeys)('$name in the log of the real runner', ({ text, secret }) => {
  const runner = masker(text);

  test.each(printedForms(text).filter(([name]) => forms.includes(name)))('%s', (_name, printed) => {
    expect(leaks(new SecretMasker(), secret, printed)).not.toEqual([]);
    expect(leaks(runner, secret, printed)).toEqual([]);
  });

  test.each([
    ['of the file', Buffer.from(text).toString('base64')],
    ['of the file without its last line break', Buffer.from(text.trim()).toString('base64')],
  ])('base64 %s, whole and wrapped', (_name, base64) => {
    expect(runner.mask(base64)).toMatch(/^\*\*\*/);
    for (const line of wrapped(base64, 76)
      .split('\n')
      .filter((part) => part.length >= 8)) {
      expect(runner.mask(line)).toBe('***');
    }
  });

  test('the hex of its secret numbers', () => {
    const hex = secret.toString('hex');
    if (text.includes('ENCRYPTED') || bodyText(text).includes('YmNyeXB0')) return; // Encrypted: no number is known.
    const whole = Buffer.from(bodyText(text), 'base64').toString('hex');
    expect(runner.mask(whole)).not.toContain(hex.slice(16, 48));
  });

  test('BEGIN and END lines and short words are not masked: messages need them', () => {
    for (const line of text.split('\n').filter((part) => part.startsWith('-----'))) {
      expect(runner.mask(line)).toBe(line);
    }
    for (const word of ['root', 'etcd', '2379', 'AQAB', '==', 'infra0'])
      expect(runner.isRevealedBy(word)).toBe(false);
    expect(maskForms(text, 'input').every((form) => form.length >= 8 && !/[\r\n]/.test(form))).toBe(true);
  });

  test('a key as this run makes it needs few masks: each costs the runner time on every line', () => {
    expect(maskForms(text, 'made').length).toBeLessThan(40);
    expect(leaks(masker(text, 'made'), secret, text)).toEqual([]);
  });
});

test('the certificate of a CA can still be an output after its key was masked', async () => {
  for (const algorithm of ['RSA-2048', 'RSA-4096', 'ECDSA-P256'] as const) {
    const { certificatePem, keyPem } = await createAuthority({ algorithm, now: new Date() });
    expect(masker(keyPem).isRevealedBy(certificatePem)).toBe(false);
    expect(masker(certificatePem + keyPem).isRevealedBy(certificatePem)).toBe(false);
  }
  // A key of 4096 bits takes seconds on a busy machine.
}, 60_000);

test.each([
  ['base64 of the file', Buffer.from(rsaKey.text).toString('base64')],
  ['base64 of the file, wrapped', wrapped(Buffer.from(rsaKey.text).toString('base64'), 76)],
  ['literal line breaks', rsaKey.text.replaceAll('\n', '\\n')],
  ['blanks for line breaks', rsaKey.text.replaceAll('\n', ' ')],
  ['a cut-off end', rsaKey.text.slice(0, -200)],
])('a key that was given as %s is masked as it is printed and as the key that it is', (_how, given) => {
  const runner = masker(given);
  const line = rsaKey.text.split('\n')[15] ?? '';
  expect(line).toHaveLength(64);
  expect(runner.mask(`> ${line}`)).toBe('> ***');
  const [first = ''] = given.split('\n').filter((part) => part.length > 60 && !part.startsWith('-----BEGIN'));
  if (first !== '') expect(runner.mask(first)).toMatch(/^\*\*\*/);
});

test('an old encrypted key on one line keeps nothing of its body in sight', () => {
  const old = sampleKeys.find(({ name }) => name.includes('(old)'))?.text ?? '';
  const oneLine = old.replaceAll('\n', ' ');
  const line = bodyText(old).slice(640, 704);
  expect(line).toHaveLength(64);
  expect(masker(oneLine).mask(line)).toBe('***');
});

describe('words', () => {
  test.each([
    ['hunter2!', ['hunter2!']],
    ['  padded word \n', ['padded word']],
    ['two words\r\nand two more', ['two words', 'and two more']],
    ['tiny\nlong enough', ['long enough']],
    ['etcd', []],
    ['', []],
  ])('%j', (secret, words) => {
    const masked = maskForms(secret, 'input').filter((form) => !/^[0-9a-fA-F]+$/.test(form));
    expect(masked).toEqual(words);
  });
});
