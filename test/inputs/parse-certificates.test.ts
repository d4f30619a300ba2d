import { describe, expect, test } from '@jest/globals';
import { createAuthority } from '../../src/pki/authority.ts';
import { findingOf, run, settingsOf } from './given.ts';

describe('how long certificates are valid', () => {
  test.each([
    ['certificate-validity-days', 'leafDays', 365],
    ['ca-validity-days', 'authorityDays', 3650],
  ] as const)("%s: kubeadm's own where nothing is said", (_input, field, days) => {
    expect(settingsOf({}).certificates[field]).toBe(days);
  });

  test('more than kubeadm recommends, with a warning as kubeadm has it', () => {
    const { certificates, warnings } = settingsOf({
      'certificate-validity-days': '366',
      'ca-validity-days': '3651',
    });
    expect(certificates).toMatchObject({ leafDays: 366, authorityDays: 3651 });
    expect(warnings.map(({ at, fact }) => [at, fact])).toEqual([
      ['certificate-validity-days', expect.stringContaining('longer than the 365 that kubeadm recommends')],
      ['ca-validity-days', expect.stringContaining('longer than the 3650 that kubeadm recommends')],
    ]);
  });

  test.each([
    ['certificate-validity-days', '0', '1 to 3650'],
    ['certificate-validity-days', '3651', '1 to 3650'],
    ['certificate-validity-days', '90d', '1 to 3650'],
    ['ca-validity-days', '1', '2 to 36500'],
    ['ca-validity-days', '36501', '2 to 36500'],
  ])('refuses %s: %s', (at, given, range) => {
    const inputs = { [at]: given, 'renew-before-days': '0' };
    expect(findingOf(inputs)).toMatchObject({ at, fact: expect.stringContaining(range) });
  });

  test.each([
    ['365', 3650, 37],
    ['100', 3650, 10],
  ])('a CA of %s days that is to sign certificates of 365', (given, authority, leaf) => {
    const finding = findingOf({ 'ca-validity-days': given });
    expect(finding).toEqual({
      code: 'validity-conflict',
      at: 'ca-validity-days',
      fact: `a CA of ${given} days cannot sign certificates that are valid for 365 days (certificate-validity-days): they would end after it.`,
      fix: `let the CA outlive some renewals: ca-validity-days: ${authority}, or certificate-validity-days: ${leaf}.`,
    });
    const mended = {
      'ca-validity-days': given,
      'certificate-validity-days': `${leaf}`,
      'renew-before-days': '1',
    };
    expect(settingsOf(mended).certificates).toMatchObject({ leafDays: leaf });
  });

  test('a CA that is brought has its own end, which is compared when something is to be issued', async () => {
    const { certificatePem, keyPem } = await createAuthority({
      algorithm: 'ECDSA-P256',
      now: run.now,
      days: 40,
    });
    const settings = settingsOf({
      'ca-certificate': certificatePem,
      'ca-key': keyPem,
      'ca-validity-days': '100',
    });
    expect(settings.certificates).toMatchObject({ leafDays: 365, authorityDays: 100 });
  });
});

describe('extra-sans', () => {
  const sans = (text: string): readonly string[] => settingsOf({ 'extra-sans': text }).certificates.extraSans;

  test('names, wildcards and addresses of both families, one form for each', () => {
    expect(
      sans('*.etcd.example.com, etcd\nfd00:0::0006 # the balancer\n10.0.0.100, ::ffff:10.0.0.9'),
    ).toEqual(['*.etcd.example.com', '10.0.0.100', '10.0.0.9', 'etcd', 'fd00::6']);
  });

  test("each once, and in an order that is not the user's: another order is no change", () => {
    expect(sans('b.example.com, a.example.com, fd00::6, FD00:0:0::6, b.example.com')).toEqual(
      sans('fd00::6\na.example.com\nb.example.com'),
    );
  });

  test.each([
    ['Etcd.example.com', 'it has capital letters.'],
    ['https://etcd.example.com', 'it is a URL.'],
    ['[fd00::6]', 'it has brackets or a port, which certificates cannot hold.'],
    ['etcd.example.com:2379', 'it has brackets or a port, which certificates cannot hold.'],
    ['etcd*.example.com', 'a wildcard can only be the whole first label.'],
    ['*', 'a wildcard can only be the whole first label.'],
    ['etcd_1.example.com', undefined],
    ['etcd.example.com.', undefined],
    ['10.0.0.0/24', undefined],
    [`${'a'.repeat(250)}.com`, undefined],
  ])('refuses %s', (text, cause) => {
    const finding = findingOf({ 'extra-sans': `10.0.0.100\n${text}` });
    expect(finding).toMatchObject({
      at: 'extra-sans, line 2',
      fact: expect.stringContaining(
        'is neither an IP address nor a DNS name that kubeadm accepts in a certificate.',
      ),
      fix: expect.stringContaining('extra-sans: etcd.example.com'),
    });
    expect(finding.cause).toBe(cause);
  });
});
