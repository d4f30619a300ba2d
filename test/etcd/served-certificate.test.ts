import { X509Certificate } from 'node:crypto';
import { createServer as createTcpServer, type Server } from 'node:net';
import { createServer as createTlsServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { afterEach, expect, test } from '@jest/globals';
import { presentedCertificate, servedCertificate } from '../../src/etcd/served-certificate.ts';
import { listenOn } from '../listen.ts';
import { TestAuthority, type TestCertificate } from './certificates.ts';
import { openChannel } from './gateway-stand-in.ts';

const authority = new TestAuthority('etcd-ca');
const stranger = new TestAuthority('another-ca');
const client = authority.issue({ commonName: 'kube-etcd-healthcheck-client', usages: ['clientAuth'] });
const credentials = { caPem: authority.certificatePem, ...client };

let server: Server | undefined;
const refusals: string[] = [];

afterEach(() => {
  server?.close();
  refusals.length = 0;
});

function listen(started: Server): Promise<number> {
  server = started;
  return listenOn(started);
}

/**
 * A listener like etcd's: it requires client certificates of one CA, and can switch to another pair while it listens.
 */
async function listener(
  pair: TestCertificate,
  clientCa = authority,
): Promise<{ readonly port: number; readonly give: (pair: TestCertificate) => void }> {
  const context = ({ certificatePem, keyPem }: TestCertificate): SecureContextOptions => ({
    cert: certificatePem,
    key: keyPem,
    ca: clientCa.certificatePem,
  });
  const started = createTlsServer({ ...context(pair), requestCert: true, rejectUnauthorized: true });
  started.on('tlsClientError', (error: NodeJS.ErrnoException) => refusals.push(error.code ?? ''));
  started.on('secureConnection', (socket: TLSSocket) => socket.on('error', () => undefined).resume());
  return { port: await listen(started), give: (next) => started.setSecureContext(context(next)) };
}

function served(port: number, timeoutMs = 5_000): Promise<X509Certificate> {
  return servedCertificate(openChannel('127.0.0.1', port), credentials, timeoutMs);
}

function serialOf({ certificatePem }: TestCertificate): string {
  return new X509Certificate(certificatePem).serialNumber;
}

test('a CA below a root is trusted as Go trusts it', async () => {
  const below = new TestAuthority('etcd-ca', new TestAuthority('root'));
  const { port } = await listener(below.issue({ commonName: 'infra0' }));
  const pair = { caPem: below.certificatePem, ...client };
  expect(await presentedCertificate(openChannel('127.0.0.1', port), pair, 5_000)).toMatchObject({
    trusted: true,
  });
});

test('the certificate served now is returned, even if it names another address, after a complete handshake', async () => {
  const first = authority.issue({ commonName: 'infra0', ips: ['10.9.9.9'] });
  const second = authority.issue({ commonName: 'infra0', ips: ['10.9.9.9'] });
  const { port, give } = await listener(first);
  expect((await served(port)).serialNumber).toBe(serialOf(first));
  give(second);
  expect((await served(port)).serialNumber).toBe(serialOf(second));
  expect(refusals).toEqual([]);
});

test('a listener that does not take our client certificate has shown its own by then', async () => {
  const pair = authority.issue({ commonName: 'infra0' });
  const { port } = await listener(pair, stranger);
  expect((await served(port)).serialNumber).toBe(serialOf(pair));
});

test('a certificate that the CA does not verify is returned too', async () => {
  const [foreign, own] = [
    stranger.issue({ commonName: 'infra0' }),
    authority.issue({ commonName: 'infra0' }),
  ];
  const { port, give } = await listener(foreign);
  const present = (): ReturnType<typeof presentedCertificate> =>
    presentedCertificate(openChannel('127.0.0.1', port), credentials, 5_000);
  const seen = await present();
  expect([seen.certificate.serialNumber, seen.trusted]).toEqual([serialOf(foreign), false]);
  give(own);
  expect((await present()).trusted).toBe(true);
});

test('a certificate of another CA is an error', async () => {
  const { port } = await listener(stranger.issue({ commonName: 'infra0' }));
  await expect(served(port)).rejects.toThrow(/unable to verify|self-signed|unable to get/);
});

test('a port that accepts and says nothing ends by its deadline', async () => {
  const port = await listen(createTcpServer((socket) => socket.on('error', () => undefined)));
  await expect(served(port, 200)).rejects.toThrow('no TLS handshake within 0.2 s');
});

test('a port that hangs up is reported', async () => {
  const port = await listen(createTcpServer((socket) => socket.destroy()));
  await expect(served(port)).rejects.toThrow(/handshake|ECONNRESET|disconnected|socket/);
});
