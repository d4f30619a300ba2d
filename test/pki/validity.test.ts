import { describe, expect, test } from '@jest/globals';
import { daysLeft, KUBEADM_AUTHORITY_DAYS, KUBEADM_LEAF_DAYS, validity } from '../../src/pki/certificate.ts';

const now = new Date('2025-11-17T19:09:09Z');

describe('validity', () => {
  // The dates of a cluster that kubeadm 1.34.1 created at this time.
  test('a leaf', () => {
    expect(validity(now, KUBEADM_LEAF_DAYS)).toEqual({
      notBefore: new Date('2025-11-17T19:04:09Z'),
      notAfter: new Date('2026-11-17T19:09:09Z'),
    });
  });

  test('a CA', () => {
    expect(validity(now, KUBEADM_AUTHORITY_DAYS).notAfter).toEqual(new Date('2035-11-15T19:09:09Z'));
  });
});

describe('daysLeft', () => {
  test.each([
    ['2025-11-18T19:09:08Z', 0],
    ['2025-11-18T19:09:09Z', 1],
    ['2026-11-17T19:09:09Z', 365],
    ['2025-11-17T19:09:08Z', -1],
  ])('until %s: %d', (notAfter, days) => {
    expect(daysLeft(new Date(notAfter), now)).toBe(days);
  });
});
