import { X509Certificate } from 'node:crypto';
import type { EtcdCredentials } from '../../etcd/etcd-credentials.ts';
import { leafPath } from '../../kubeadm/file-tree.ts';
import { CA_CERTIFICATE } from '../../kubeadm/paths.ts';
import { certificateEnd } from '../../pki/inspect.ts';
import type { HealthAnswer } from '../../hosts/probe/parse-health.ts';

interface Candidate extends EtcdCredentials {
  readonly authority: string;
  readonly endsAt: Date;
}

/**
 * With what the members are asked: the healthcheck client's pair of the host whose pair is valid longest, among the hosts
 * with the CA that most of them have.
 * @returns undefined where no host has one.
 */
export function chooseCredentials(looks: readonly HealthAnswer[]): EtcdCredentials | undefined {
  const candidates = looks.flatMap(candidateOf);
  const byAuthority = [...Map.groupBy(candidates, ({ authority }) => authority).values()];
  const [most = []] = byAuthority.toSorted((one, other) => other.length - one.length);
  const [best] = most.toSorted((one, other) => other.endsAt.getTime() - one.endsAt.getTime());
  if (best === undefined) return undefined;
  const { caPem, certificatePem, keyPem } = best;
  return { caPem, certificatePem, keyPem };
}

function candidateOf({ facts: { files }, clientKey }: HealthAnswer): Candidate[] {
  const caPem = files.get(CA_CERTIFICATE)?.text;
  const certificatePem = files.get(leafPath('healthcheckClient', 'certificate'))?.text;
  const endsAt = certificateEnd(certificatePem);
  const authority = fingerprintOf(caPem);
  if (authority === undefined || endsAt === undefined || clientKey === undefined) return [];
  return [
    {
      caPem: caPem ?? '',
      certificatePem: certificatePem ?? '',
      keyPem: clientKey.toString('utf8'),
      authority,
      endsAt,
    },
  ];
}

function fingerprintOf(pem: string | undefined): string | undefined {
  if (pem === undefined) return undefined;
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    return undefined;
  }
}
