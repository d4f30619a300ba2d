import { expect, test } from '@jest/globals';
import { inspectCertificate } from '../../src/pki/inspect.ts';
import { generateKey, privateKeyToPem } from '../../src/pki/keys.ts';
import { openssl, opensslCa } from './openssl.ts';

test("tells of openssl's own certificate what openssl tells of it", async () => {
  const keyPem = privateKeyToPem(await generateKey('ECDSA-P384'));
  const pem = opensslCa({
    keyPem,
    subject: '/O=Corp/CN=ca',
    extensions: [
      'basicConstraints=critical,CA:TRUE,pathlen:0',
      'keyUsage=keyCertSign,cRLSign,decipherOnly',
      'extendedKeyUsage=clientAuth,1.2.3.4',
      'subjectKeyIdentifier=0a:0b',
      'authorityKeyIdentifier=DER:30:04:80:02:0A:0B',
      'subjectAltName=email:a@b.c,DNS:b.c,IP:fd00::1,IP:1.2.3.4',
    ],
  });
  const lines = (args: string[]) => openssl(['x509', '-noout', ...args], pem).trim();
  const info = inspectCertificate(pem);
  expect(info).toMatchObject({
    subject: 'O=Corp, CN=ca',
    issuer: 'O=Corp, CN=ca',
    sans: ['other:[1]', 'DNS:b.c', 'IP:fd00::1', 'IP:1.2.3.4'],
    keyUsages: ['keyCertSign', 'cRLSign', 'decipherOnly'],
    extendedKeyUsages: ['clientAuth', '1.2.3.4'],
    isCa: true,
    subjectKeyIdentifier: '0a0b',
    authorityKeyIdentifier: '0a0b',
    keyAlgorithm: 'ECDSA-P384',
    extensions: [
      { name: 'basicConstraints', critical: true },
      { name: 'keyUsage', critical: false },
      { name: 'extendedKeyUsage', critical: false },
      { name: 'subjectKeyIdentifier', critical: false },
      { name: 'authorityKeyIdentifier', critical: false },
      { name: 'subjectAltName', critical: false },
    ],
  });
  expect(info.serial).toBe(BigInt(lines(['-serial']).replace('serial=', '0x')));
  expect(new Date(lines(['-startdate']).replace('notBefore=', ''))).toEqual(info.notBefore);
  expect(new Date(lines(['-enddate']).replace('notAfter=', ''))).toEqual(info.notAfter);
  expect(lines(['-fingerprint', '-sha256']).split('=')[1]).toBe(info.fingerprint);
  const publicKey = openssl(['pkey', '-pubout'], keyPem).replaceAll(/-----.*-----|\n/g, '');
  const digest = openssl(['dgst', '-sha256', '-r'], Buffer.from(publicKey, 'base64'));
  expect(digest.split(' ')[0]).toBe(info.publicKeySha256);
});

test('refuses text that is not a certificate', () => {
  expect(() => inspectCertificate('')).toThrow();
});
