import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { describe, expect, jest, test } from '@jest/globals';
import { authorityOf, createAuthority, type SigningAuthority } from '../../src/pki/authority.ts';
import { commonNameOnly, signCertificate } from '../../src/pki/certificate.ts';
import { basicConstraints, keyUsage } from '../../src/pki/structure.ts';
import { generateKey, publicKeyOf, type KeyAlgorithm } from '../../src/pki/keys.ts';
import { issueMemberLeaves, type Leaf } from '../../src/pki/leaf.ts';

// Finding the primes of RSA keys may take long on a busy machine.
jest.setTimeout(60_000);

const now = new Date();
const member = { name: 'infra0', address: '10.0.0.6' };

/**
 * Connects to a server that requires client certificates, as etcd does, and returns each side's verdict on the other.
 */
async function handshake(
  caPem: string,
  server: Leaf,
  client: Leaf,
  options: ConnectionOptions = {},
): Promise<{ client: string; server: string }> {
  const listener = createServer({
    key: server.keyPem,
    cert: server.certificatePem,
    ca: caPem,
    requestCert: true,
    // So that the reason reaches the test; `verdict` reports whether it would have been rejected.
    rejectUnauthorized: false,
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const accepted = once(listener, 'secureConnection') as Promise<[TLSSocket]>;
  const socket = connect({
    host: '127.0.0.1',
    port,
    key: client.keyPem,
    cert: client.certificatePem,
    ca: caPem,
    rejectUnauthorized: false,
    ...options,
  });
  try {
    const [[peer]] = await Promise.all([accepted, once(socket, 'secureConnect')]);
    return { client: verdict(socket), server: verdict(peer) };
  } finally {
    socket.destroy();
    listener.close();
  }
}

/** Returns the other side's common name, or the reason why it is not authorized. */
function verdict(socket: TLSSocket): string {
  return socket.authorized
    ? new X509Certificate(socket.getPeerCertificate().raw).subject
    : String(socket.authorizationError);
}

describe('mutual TLS over loopback', () => {
  test.each<[ca: KeyAlgorithm, leaves: KeyAlgorithm]>([
    ['RSA-2048', 'RSA-2048'],
    ['ECDSA-P256', 'RSA-2048'],
    ['RSA-3072', 'ECDSA-P384'],
  ])('CA %s, leaves %s: by address and by name', async (caAlgorithm, algorithm) => {
    const ca = await createAuthority({ algorithm: caAlgorithm, now });
    const leaves = await issueMemberLeaves(ca, { member, algorithm, now });
    const { server, healthcheckClient, apiserverEtcdClient, peer } = leaves;
    const accepted = (commonName: string) => ({ client: 'CN=infra0', server: `CN=${commonName}` });
    expect(await handshake(ca.certificatePem, server, healthcheckClient)).toEqual(
      accepted('kube-etcd-healthcheck-client'),
    );
    expect(
      await handshake(ca.certificatePem, server, apiserverEtcdClient, { servername: 'localhost' }),
    ).toEqual(accepted('kube-apiserver-etcd-client'));
    expect(await handshake(ca.certificatePem, peer, peer, { servername: 'infra0' })).toEqual(
      accepted('infra0'),
    );
  });

  test('a certificate of another CA of the same name is rejected by both sides', async () => {
    const [ca, other] = await Promise.all([
      createAuthority({ algorithm: 'ECDSA-P256', now }),
      createAuthority({ algorithm: 'ECDSA-P256', now }),
    ]);
    const issue = (authority: SigningAuthority) =>
      issueMemberLeaves(authority, { member, algorithm: 'ECDSA-P256', now });
    const [ours, theirs] = await Promise.all([issue(ca), issue(other)]);
    expect(await handshake(ca.certificatePem, theirs.server, ours.healthcheckClient)).toEqual({
      client: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      server: 'CN=kube-etcd-healthcheck-client',
    });
    expect(await handshake(ca.certificatePem, ours.server, theirs.healthcheckClient)).toEqual({
      client: 'CN=infra0',
      server: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  test('a client certificate cannot serve', async () => {
    const ca = await createAuthority({ algorithm: 'ECDSA-P256', now });
    const { healthcheckClient } = await issueMemberLeaves(ca, { member, algorithm: 'ECDSA-P256', now });
    expect(await handshake(ca.certificatePem, healthcheckClient, healthcheckClient)).toEqual({
      client: 'INVALID_PURPOSE',
      server: 'CN=kube-etcd-healthcheck-client',
    });
  });

  // kubeadm and etcd accept an intermediate CA as a root; OpenSSL needs an option for it.
  test('a CA that is not self-signed works with allowPartialTrustChain', async () => {
    const root = await createAuthority({ algorithm: 'ECDSA-P256', now });
    const key = await generateKey('ECDSA-P256');
    const certificatePem = signCertificate(
      {
        serial: 1n,
        issuer: commonNameOnly('etcd-ca'),
        subject: commonNameOnly('intermediate'),
        notBefore: root.certificate.validFromDate,
        notAfter: root.certificate.validToDate,
        publicKey: publicKeyOf(key),
        extensions: [keyUsage({ isCa: true }), basicConstraints({ isCa: true })],
      },
      root.key,
    );
    const ca = { ...authorityOf(certificatePem), key };
    const { server, healthcheckClient } = await issueMemberLeaves(ca, {
      member,
      algorithm: 'ECDSA-P256',
      now,
    });
    const options = { allowPartialTrustChain: true };
    expect((await handshake(certificatePem, server, healthcheckClient, options)).client).toBe('CN=infra0');
    expect((await handshake(certificatePem, server, healthcheckClient)).client).toBe(
      'UNABLE_TO_GET_ISSUER_CERT',
    );
  });
});
