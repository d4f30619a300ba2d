import { describe, expect, test } from '@jest/globals';
import { authorityOf, createAuthority } from '../../src/pki/authority.ts';
import { generateKey } from '../../src/pki/keys.ts';
import { issueMemberLeaves, type LeafProfileName, leafProfileNames } from '../../src/pki/leaf.ts';
import { verifyLeaf, type LeafExpectation } from '../../src/pki/verify.ts';
import { customCa } from './custom-ca.ts';

const now = new Date('2026-06-01T12:34:56Z');
const member = { name: 'infra0', address: '10.0.0.6' };
const algorithm = 'ECDSA-P256';

const authority = await createAuthority({ algorithm, now });
const leaves = await issueMemberLeaves(authority, { member, algorithm, now });
const expected = (profile: LeafProfileName, change: Partial<LeafExpectation> = {}): LeafExpectation => ({
  authority,
  profile,
  member,
  now,
  ...change,
});

test.each(leafProfileNames)('a new %s has no findings', (profile) => {
  expect(verifyLeaf(leaves[profile], expected(profile))).toEqual([]);
});

describe('findings', () => {
  const later = (iso: string) => ({ now: new Date(iso) });

  test('expired, and the second before', () => {
    expect(verifyLeaf(leaves.server, expected('server', later('2027-06-01T12:34:56Z')))).toEqual([]);
    expect(verifyLeaf(leaves.server, expected('server', later('2027-06-01T12:34:57Z')))).toEqual([
      'etcd/server.crt expired on 2027-06-01T12:34:56.000Z',
    ]);
  });

  test('not yet valid', () => {
    expect(verifyLeaf(leaves.peer, expected('peer', later('2026-06-01T12:29:55Z')))).toEqual([
      'etcd/peer.crt is not valid before 2026-06-01T12:29:56.000Z',
    ]);
  });

  test('signed by another CA of the same name', async () => {
    const other = await createAuthority({ algorithm, now });
    expect(verifyLeaf(leaves.server, expected('server', { authority: other }))).toEqual([
      `etcd/server.crt was not signed by this cluster's CA (SHA-256 ${other.fingerprint}) but by another one of the same name`,
    ]);
  });

  test('issued by a CA of another name', async () => {
    const other = authorityOf(customCa(await generateKey(algorithm)));
    expect(verifyLeaf(leaves.server, expected('server', { authority: other }))).toEqual([
      'etcd/server.crt was issued by "CN=etcd-ca", not by this cluster\'s CA "CN=brought-ca"',
    ]);
  });

  test('another key, an unreadable key', () => {
    const { certificatePem } = leaves.server;
    expect(verifyLeaf({ certificatePem, keyPem: leaves.peer.keyPem }, expected('server'))).toEqual([
      'etcd/server.key does not belong to its certificate',
    ]);
    expect(verifyLeaf({ certificatePem, keyPem: '' }, expected('server'))).toEqual([
      expect.stringMatching(/^etcd\/server\.key is not a readable private key/),
    ]);
    expect(verifyLeaf({ certificatePem }, expected('server'))).toEqual([]);
  });

  test('another file in its place', () => {
    expect(verifyLeaf(leaves.apiserverEtcdClient, expected('server'))).toEqual([
      'etcd/server.crt lacks the extended key usage serverAuth',
      'etcd/server.crt does not name DNS:infra0, DNS:localhost, IP:10.0.0.6, IP:127.0.0.1, IP:::1 (it names )',
    ]);
  });

  test('another member, or an extra name that the certificate does not have', () => {
    const other = { name: 'infra0', address: '10.0.0.7', extraSans: ['fd00:0::7'] };
    expect(verifyLeaf(leaves.peer, expected('peer', { member: other }))).toEqual([
      'etcd/peer.crt does not name IP:10.0.0.7, IP:fd00::7 (it names DNS:infra0, DNS:localhost, IP:10.0.0.6, IP:127.0.0.1, IP:::1)',
    ]);
  });

  test('no certificate at all', () => {
    expect(verifyLeaf({ certificatePem: '' }, expected('apiserverEtcdClient'))).toEqual([
      expect.stringMatching(/^apiserver-etcd-client\.crt is not a readable certificate/),
    ]);
  });

  test('several at once', () => {
    const found = verifyLeaf(
      { certificatePem: leaves.healthcheckClient.certificatePem, keyPem: leaves.peer.keyPem },
      expected('peer', later('2028-01-01T00:00:00Z')),
    );
    expect(found).toHaveLength(4);
  });
});
