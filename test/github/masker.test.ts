import { describe, expect, test } from '@jest/globals';
import { SecretMasker } from './masker.ts';

function maskerFor(...masks: string[]): SecretMasker {
  const masker = new SecretMasker();
  for (const mask of masks) masker.addMask(mask);
  return masker;
}

/** Shaped like a private key, not one: lines of 70 and a short last line. */
const BODY = ['b3BlbnNzaC1rZXktdjEA'.repeat(4).slice(0, 70), 'QyNTUxOQAAACBw'.repeat(5), 'AAAAB3Nza=='];
const KEY = ['-----BEGIN EXAMPLE-----', ...BODY, '-----END EXAMPLE-----'].join('\n');

describe('masked text', () => {
  const secret = `p&+a"s's<w>o/r+d p@ß`;
  test.each([
    ['as it is', secret],
    ['JSON', JSON.stringify(secret)],
    ['in a double-quoted argument', secret.replaceAll('"', '\\"')],
    ['in an expression string', secret.replaceAll("'", "''")],
    ['in a URL', 'p%26%2Ba%22s%27s%3Cw%3Eo%2Fr%2Bd%20p%40%C3%9F'],
    ['in XML', 'p&amp;+a&quot;s&apos;s&lt;w&gt;o/r+d p@ß'],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64 for URLs', Buffer.from(secret).toString('base64url')],
    ['base64 behind one byte', Buffer.from(`:${secret}`).toString('base64')],
    ['base64 behind two bytes', Buffer.from(`u:${secret}`).toString('base64')],
  ])('%s', (_form, shown) => {
    const masked = maskerFor(secret).mask(`before ${shown} after`);
    expect(masked).toMatch(/^before .{0,4}\*\*\*.{0,4} after$/);
  });

  test('the two halves that PowerShell makes of a secret with &+', () => {
    const masker = maskerFor('first-part&+second-part');
    expect(masker.mask('first-part&+')).toBe('***');
    expect(masker.mask('econd-part')).toBe('***');
    expect(maskerFor('a&+b').mask('a&+ b')).toBe('a&+ b');
  });

  test('what stands between quotes, when the secret itself is quoted', () => {
    expect(maskerFor('"long enough"').mask('long enough')).toBe('***');
    expect(maskerFor('"short"').mask('short')).toBe('short');
  });

  test('every line of a value, trimmed, however short', () => {
    const masker = maskerFor(`  ${KEY}\r\n\n  x9  \n`);
    for (const line of [...BODY, 'x9']) expect(masker.mask(`> ${line} <`)).toBe('> *** <');
  });

  test('a body joined on one line becomes one mark: touching secrets are merged', () => {
    expect(maskerFor(KEY).mask(`key: ${BODY.join('')}.`)).toBe('key: ***.');
  });

  test('overlapping secrets, in any order of registration', () => {
    expect(maskerFor('abcd', 'cdef').mask('-abcdef-')).toBe('-***-');
    expect(maskerFor('cdef', 'abcd').mask('-abcdef-')).toBe('-***-');
  });

  test('a secret that repeats inside itself', () => {
    expect(maskerFor('aba').mask('xababax')).toBe('x***x');
  });
});

// These are gaps of GitHub's masker: a stand-in without them would hide leaks of the action.
describe('what GitHub does not mask, and so is not masked here', () => {
  test.each([
    ['hex', Buffer.from(KEY).toString('hex')],
    ['a line cut in its middle', BODY[0]?.slice(0, 64) ?? ''],
    ['the body wrapped at another width', BODY.join('').slice(5, 69)],
  ])('%s', (_form, shown) => {
    expect(maskerFor(KEY).mask(shown)).toBe(shown);
  });
});

describe('registering', () => {
  test('a repository secret is trimmed first, a mask is not', () => {
    const masker = new SecretMasker();
    masker.addSecret('  hunter2 \n');
    expect(masker.values).toEqual(['hunter2']);
    expect(maskerFor('  hunter2 ').values).toEqual(['  hunter2 ', 'hunter2']);
  });

  test('an empty value masks nothing', () => {
    expect(maskerFor('').mask('text')).toBe('text');
    expect(maskerFor('').values).toEqual([]);
  });

  test('values are listed once', () => {
    expect(maskerFor('one\ntwo', 'two').values).toEqual(['one\ntwo', 'one', 'two']);
  });

  test('a text is withheld as a job output when masking changes it', () => {
    const masker = maskerFor('2379');
    expect(masker.isRevealedBy('https://10.0.0.1:2379')).toBe(true);
    expect(masker.isRevealedBy('https://10.0.0.1:2380')).toBe(false);
  });
});
