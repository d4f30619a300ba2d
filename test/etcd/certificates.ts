import { generateKeyPairSync, randomBytes, sign, type KeyPairSyncResult } from 'node:crypto';
import forge from 'node-forge';

/** Certificate and key as PEM text, for etcd and node:tls. */
export interface TestCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Properties of a test's certificate; all have ordinary defaults. */
export interface TestCertificateRequest {
  readonly commonName: string;
  readonly ips?: readonly string[];
  readonly usages?: readonly ('serverAuth' | 'clientAuth')[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A throw-away authority for tests, deliberately independent of the product's own, so that each verifies the other. */
export class TestAuthority {
  readonly certificatePem: string;
  readonly #keyPem: string;
  readonly #subject: forge.pki.CertificateField[];

  /** @param above the CA that signs this one; absent: self-signed. */
  constructor(commonName: string, above?: TestAuthority) {
    const pair = rsaKeyPair();
    this.#keyPem = pair.privateKey;
    this.#subject = [{ name: 'commonName', value: commonName }];
    const issuer = above ?? this;
    const certificate = blank(
      pair.publicKey,
      this.#subject,
      issuer.#subject,
      new Date(0),
      new Date('2090-01-01'),
    );
    certificate.setExtensions([
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, keyEncipherment: true, critical: true },
    ]);
    this.certificatePem = signed(certificate, issuer.#keyPem);
  }

  issue(request: TestCertificateRequest): TestCertificate {
    const pair = leafKeyPair();
    const certificate = blank(
      pair.publicKey,
      [{ name: 'commonName', value: request.commonName }],
      this.#subject,
      request.notBefore ?? new Date('2020-01-01'),
      request.notAfter ?? new Date('2080-01-01'),
    );
    const usages = request.usages ?? ['serverAuth', 'clientAuth'];
    const ips = request.ips ?? [];
    certificate.setExtensions([
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', ...Object.fromEntries(usages.map((usage) => [usage, true])) },
      ...(ips.length === 0 ? [] : [{ name: 'subjectAltName', altNames: ips.map((ip) => ({ type: 7, ip })) }]),
    ]);
    return { certificatePem: signed(certificate, this.#keyPem), keyPem: pair.privateKey };
  }
}

/** A key that belongs to no certificate. */
export function strangeKeyPem(): string {
  return rsaKeyPair().privateKey;
}

type RsaKeyPair = KeyPairSyncResult<string, string>;

/** One key pair for all leaves: its generation takes most of the time, and no test here distinguishes the keys. */
let sharedLeafKeys: RsaKeyPair | undefined;

function leafKeyPair(): RsaKeyPair {
  sharedLeafKeys ??= rsaKeyPair();
  return sharedLeafKeys;
}

function rsaKeyPair(): RsaKeyPair {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

function blank(
  publicKeyPem: string,
  subject: forge.pki.CertificateField[],
  issuer: forge.pki.CertificateField[],
  notBefore: Date,
  notAfter: Date,
): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKeyPem);
  certificate.serialNumber = `01${randomBytes(7).toString('hex')}`;
  certificate.setSubject(subject);
  certificate.setIssuer(issuer);
  certificate.validity.notBefore = notBefore;
  certificate.validity.notAfter = notAfter;
  return certificate;
}

/** Signs by node:crypto: node-forge's own arithmetic takes seconds under jest. */
function signed(certificate: forge.pki.Certificate, keyPem: string): string {
  const oid = forge.pki.oids['sha256WithRSAEncryption'] ?? '';
  certificate.signatureOid = oid;
  certificate.siginfo.algorithmOid = oid;
  // Missing in the types.
  const { getTBSCertificate } = forge.pki as unknown as {
    getTBSCertificate: (from: forge.pki.Certificate) => forge.asn1.Asn1;
  };
  const tbs = forge.asn1.toDer(getTBSCertificate(certificate)).getBytes();
  certificate.signature = sign('sha256', Buffer.from(tbs, 'binary'), keyPem).toString('binary');
  return forge.pki.certificateToPem(certificate);
}
