import { readFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { createAuthority } from '../../src/pki/authority.ts';
import { issueMemberLeaves, leafProfileNames, leafProfiles } from '../../src/pki/leaf.ts';
import type { KeyAlgorithm } from '../../src/pki/keys.ts';
import { verifyLeaf } from '../../src/pki/verify.ts';
import { readAuthority } from '../../src/pki/read-authority.ts';
import { inspectCertificate } from '../../src/pki/inspect.ts';
import { certificateDifferences, subjectKeyIdentifierMethod } from './compare.ts';

// Finding the primes of RSA keys may take long on a busy machine.
jest.setTimeout(60_000);

// Certificates of kubeadm itself, made with the config in their README.
const fixtures = new URL('fixtures/kubeadm-1.34.4/', import.meta.url);
const sets: [folder: string, algorithm: KeyAlgorithm, address: string][] = [
  ['RSA-2048', 'RSA-2048', '10.0.0.6'],
  ['RSA-3072', 'RSA-3072', '10.0.0.6'],
  ['ECDSA-P256', 'ECDSA-P256', '10.0.0.6'],
  ['ECDSA-P384', 'ECDSA-P384', '10.0.0.6'],
  ['RSA-2048-ipv6', 'RSA-2048', 'fd00::0:6'],
];
const serverSans = [
  'etcd.example.com',
  '*.etcd.example.com',
  'fd00::6',
  '010.0.0.9',
  '::ffff:10.1.1.1',
  'a.example.com',
];
// Any time works for ours: durations are compared.
const now = new Date('2027-03-04T05:06:07.890Z');

describe.each(sets)('%s', (folder, algorithm, address) => {
  const golden = (path: string) => readFileSync(new URL(`${folder}/${path}.crt`, fixtures), 'utf8');
  const goldenCa = golden('etcd/ca');
  const memberFor = (profile: string) => ({
    name: ' Infra0 ',
    address,
    extraSans: [address, ...(profile === 'server' ? serverSans : [])],
  });

  test("our certificates equal kubeadm's in every field", async () => {
    const ca = await createAuthority({ algorithm, now });
    const issuerPem = ca.certificatePem;
    const differences = certificateDifferences(
      { certificatePem: ca.certificatePem, issuerPem },
      { certificatePem: goldenCa, issuerPem: goldenCa },
    );
    for (const profile of leafProfileNames) {
      const leaves = await issueMemberLeaves(ca, { member: memberFor(profile), algorithm, now });
      differences.push(
        ...certificateDifferences(
          { certificatePem: leaves[profile].certificatePem, issuerPem },
          { certificatePem: golden(leafProfiles[profile].path), issuerPem: goldenCa },
        ).map((difference) => `${profile}: ${difference}`),
      );
    }
    expect(differences).toEqual([]);
  });

  test("the subject key identifier is made as that kubeadm's Go makes it", async () => {
    expect(subjectKeyIdentifierMethod(goldenCa)).toBe('sha256');
    expect(subjectKeyIdentifierMethod((await createAuthority({ algorithm, now })).certificatePem)).toBe(
      'sha256',
    );
  });

  test("kubeadm's certificates pass our own checks", () => {
    const made = inspectCertificate(goldenCa).notBefore;
    const authority = readAuthority({ name: 'ca.crt', text: goldenCa }, made);
    expect(authority.certificatePem).toBe(goldenCa);
    const findings = leafProfileNames.flatMap((profile) =>
      verifyLeaf(
        { certificatePem: golden(leafProfiles[profile].path) },
        { authority, profile, member: memberFor(profile), now: new Date(made.getTime() + 600_000) },
      ),
    );
    expect(findings).toEqual([]);
  });
});

test('the comparison sees differences, down to the type of a string', async () => {
  const ca = await createAuthority({ algorithm: 'ECDSA-P256', now });
  const request = { algorithm: 'ECDSA-P256', now } as const;
  const issue = (name: string, address: string) =>
    issueMemberLeaves(ca, { ...request, member: { name, address } });
  const [a, b] = await Promise.all([issue('infra0', '10.0.0.6'), issue('infra1', '10.0.0.7')]);
  const compared = (pem: string) => ({ certificatePem: pem, issuerPem: ca.certificatePem });
  const fields = (left: string, right: string) =>
    certificateDifferences(compared(left), compared(right)).map((difference) => difference.split(':')[0]);
  expect(fields(a.server.certificatePem, b.server.certificatePem)).toEqual(['subject', 'subjectAltName']);
  expect(fields(a.server.certificatePem, a.healthcheckClient.certificatePem)).toEqual([
    'subject',
    'extensions',
    'extendedKeyUsage',
    'subjectAltName',
  ]);
  expect(fields(a.server.certificatePem, a.server.certificatePem.replaceAll('\n', '\r\n'))).toEqual(['PEM']);
  const otherCa = await createAuthority({ algorithm: 'ECDSA-P256', now });
  expect(
    certificateDifferences(compared(a.peer.certificatePem), {
      certificatePem: a.peer.certificatePem,
      issuerPem: otherCa.certificatePem,
    }).map((difference) => difference.split(':')[0]),
  ).toEqual(['signature', 'authorityKeyIdentifier']);
});
