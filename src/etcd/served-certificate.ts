import type { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import type { EtcdCredentials } from './endpoint.ts';

/**
 * The certificate that a listener of etcd presents now, by a handshake of its own over a fresh stream: etcd reads its
 * files anew for each (client/pkg/transport/listener.go). It holds before the CA; whom it names is the caller's to judge.
 *
 * With TLS 1.3, as etcd speaks it unless told otherwise, a listener that refuses our client certificate says so only
 * after it has shown its own; with TLS 1.2 such a refusal is an error here.
 * @param open a stream to the client or the peer port.
 * @throws Error when there is no handshake within `timeoutMs`, or the certificate does not hold before the CA; whatever
 * `open` throws.
 */
export async function servedCertificate(
  open: () => Promise<Duplex>,
  credentials: EtcdCredentials,
  timeoutMs: number,
): Promise<X509Certificate> {
  const { certificate } = await handshake(open, credentials, timeoutMs, true);
  return certificate;
}

/** What a listener presents, and whether it holds before the CA. */
export interface PresentedCertificate {
  readonly certificate: X509Certificate;
  readonly trusted: boolean;
}

/**
 * The same for one that may not hold before the CA, to tell what it is. Nothing is asked over this connection.
 * @throws Error when there is no handshake within `timeoutMs`; whatever `open` throws.
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
    // Listened to until the end: what comes after the handshake, such as a refusal, is of no interest and no crash.
    socket.on('error', reject);
    stream.on('error', reject);
  });
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new Error('the listener presents no certificate');
  // A handshake that is cut off before our side of it has left would stand in the member's log as an error.
  await new Promise<void>((resolve) => {
    socket.once('close', resolve);
    socket.end(resolve);
  });
  return certificate;
}

/**
 * How TLS takes the CA certificate of the cluster: as Go does, for which each certificate in ca.crt is an anchor, a CA below
 * a root too. OpenSSL would look further up by itself, and not find the root.
 */
export const TRUST_AS_GO_DOES = { allowPartialTrustChain: true } as const;
