import type { Finding } from '../findings.ts';
import { CA_CERTIFICATE } from '../kubeadm/paths.ts';
import { readCertificates } from '../pki/pem-input.ts';
import type { HostFacts } from './host-facts.ts';
import type { Member } from './members.ts';

/** Subjects of the certificates in a host's etcd/ca.crt; none where it is missing or cannot be read. */
export function trustedOn({ files }: Pick<HostFacts, 'files'>): string[] {
  const read = readCertificates({ name: CA_CERTIFICATE, text: files.get(CA_CERTIFICATE)?.text ?? '' });
  return (read.value ?? []).map(({ certificate }) => certificate.subject.replaceAll('\n', ', '));
}

/** What a second certificate in ca.crt means: it is easily taken for a harmless part of a chain. */
export const TRUSTED_BESIDES = {
  cause:
    'The chain of the CA was put there up to its root, or two CAs are trusted while one takes the place of the other.',
  fix: "Leave the certificate alone there that signs the members' certificates, on all hosts, unless a change of the CA is under way; etcd reads the file at its next start.",
} as const;

/** Hosts whose etcd trusts more than the CA: whoever holds a client certificate from there has all of etcd's data. */
export function trustedBesides(members: readonly Member[]): Finding[] {
  return members.flatMap(({ name, facts }) => {
    const subjects = trustedOn(facts);
    if (subjects.length < 2) return [];
    return [
      {
        host: name,
        at: 'ca',
        fact: `its ${CA_CERTIFICATE} holds ${subjects.length} certificates (${subjects.join('; ')}): etcd takes every client that any of them vouches for.`,
        ...TRUSTED_BESIDES,
      },
    ];
  });
}
