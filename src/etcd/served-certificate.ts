import type { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import type { EtcdCredentials } from './endpoint.ts';

/**
 * Returns the certificate that a listener of etcd presents now, by a handshake over a fresh stream: etcd reads its
 * files anew for each (client/pkg/transport/listener.go). It is verified with the CA; the caller judges its names.
 *
 * With TLS 1.3, etcd's default, a listener that refuses our client certificate says so only after it has presented its
 * own; with TLS 1.2 such a refusal is an error here.
 * @param open a stream to the client or the peer port.
 * @throws Error if there is no handshake within `timeoutMs`, or the CA does not verify the certificate; any error of
 *   `open`.
 */
export async function servedCertificate(
  open: () => Promise<Duplex>,
  credentials: EtcdCredentials,
  timeoutMs: number,
): Promise<X509Certificate> {
  const { certificate } = await handshake(open, credentials, timeoutMs, true);
  return certificate;
}

/** The certificate of a listener, and whether the CA verifies it. */
export interface PresentedCertificate {
  readonly certificate: X509Certificate;
  readonly trusted: boolean;
}

/**
 * Returns the certificate even if the CA does not verify it, to describe it. Nothing is requested over this connection.
 * @throws Error if there is no handshake within `timeoutMs`; any error of `open`.
 */
export function presentedCertificate(
  open: () => Promise<Duplex>,
  credentials: EtcdCredentials,
  timeoutMs: number,
): Promise<PresentedCertificate> {
  return handshake(open, credentials, timeoutMs, false);
}

async function handshake(
  open: () => Promise<Duplex>,
  credentials: EtcdCredentials,
  timeoutMs: number,
  rejectUnauthorized: boolean,
): Promise<PresentedCertificate> {
  const stream = await open();
  const socket = connect({
    socket: stream,
    ca: credentials.caPem,
    ...TRUST_AS_GO_DOES,

    cert: credentials.certificatePem,
    key: credentials.keyPem,
    minVersion: 'TLSv1.2',
    rejectUnauthorized,
    checkServerIdentity: () => undefined,
  });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const expire = (): void => reject(new Error(`no TLS handshake within ${timeoutMs / 1000} s`));
    timer = setTimeout(expire, timeoutMs);
  });
  try {
    const certificate = await Promise.race([certificateOf(socket, stream), timeout]);
    return { certificate, trusted: socket.authorized };
  } finally {
    clearTimeout(timer);
    socket.destroy();
    stream.destroy();
  }
}

async function certificateOf(socket: TLSSocket, stream: Duplex): Promise<X509Certificate> {
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('close', () => reject(new Error('the listener ended the connection in the handshake')));
    // Stays registered: an error after the handshake, such as a refusal, does not matter and must not crash the
    // process.
    socket.on('error', reject);
    stream.on('error', reject);
  });
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new Error('the listener presents no certificate');
  // A handshake that is cut off before our side of it is sent would appear in the member's log as an error.
  await new Promise<void>((resolve) => {
    socket.once('close', resolve);
    socket.end(resolve);
  });
  return certificate;
}

/**
 * Makes TLS trust the cluster's CA certificate as Go does: each certificate in ca.crt is an anchor, also a CA below a
 * root. By default, OpenSSL would look for the root, and not find it.
 */
export const TRUST_AS_GO_DOES = { allowPartialTrustChain: true } as const;
