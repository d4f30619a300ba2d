import { presentedCertificate } from '../../etcd/served-certificate.ts';
import { errorMessage } from '../../findings.ts';
import type { MemberSight, ServedCertificate, Sight } from '../../health/facts.ts';
import type { Settings } from '../../settings/settings.ts';
import { REQUEST_MS, type AskedMember } from './asked-member.ts';

/** What both listeners of a member present now. Does not throw. */
export async function listenersOf(
  member: AskedMember,
  { clientPort, peerPort }: Settings,
  signal: AbortSignal,
): Promise<MemberSight['served']> {
  const [client, peer] = await Promise.all(
    [clientPort, peerPort].map((port) => presented(member, port, signal)),
  );
  const never: Sight<ServedCertificate> = { unseen: { fact: 'it was not asked for' } };
  return { client: client ?? never, peer: peer ?? never };
}

async function presented(
  { way, credentials, address }: AskedMember,
  port: number,
  signal: AbortSignal,
): Promise<Sight<ServedCertificate>> {
  try {
    signal.throwIfAborted();
    const { certificate, trusted } = await presentedCertificate(
      () => way.open(port),
      credentials,
      REQUEST_MS,
    );
    return { seen: { pem: certificate.toString(), trusted } };
  } catch (error) {
    return { unseen: { fact: `no TLS handshake with port ${port} of ${address}: ${errorMessage(error)}` } };
  }
}
