import { inspectCertificate } from '../pki/inspect.ts';
import { daysLeft } from '../pki/validity.ts';
import { leafFiles } from '../kubeadm/file-tree.ts';
import { CA_CERTIFICATE } from '../kubeadm/paths.ts';
import { hostAndPort } from '../kubeadm/urls.ts';
import type { CertificateDocument } from './document.ts';
import type { HealthFacts } from './facts.ts';

/** The certificates that a member's host has by the guide. */
export const CERTIFICATE_PATHS: readonly string[] = [
  CA_CERTIFICATE,
  ...leafFiles()
    .filter(({ part }) => part === 'certificate')
    .map(({ path }) => path),
];

/** Every certificate that could be read, on the disks and as served. */
export function certificateDocuments(facts: HealthFacts): CertificateDocument[] {
  const { now, clientPort, peerPort } = facts;
  return facts.members.flatMap(({ name, address, host, served }) => {
    const files = 'seen' in host ? host.seen.facts.files : new Map<string, never>();
    const onDisk = CERTIFICATE_PATHS.flatMap((path) =>
      documentOf(files.get(path)?.text, { member: name, place: 'disk', where: path }, now),
    );
    const places = [
      { place: 'client', port: clientPort, sight: served.client },
      { place: 'peer', port: peerPort, sight: served.peer },
    ] as const;
    const presented = places.flatMap(({ place, port, sight }) =>
      'seen' in sight
        ? documentOf(sight.seen.pem, { member: name, place, where: hostAndPort(address, port) }, now)
        : [],
    );
    return [...onDisk, ...presented];
  });
}

/** None for what is no certificate: that is the certificates' check to tell. */
function documentOf(
  pem: string | undefined,
  place: Pick<CertificateDocument, 'member' | 'place' | 'where'>,
  now: Date,
): CertificateDocument[] {
  if (pem === undefined) return [];
  try {
    const { subject, isCa, notBefore, notAfter, serial, fingerprint } = inspectCertificate(pem);
    return [
      {
        ...place,
        subject,
        isCa,
        notBefore: notBefore.toISOString(),
        notAfter: notAfter.toISOString(),
        daysLeft: daysLeft(notAfter, now),
        serial: serial.toString(16),
        fingerprint,
      },
    ];
  } catch {
    return [];
  }
}
