import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, jest, test } from '@jest/globals';
import { createAuthority, type SigningAuthority } from '../../src/pki/authority.ts';
import { inspectCertificate } from '../../src/pki/inspect.ts';
import { generateKey, keyAlgorithms, privateKeyToPem, type KeyAlgorithm } from '../../src/pki/keys.ts';
import { issueLeaf, issueMemberLeaves, leafProfileNames } from '../../src/pki/leaf.ts';
import { readSigningAuthority } from '../../src/pki/read-authority.ts';
import { verifyLeaf } from '../../src/pki/verify.ts';
import { caCertificate, caKey } from './custom-ca.ts';
import { openssl, opensslCa, opensslVerify } from './openssl.ts';

// Finding the primes of RSA keys may take long on a busy machine.
jest.setTimeout(60_000);

// openssl verify uses the machine's clock, so these are issued now.
const now = new Date();
const member = { name: 'controlplane', address: '172.30.1.2' };

/** Returns the lines of `openssl x509 -text` about the purpose, in their order. */
function opensslText(pem: string): string[] {
  const leftOut = 'no_pubkey,no_sigdump,no_serial,no_validity';
  return openssl(['x509', '-noout', '-text', '-nameopt', 'RFC2253', '-certopt', leftOut], pem)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^([0-9A-F]{2}:)+[0-9A-F]{2}$/.test(line));
}

describe('as OpenSSL reads them, a kubeadm 1.34.1 cluster has', () => {
  test('a CA', async () => {
    const ca = await createAuthority({ algorithm: 'RSA-2048', now, serial: 0x2fen });
    expect(opensslText(ca.certificatePem)).toEqual([
      'Certificate:',
      'Data:',
      'Version: 3 (0x2)',
      'Signature Algorithm: sha256WithRSAEncryption',
      'Issuer: CN=etcd-ca',
      'Subject: CN=etcd-ca',
      'X509v3 extensions:',
      'X509v3 Key Usage: critical',
      'Digital Signature, Key Encipherment, Certificate Sign',
      'X509v3 Basic Constraints: critical',
      'CA:TRUE',
      'X509v3 Subject Key Identifier:',
      'X509v3 Subject Alternative Name:',
      'DNS:etcd-ca',
    ]);
    expect(inspectCertificate(ca.certificatePem).serial).toBe(0x2fen);
    const fingerprint = openssl(['x509', '-noout', '-fingerprint', '-sha256'], ca.certificatePem);
    expect(fingerprint.trim().split('=')[1]).toBe(ca.fingerprint);
  });

  test('a server certificate', async () => {
    const ca = await createAuthority({ algorithm: 'RSA-2048', now });
    const leaf = await issueLeaf(ca, 'server', { member, algorithm: 'RSA-2048', now });
    expect(opensslText(leaf.certificatePem)).toEqual([
      'Certificate:',
      'Data:',
      'Version: 3 (0x2)',
      'Signature Algorithm: sha256WithRSAEncryption',
      'Issuer: CN=etcd-ca',
      'Subject: CN=controlplane',
      'X509v3 extensions:',
      'X509v3 Key Usage: critical',
      'Digital Signature, Key Encipherment',
      'X509v3 Extended Key Usage:',
      'TLS Web Server Authentication, TLS Web Client Authentication',
      'X509v3 Basic Constraints: critical',
      'CA:FALSE',
      'X509v3 Authority Key Identifier:',
      'X509v3 Subject Alternative Name:',
      'DNS:controlplane, DNS:localhost, IP Address:172.30.1.2, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    ]);
  });

  test.each([
    ['healthcheckClient', 'kube-etcd-healthcheck-client'],
    ['apiserverEtcdClient', 'kube-apiserver-etcd-client'],
  ] as const)('%s: a client only, without names', async (profile, commonName) => {
    const ca = await createAuthority({ algorithm: 'ECDSA-P256', now });
    const leaf = await issueLeaf(ca, profile, { member, algorithm: 'ECDSA-P256', now });
    expect(inspectCertificate(leaf.certificatePem)).toMatchObject({
      subject: `CN=${commonName}`,
      extendedKeyUsages: ['clientAuth'],
      sans: [],
      isCa: false,
    });
  });
});

describe('every key algorithm of CA and leaf together', () => {
  const signatures: Record<KeyAlgorithm, string> = {
    'RSA-2048': 'sha256WithRsa',
    'RSA-3072': 'sha256WithRsa',
    'RSA-4096': 'sha256WithRsa',
    'ECDSA-P256': 'ecdsaWithSha256',
    'ECDSA-P384': 'ecdsaWithSha384',
  };
  // Every algorithm for CA and leaf, with each family; not all pairs, because RSA-4096 keys take long.
  const pairs = keyAlgorithms.flatMap((ca) =>
    keyAlgorithms
      .filter((leaf) => ca === 'RSA-2048' || leaf === 'RSA-2048' || leaf === 'ECDSA-P256')
      .map((leaf) => [ca, leaf] as const),
  );
  const authorities = new Map(
    keyAlgorithms.map((algorithm) => [algorithm, createAuthority({ algorithm, now })] as const),
  );
  test.each(pairs)('%s signs %s', async (caAlgorithm, leafAlgorithm) => {
    const ca = await authorities.get(caAlgorithm);
    if (ca === undefined) throw new Error('no CA');
    const leaf = await issueLeaf(ca, 'server', { member, algorithm: leafAlgorithm, now });
    const info = inspectCertificate(leaf.certificatePem);
    expect(info.keyAlgorithm).toBe(leafAlgorithm);
    // The digest follows the signer's key.
    expect(info.signatureAlgorithm).toBe(signatures[caAlgorithm]);
    expect(opensslVerify(leaf.certificatePem, ca.certificatePem, 'sslserver')).toBe('ok');
    expect(opensslVerify(leaf.certificatePem, ca.certificatePem, 'sslclient')).toBe('ok');
    expect(leaf.certificate.checkPrivateKey(createPrivateKey(leaf.keyPem))).toBe(true);
  });
});

describe('a CA that openssl made', () => {
  const brought = async (algorithm: KeyAlgorithm, subject: string, extensions: readonly string[]) => {
    const keyPem = privateKeyToPem(await generateKey(algorithm));
    const text = opensslCa({ keyPem, subject, extensions });
    return readSigningAuthority(caCertificate(text), caKey(keyPem), new Date(Date.now() + 1000));
  };
  const issue = (ca: SigningAuthority) =>
    issueLeaf(ca, 'server', { member, algorithm: 'ECDSA-P256', now: new Date() });

  test('its own subject key identifier is copied, not computed', async () => {
    const ca = await brought('RSA-2048', '/CN=corp', [
      'basicConstraints=critical,CA:TRUE',
      'keyUsage=critical,keyCertSign',
      'subjectKeyIdentifier=01:02:03',
    ]);
    const leaf = await issue(ca);
    expect(inspectCertificate(leaf.certificatePem).authorityKeyIdentifier).toBe('010203');
    expect(opensslVerify(leaf.certificatePem, ca.certificatePem, 'sslserver')).toBe('ok');
  });

  test('without one, leaves have no authority key identifier, as with Go', async () => {
    const ca = await brought('ECDSA-P384', '/CN=corp', [
      'basicConstraints=critical,CA:TRUE',
      'subjectKeyIdentifier=none',
    ]);
    const leaf = await issue(ca);
    expect(inspectCertificate(leaf.certificatePem).extensions.map(({ name }) => name)).toEqual([
      'keyUsage',
      'extendedKeyUsage',
      'basicConstraints',
      'subjectAltName',
    ]);
    const expected = { authority: ca, profile: 'server', member, now: new Date() } as const;
    expect(verifyLeaf(leaf, expected)).toEqual([]);
  });

  test('a subject of several parts and other alphabets is copied byte for byte', async () => {
    const ca = await brought('ECDSA-P256', '/C=UA/O=Пошта & Co/CN=my ca', [
      'basicConstraints=critical,CA:TRUE,pathlen:0',
      'keyUsage=critical,keyCertSign',
    ]);
    const leaf = await issue(ca);
    expect(inspectCertificate(leaf.certificatePem).issuer).toBe('C=UA, O=Пошта & Co, CN=my ca');
    expect(opensslVerify(leaf.certificatePem, ca.certificatePem, 'sslclient')).toBe('ok');
  });
});

test('a member named like the CA is refused: its certificate would look self-signed', async () => {
  const ca = await createAuthority({ algorithm: 'ECDSA-P256', now });
  const request = { member: { name: 'etcd-ca', address: '10.0.0.6' }, algorithm: 'ECDSA-P256', now } as const;
  await expect(issueLeaf(ca, 'peer', request)).rejects.toThrow('would look self-signed');
});

test('a set has four certificates with four keys and four serial numbers', async () => {
  const ca = await createAuthority({ algorithm: 'ECDSA-P256', now });
  const leaves = await issueMemberLeaves(ca, { member, algorithm: 'ECDSA-P256', now });
  expect(Object.keys(leaves)).toEqual([...leafProfileNames]);
  const infos = Object.values(leaves).map(({ certificatePem }) => inspectCertificate(certificatePem));
  expect(new Set(infos.map(({ serial }) => serial)).size).toBe(4);
  expect(new Set(infos.map(({ publicKeySha256 }) => publicKeySha256)).size).toBe(4);
});

test('from 2040 on a new CA ends in a GeneralizedTime, and both OpenSSL and node read it', async () => {
  const late = new Date('2040-05-06T07:08:09.999Z');
  const ca = await createAuthority({ algorithm: 'ECDSA-P256', now: late });
  expect(openssl(['x509', '-noout', '-enddate'], ca.certificatePem).trim()).toBe(
    'notAfter=May  4 07:08:09 2050 GMT',
  );
  expect(new X509Certificate(ca.certificatePem).validToDate).toEqual(new Date('2050-05-04T07:08:09Z'));
  expect(openssl(['asn1parse'], ca.certificatePem)).toMatch(
    /UTCTIME.*400506070309Z[\s\S]*GENERALIZEDTIME.*20500504070809Z/,
  );
});
