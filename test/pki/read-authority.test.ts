import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { describeFinding } from '../../src/findings.ts';
import { encode, explicit, implicit, octetString, oids, sequence } from '../../src/pki/asn1.ts';
import { basicConstraints, extendedKeyUsage, keyUsage } from '../../src/pki/structure.ts';
import { privateKeyToPem } from '../../src/pki/keys.ts';
import { encodePem } from '../../src/pki/pem.ts';
import {
  AuthorityError,
  readAuthority,
  readAuthorityOfHost,
  readSigningAuthority,
} from '../../src/pki/read-authority.ts';
import { caCertificate, caKey, customCa, now } from './custom-ca.ts';
import { opensslCa } from './openssl.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const smallRsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const bitcoin = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;

const good = customCa(ec);
const goodKey = privateKeyToPem(ec);
const encrypted = { format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;

function pkcs8(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function findings(certificate: string, key?: string, at = now): readonly string[] {
  try {
    if (key === undefined) readAuthority(caCertificate(certificate), at);
    else readSigningAuthority(caCertificate(certificate), caKey(key), at);
    return [];
  } catch (error) {
    if (error instanceof AuthorityError) return error.reasons.map(describeFinding);
    throw error;
  }
}

describe('certificate', () => {
  const refusals: [what: string, pem: string, finding: RegExp][] = [
    ['empty', '', /^ca-certificate: It is not PEM\..*openssl x509 -inform der/],
    ['a path', '/etc/kubernetes/pki/etcd/ca.crt', /^ca-certificate: It is not PEM\./],
    ['base64 of PEM', Buffer.from(good).toString('base64'), /^ca-certificate: It is not PEM\./],
    [
      'lost line breaks',
      good.replaceAll('\n', ' '),
      /BEGIN line but no complete PEM block.*line breaks were lost/,
    ],
    ['literal \\n', good.replaceAll('\n', '\\n'), /line breaks were lost/],
    ['cut off', good.slice(0, 200), /its end was cut off/],
    ['a key', goodKey, /It contains a private key \(EC PRIVATE KEY\).*swapped/],
    ['certificate and key', good + goodKey, /It contains a private key/],
    [
      'a request',
      encodePem('CERTIFICATE REQUEST', Buffer.alloc(9)),
      /It contains no CERTIFICATE but: CERTIFICATE REQUEST/,
    ],
    ['garbage', encodePem('CERTIFICATE', Buffer.from('garbage')), /The certificate cannot be read \(.+\)/],
    [
      'expired',
      customCa(ec, { notAfter: new Date('2026-05-31T00:00:00Z') }),
      /expired on 2026-05-31T00:00:00.000Z/,
    ],
    [
      'not yet valid',
      customCa(ec, { notBefore: new Date('2026-07-01T00:00:00Z') }),
      /not valid before 2026-07-01.*clock/,
    ],
    ['a short RSA key', customCa(smallRsa), /Its key is of type RSA-1024; OpenSSL 3 refuses/],
    ...(
      [
        [
          'a leaf',
          oids.basicConstraints,
          basicConstraints({ isCa: false }),
          /It is not the certificate of a CA/,
        ],
        ['no basic constraints', oids.basicConstraints, undefined, /It is not the certificate of a CA/],
        [
          'no keyCertSign',
          oids.keyUsage,
          keyUsage({ isCa: false }),
          /key usage is digitalSignature, keyEncipherment, without keyCertSign/,
        ],
        [
          'servers only',
          oids.extendedKeyUsage,
          extendedKeyUsage([oids.serverAuth]),
          /extended key usage without clientAuth/,
        ],
        [
          'empty name constraints',
          oids.nameConstraints,
          { oid: oids.nameConstraints, critical: true, value: encode(sequence()) },
          /kubeadm and etcd would not accept it: x509: empty name constraints extension\./,
        ],
        [
          'name constraints for directory names',
          oids.nameConstraints,
          {
            oid: oids.nameConstraints,
            critical: true,
            value: encode(sequence(explicit(0, sequence(explicit(4, sequence()))))),
          },
          /It has name constraints for a kind of name that Go and OpenSSL do not both support/,
        ],
        [
          'name constraints without localhost',
          oids.nameConstraints,
          {
            oid: oids.nameConstraints,
            critical: true,
            value: encode(sequence(explicit(0, sequence(implicit(2, Buffer.from('example.com')))))),
          },
          /It has name constraints \(permitted DNS:example\.com\) that do not allow DNS:localhost, which/,
        ],
        [
          'a critical subject key identifier',
          oids.subjectKeyIdentifier,
          { oid: oids.subjectKeyIdentifier, critical: true, value: encode(octetString(Buffer.of(1))) },
          /would not accept it: x509: subject key identifier incorrectly marked critical\./,
        ],
        [
          'an unknown critical extension',
          '1.2.3.4',
          { oid: '1.2.3.4', critical: true, value: encode(octetString(Buffer.of(1))) },
          /critical extension that etcd and kubeadm do not know \(1\.2\.3\.4\)/,
        ],
      ] as const
    ).map(([what, oid, extension, finding]): [string, string, RegExp] => [
      what,
      customCa(ec, { extensions: { [oid]: extension } }),
      finding,
    ]),
  ];
  test.each(refusals)('%s', (_, pem, finding) => {
    const found = findings(pem);
    expect(found).toEqual([expect.stringMatching(finding)]);
    // Messages go to the log; they must never repeat the refused text.
    expect(found.join()).not.toContain(goodKey.split('\n')[1]);
  });
});

test.each<[type: string, key: KeyObject]>([
  ['ed25519', ed25519],
  ['ECDSA-secp256k1', bitcoin],
])('a CA with a key that Go does not sign with: %s', (type, key) => {
  const pem = opensslCa({
    keyPem: pkcs8(key),
    subject: '/CN=brought-ca',
    extensions: ['basicConstraints=critical,CA:TRUE'],
  });
  const fact = `Its key is of type ${type}; kubeadm accepts RSA keys, and ECDSA keys on P-256, P-384 or P-521`;
  expect(findings(pem, pkcs8(key), new Date(Date.now() + 1000))).toEqual([
    expect.stringContaining(`ca-certificate: ${fact}`),
    expect.stringContaining(`ca-key: ${fact}`),
  ]);
});

describe('key', () => {
  const refusals: [what: string, pem: string, finding: RegExp][] = [
    ['empty', '', /^ca-key: It is not PEM\..*openssl pkey -inform der/],
    [
      'lost line breaks',
      goodKey.replaceAll('\n', ' '),
      /^ca-key: It has a BEGIN line but no complete PEM block/,
    ],
    ['the certificate', good, /^ca-key: It contains no PRIVATE KEY but: CERTIFICATE/],
    [
      'encrypted PKCS#8',
      ec.export({ type: 'pkcs8', ...encrypted }).toString(),
      /^ca-key: The key is encrypted with a passphrase/,
    ],
    [
      'encrypted SEC 1',
      ec.export({ type: 'sec1', ...encrypted }).toString(),
      /^ca-key: The key is encrypted with a passphrase/,
    ],
    [
      'an SSH key',
      encodePem('OPENSSH PRIVATE KEY', Buffer.from('openssh-key-v1')),
      /^ca-key: It is an OpenSSH key/,
    ],
    [
      'garbage',
      encodePem('EC PRIVATE KEY', Buffer.from('garbage')),
      /^ca-key: The private key cannot be read/,
    ],
    [
      'of another CA',
      privateKeyToPem(rsa),
      /^ca-key: The key does not belong to ca-certificate: their public keys differ/,
    ],
  ];
  test.each(refusals)('%s', (_, pem, finding) => {
    expect(findings(good, pem)).toEqual([expect.stringMatching(finding)]);
  });

  test('Ed25519', () => {
    expect(findings(good, pkcs8(ed25519))).toEqual([
      expect.stringMatching(/^ca-key: Its key is of type ed25519/),
      expect.stringMatching(/^ca-key: The key does not belong/),
    ]);
  });
});

test('all findings of certificate and key come at once', () => {
  const expiredLeaf = customCa(ec, {
    notAfter: new Date('2026-05-31T00:00:00Z'),
    extensions: { [oids.basicConstraints]: undefined, [oids.keyUsage]: keyUsage({ isCa: false }) },
  });
  expect(findings(expiredLeaf, privateKeyToPem(rsa))).toEqual([
    expect.stringContaining('not the certificate of a CA'),
    expect.stringContaining('keyCertSign'),
    expect.stringContaining('expired'),
    expect.stringContaining('does not belong'),
  ]);
  expect(findings('x', 'y')).toHaveLength(2);
});

describe('a chain', () => {
  const inAnHour = new Date(Date.now() + 3_600_000);
  const CA = [
    'basicConstraints=critical,CA:TRUE',
    'keyUsage=critical,keyCertSign',
    'subjectKeyIdentifier=hash',
  ];
  const limited = (line: string): string[] => [line, ...CA.slice(1)];
  interface Made {
    readonly certificatePem: string;
    readonly keyPem: string;
  }
  const make = (subject: string, extensions: readonly string[] = CA, issuer?: Made): Made => {
    const keyPem = privateKeyToPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    return {
      keyPem,
      certificatePem: opensslCa({ keyPem, subject, extensions, ...(issuer === undefined ? {} : { issuer }) }),
    };
  };
  const root = make('/O=Example/CN=root');
  const middle = make('/CN=middle', CA, root);
  const ca = make('/CN=etcd CA', limited('basicConstraints=critical,CA:TRUE,pathlen:0'), middle);
  const texts = (...made: readonly Made[]): string =>
    made.map(({ certificatePem }) => certificatePem).join('');

  test.each([
    ['the CA alone', texts(ca)],
    ['up to the root', texts(ca, middle, root)],
    ['the root first', texts(root, middle, ca)],
    ['without the root', texts(ca, middle)],
    ['twice the same', texts(ca, ca)],
  ])('%s: hosts get the certificate alone that the key belongs to', (_, text) => {
    const { certificatePem, certificate } = readSigningAuthority(
      caCertificate(text),
      caKey(ca.keyPem),
      inAnHour,
    );
    expect([certificatePem, certificate.subject]).toEqual([ca.certificatePem, 'CN=etcd CA']);
  });

  test('a certificate that does not belong to it is named: it would be trusted in vain, or wrongly', () => {
    const other = make('/CN=old CA');
    expect(findings(texts(other, ca, middle), ca.keyPem, inAnHour)).toEqual([
      expect.stringMatching(
        /^ca-certificate: It holds a certificate that does not belong to the CA: CN=old CA\. The key belongs to CN=etcd CA\..*bundle of an old and a new CA/,
      ),
    ]);
    // A gap in the chain: it is unknown whether the root is above the CA.
    expect(findings(texts(ca, root), ca.keyPem, inAnHour)).toEqual([
      expect.stringContaining('does not belong to the CA: O=Example, CN=root'),
    ]);
  });

  test('one without any name is refused like others', () => {
    expect(findings(texts(ca, make('/')), ca.keyPem, inAnHour)).toEqual([
      expect.stringMatching(/does not belong to the CA: \(no name\)\. The key belongs to CN=etcd CA\./),
    ]);
  });

  test('another CA of the same name is not taken for the one above', () => {
    const impostor = make('/CN=middle', CA, root);
    expect(findings(texts(ca, impostor), ca.keyPem, inAnHour)).toEqual([
      expect.stringContaining('does not belong to the CA: CN=middle'),
    ]);
  });

  test('a key that belongs to none of them', () => {
    expect(findings(texts(ca, middle), make('/CN=x').keyPem, inAnHour)).toEqual([
      expect.stringMatching(
        /^ca-key: The key does not belong to ca-certificate, nor to any of the 2 certificates in it\./,
      ),
    ]);
  });

  test.each<[what: string, above: readonly string[], finding: RegExp]>([
    [
      'that allows no CA below itself',
      limited('basicConstraints=critical,CA:TRUE,pathlen:0'),
      /It allows 0 CAs below itself \(its path length constraint\), and this chain has 1\./,
    ],
    ['that is none', limited('basicConstraints=critical,CA:FALSE'), /It is not the certificate of a CA/],
    [
      'that must not sign',
      ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,cRLSign'],
      /It must not sign certificates/,
    ],
    ['for servers only', [...CA, 'extendedKeyUsage=serverAuth'], /extended key usage without clientAuth/],
    [
      'for one domain',
      [...CA, 'nameConstraints=critical,permitted;DNS:example.com'],
      /name constraints \(permitted DNS:example\.com\) that do not allow DNS:localhost, which/,
    ],
  ])('below a CA %s', (_, extensions, finding) => {
    const above = make('/CN=above', extensions, root);
    const below = make('/CN=below', CA, above);
    const found = findings(texts(below, above), below.keyPem, inAnHour);
    expect(found).toEqual([
      expect.stringMatching(
        /^ca-certificate: Above the CA, CN=above: .* Fix: Give a valid chain, or ca-certificate without it/,
      ),
    ]);
    expect(found[0]).toMatch(finding);
    expect(findings(texts(below), below.keyPem, inAnHour)).toEqual([]);
  });

  test('one CA below another is no more than a path length of 1 allows, two are', () => {
    const one = make('/CN=one', limited('basicConstraints=critical,CA:TRUE,pathlen:1'), root);
    const two = make('/CN=two', CA, one);
    const three = make('/CN=three', CA, two);
    expect(findings(texts(two, one, root), two.keyPem, inAnHour)).toEqual([]);
    expect(findings(texts(three, two, one, root), three.keyPem, inAnHour)).toEqual([
      expect.stringContaining('Above the CA, CN=one: It allows 1 CAs below itself'),
    ]);
  });

  test('the ca.crt of a host: kubeadm reads the first certificate, and the file stays as it is', () => {
    const text = texts(ca, root);
    const found = readAuthorityOfHost(
      { name: 'ca.crt', text },
      { name: 'ca.key', text: ca.keyPem },
      inAnHour,
    );
    expect([found.certificatePem, found.certificate.subject]).toEqual([text, 'CN=etcd CA']);
    expect(readAuthority({ name: 'ca.crt', text }, inAnHour).fingerprint).toBe(found.fingerprint);
    expect(() =>
      readAuthorityOfHost({ name: 'ca.crt', text }, { name: 'ca.key', text: root.keyPem }, inAnHour),
    ).toThrow('ca.key: The key does not belong to ca.crt: their public keys differ.');
  });
});

describe('accepted inputs', () => {
  test.each<[form: string, key: KeyObject, pem: string]>([
    ['PKCS#1', rsa, rsa.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['RSA in PKCS#8', rsa, pkcs8(rsa)],
    ['SEC 1', ec, ec.export({ type: 'sec1', format: 'pem' }).toString()],
    ['EC in PKCS#8', ec, pkcs8(ec)],
    ['CRLF', ec, goodKey.replaceAll('\n', '\r\n')],
    [
      'parameters before the key, as ecparam -genkey writes',
      ec,
      encodePem('EC PARAMETERS', Buffer.from('06082a8648ce3d030107', 'hex')) + goodKey,
    ],
  ])('a key as %s', (_, key, pem) => {
    const authority = readSigningAuthority(caCertificate(customCa(key)), caKey(pem), now);
    expect(authority.key.equals(key)).toBe(true);
    expect(privateKeyToPem(authority.key)).toBe(privateKeyToPem(key));
  });

  test('text around the certificate, which is left out of what goes to the hosts', () => {
    const authority = readAuthority(
      caCertificate(`Certificate:\r\n  Data\r\n${good.replaceAll('\n', '\r\n')}`),
      now,
    );
    expect(authority.certificatePem).toBe(good);
    expect(authority.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  test('a CA without key usage, which then is not limited', () => {
    expect(findings(customCa(ec, { extensions: { [oids.keyUsage]: undefined } }), goodKey)).toEqual([]);
  });

  test('a CA whose extended key usage has both, or any', () => {
    for (const usages of [[oids.clientAuth, oids.serverAuth], [oids.anyExtendedKeyUsage]]) {
      const extension = extendedKeyUsage(usages);
      expect(findings(customCa(ec, { extensions: { [oids.extendedKeyUsage]: extension } }))).toEqual([]);
    }
  });

  test('the first and the last second of its validity', () => {
    const from = new Date('2026-06-01T12:34:56Z');
    expect(findings(customCa(ec, { notBefore: from }))).toEqual([]);
    expect(findings(customCa(ec, { notAfter: new Date(now) }))).toEqual([expect.stringContaining('expired')]);
  });
});
