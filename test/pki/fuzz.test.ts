import { describe, expect, test } from '@jest/globals';
import { createAuthority } from '../../src/pki/authority.ts';
import { certificateEnd } from '../../src/pki/inspect.ts';
import { issueMemberLeaves, leafProfileNames } from '../../src/pki/leaf.ts';
import { decodePem, encodePem } from '../../src/pki/pem.ts';
import { AuthorityError, readAuthority, readSigningAuthority } from '../../src/pki/read-authority.ts';
import { verifyLeaf } from '../../src/pki/verify.ts';
import { bodyPieces, numbers, oneOf, overlong, spoiled, spoiledBytes, tooSlow } from '../fuzz.ts';
import { caCertificate, caKey, now } from './custom-ca.ts';
import { opensslCa } from './openssl.ts';

const LONG_PIECES = [
  '-----BEGIN A-----\n',
  '-----BEGIN ',
  '-----END A',
  '-----',
  '\n',
  ' ',
  'A',
  '=',
  ':',
  '\t',
];

const algorithm = 'ECDSA-P256';
const member = { name: 'infra0', address: '10.0.0.6' };
const rsa = await createAuthority({ algorithm: 'RSA-2048', now });
const made = await createAuthority({ algorithm, now });
const leaves = await issueMemberLeaves(made, { member, algorithm, now });
/** A certificate with every parsed part, by openssl. */
const brought = opensslCa({
  keyPem: made.keyPem,
  subject: '/O=Example/CN=etcd-ca',
  extensions: [
    'basicConstraints=critical,CA:TRUE,pathlen:0',
    'keyUsage=critical,keyCertSign,cRLSign',
    'extendedKeyUsage=serverAuth,clientAuth',
    'subjectKeyIdentifier=hash',
    'nameConstraints=critical,permitted;IP:10.0.0.0/255.0.0.0,permitted;DNS:infra0,excluded;email:example.com',
  ],
});
const certificates = [rsa.certificatePem, made.certificatePem, brought, brought + made.certificatePem];

/** Returns the PEM text with a fault in it, or in its bytes. */
function spoiledPem(pem: string, random: () => number): string {
  if (random() < 0.4) return spoiled(pem, random);
  return decodePem(pem)
    .map(({ type, bytes }) => encodePem(type, spoiledBytes(bytes, random)))
    .join('');
}

describe.each([1, 2, 3, 4])('whatever is given (seed %d)', (seed) => {
  test('a CA is read or refused, and no refusal tells anything of its key', () => {
    const random = numbers(seed);
    let refused = 0;
    for (let time = 0; time < 400; time += 1) {
      const pair = random() < 0.5 ? rsa : made;
      const isKeySpoiled = random() < 0.5;
      const certificate = isKeySpoiled
        ? pair.certificatePem
        : spoiledPem(oneOf(certificates, random), random);
      const key = isKeySpoiled ? spoiledPem(pair.keyPem, random) : pair.keyPem;
      try {
        expect(readSigningAuthority(caCertificate(certificate), caKey(key), now).fingerprint).toMatch(
          /^[0-9A-F:]{95}$/,
        );
        readAuthority(caCertificate(certificate), now);
      } catch (error) {
        if (!(error instanceof AuthorityError)) throw error;
        refused += 1;
        for (const { at } of error.reasons) expect(['ca-certificate', 'ca-key']).toContain(at);
        for (const piece of bodyPieces(key)) expect(error.message).not.toContain(piece);
      }
    }
    expect(refused).toBeGreaterThan(200);
  });

  test('a certificate of a host is good, or has findings', () => {
    const random = numbers(seed);
    let bad = 0;
    for (let time = 0; time < 400; time += 1) {
      const profile = oneOf(leafProfileNames, random);
      const { certificatePem, keyPem } = leaves[profile];
      const certificate = spoiledPem(certificatePem, random);
      const key = random() < 0.5 ? keyPem : spoiledPem(keyPem, random);
      const expected = { authority: made, profile, member, now };
      const findings = verifyLeaf({ certificatePem: certificate, keyPem: key }, expected);
      bad += findings.length > 0 ? 1 : 0;
      for (const piece of bodyPieces(key)) expect(findings.join('\n')).not.toContain(piece);
      expect(certificateEnd(certificate)?.getTime()).not.toBeNaN();
    }
    expect(bad).toBeGreaterThan(200);
  });
});

test('as much PEM as an input can hold takes no time', () => {
  const read = (text: string): unknown => decodePem(text);
  expect(tooSlow(overlong(LONG_PIECES), read)).toEqual([]);
}, 120_000);
