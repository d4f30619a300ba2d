import { expect, test } from '@jest/globals';
import { createAuthority } from '../../src/pki/authority.ts';
import { issueMemberLeaves } from '../../src/pki/leaf.ts';
import { certificateReports, firstToExpire } from '../../src/report/run-report.ts';

const made = new Date('2026-11-23T17:00:00Z');

test('the certificates of a host in words; all other files are skipped', async () => {
  const authority = await createAuthority({ algorithm: 'ECDSA-P256', now: made });
  const member = { name: 'infra0', address: '10.0.0.6' };
  const leaves = await issueMemberLeaves(authority, { member, algorithm: 'ECDSA-P256', now: made });
  const files = new Map([
    ['/etc/kubernetes/pki/etcd/ca.crt', authority.certificatePem],
    ['/etc/kubernetes/pki/etcd/server.crt', leaves.server.certificatePem],
    ['/etc/kubernetes/pki/etcd/peer.crt', 'damaged'],
    ['/etc/kubernetes/manifests/etcd.yaml', 'kind: Pod'],
  ]);
  const now = new Date('2026-11-24T18:00:00Z');
  const reports = certificateReports(new Map([['infra0', files]]), now);
  expect(reports).toEqual([
    {
      host: 'infra0',
      path: '/etc/kubernetes/pki/etcd/ca.crt',
      subject: 'CN=etcd-ca',
      isCa: true,
      notAfter: '2036-11-20T17:00:00.000Z',
      daysLeft: 3648,
      fingerprint: authority.fingerprint,
    },
    expect.objectContaining({
      subject: 'CN=infra0',
      isCa: false,
      notAfter: '2027-11-23T17:00:00.000Z',
      daysLeft: 363,
    }),
  ]);
  expect(firstToExpire(reports)?.subject).toBe('CN=infra0');
  expect(firstToExpire(reports.slice(0, 0))).toBeUndefined();
});

test('an expired certificate has fewer than no days left', async () => {
  const { certificatePem } = await createAuthority({ algorithm: 'ECDSA-P256', now: made });
  const files = new Map([['/etc/kubernetes/pki/etcd/ca.crt', certificatePem]]);
  const [report] = certificateReports(new Map([['infra0', files]]), new Date('2036-11-20T17:00:01Z'));
  expect(report?.daysLeft).toBe(-1);
});
