import type { HostFacts } from '../cluster/host-facts.ts';
import type { EtcdCredentials } from '../etcd/etcd-credentials.ts';
import type { Transport } from '../hosts/transport.ts';
import { leafPath } from '../kubeadm/file-tree.ts';
import { CA_CERTIFICATE } from '../kubeadm/paths.ts';
import { certificateEnd } from '../pki/inspect.ts';
import { readText } from './material.ts';

const CERTIFICATE = leafPath('healthcheckClient', 'certificate');
const KEY = leafPath('healthcheckClient', 'key');

/**
 * The healthcheck client's pair and its CA, from the host whose pair is valid longest; the key goes from the host's disk
 * into this process's memory and nowhere else.
 * @returns undefined where no host has one.
 */
export async function credentialsFromHosts(
  hosts: readonly { readonly transport: Transport; readonly facts: HostFacts }[],
  maskSecret: (secret: string) => void,
): Promise<EtcdCredentials | undefined> {
  const candidates = hosts.flatMap(({ transport, facts: { files } }) => {
    const caPem = files.get(CA_CERTIFICATE)?.text;
    const certificatePem = files.get(CERTIFICATE)?.text;
    const endsAt = certificateEnd(certificatePem);
    return caPem === undefined || certificatePem === undefined || endsAt === undefined || !files.has(KEY)
      ? []
      : [{ transport, caPem, certificatePem, endsAt }];
  });
  const best = candidates.toSorted((one, other) => other.endsAt.getTime() - one.endsAt.getTime())[0];
  if (best === undefined) return undefined;
  const { transport, caPem, certificatePem } = best;
  return { caPem, certificatePem, keyPem: await readText(transport, KEY, maskSecret) };
}
