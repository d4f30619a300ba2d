import { describe, expect, test } from '@jest/globals';
import { findingOf, findingsOf, settingsOf } from './given.ts';

const input = 'client-certificate-copied';
const hex = 'ab'.repeat(31) + '0f';
const fingerprint = `${'AB:'.repeat(31)}0F`;

describe('renew-before-days', () => {
  test.each([
    ['0', 0],
    ['30', 30],
    ['364', 364],
  ])('%s', (given, days) => {
    expect(settingsOf({ 'renew-before-days': given })).toMatchObject({ renewBeforeDays: days, warnings: [] });
  });

  // A certificate of 90 days has 89 whole days left a second after it was issued.
  test.each([
    ['365', '365', 30],
    ['3650', '365', 30],
    ['90', '90', 30],
    ['30', '20', 6],
    ['1', '1', 0],
  ])('refuses %s for certificates of %s days: every run would reissue all of them', (given, days, better) => {
    const inputs = { 'renew-before-days': given, 'certificate-validity-days': days };
    expect(findingOf(inputs)).toEqual({
      code: 'validity-conflict',
      at: 'renew-before-days',
      fact: `certificates are valid for ${days} days (certificate-validity-days): with ${given} every run would reissue all of them.`,
      fix: `choose fewer days, at most a third of the validity: renew-before-days: ${better}.`,
    });
    expect(settingsOf({ ...inputs, 'renew-before-days': `${better}` }).renewBeforeDays).toBe(better);
  });

  test('89 for certificates of 90 days', () => {
    const settings = settingsOf({ 'renew-before-days': '89', 'certificate-validity-days': '90' });
    expect(settings.renewBeforeDays).toBe(89);
  });

  test.each(['-1', '3651', '1.5', '30d', 'never'])('refuses %s', (given) => {
    expect(findingOf({ 'renew-before-days': given })).toMatchObject({
      at: 'renew-before-days',
      fact: `"${given}" is not a whole number from 0 to 3650.`,
      fix: expect.stringContaining('renew-before-days: 30'),
    });
  });
});

describe('client-certificate-copied', () => {
  test.each([hex, hex.toUpperCase(), fingerprint, fingerprint.toLowerCase()])('%s', (given) => {
    expect(settingsOf({ [input]: given }).copiedClientCertificates).toEqual([fingerprint]);
  });

  test('several, each once, in their order', () => {
    const other = `${'00:'.repeat(31)}00`;
    const text = `${other}, ${hex}\n# the same again\n${fingerprint}`;
    expect(settingsOf({ [input]: text }).copiedClientCertificates).toEqual([other, fingerprint]);
  });

  test('none', () => {
    expect(settingsOf({ [input]: '' }).copiedClientCertificates).toEqual([]);
  });

  test('refuses a fingerprint of SHA-1, which openssl shows by default', () => {
    const sha1 = `${'AB:'.repeat(19)}AB`;
    expect(findingOf({ [input]: sha1 })).toEqual({
      code: 'value-malformed',
      at: `${input}, entry 1`,
      fact: 'the fingerprint has 40 hex digits; one of SHA-256 has 64.',
      cause: 'it is the SHA-1 fingerprint, which openssl shows by default.',
      fix: expect.stringMatching(/openssl x509 .*-sha256 .*apiserver-etcd-client\.crt .* for example /),
    });
  });

  test.each([
    ['true', 'is not the fingerprint'],
    [`sha256 Fingerprint=${fingerprint}`, 'is not the fingerprint'],
    ['/etc/kubernetes/pki/apiserver-etcd-client.crt', 'is not the fingerprint'],
    [`${fingerprint}:`, 'is not the fingerprint'],
    [hex.replace('0f', '0g'), 'is not the fingerprint'],
    [`A:B${fingerprint.slice(3)}`, 'is not the fingerprint'],
    [hex.slice(2), 'has 62 hex digits'],
    [`${hex}00`, 'has 66 hex digits'],
  ])('refuses %s', (given, fact) => {
    expect(findingOf({ [input]: given }).fact).toContain(fact);
  });

  test('every bad one is reported with its place', () => {
    expect(findingsOf({ [input]: `${hex}\nx\ny` }).map(({ at }) => at)).toEqual([
      `${input}, line 2`,
      `${input}, line 3`,
    ]);
  });
});
