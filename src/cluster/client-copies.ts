import type { Finding } from '../findings.ts';
import { leafPath } from '../kubeadm/file-tree.ts';
import { certificateEnd, inspectCertificate } from '../pki/inspect.ts';
import { differsFromRecord } from './differences.ts';
import type { EstablishedMember } from './planned-members.ts';
import type { HostFacts } from './host-facts.ts';
import type { ClientCopy, HostState } from './host-state.ts';
import { recordOn, type Ownership } from './ownership.ts';
import type { PlannedClientCopy } from './planned-cluster.ts';

const CERTIFICATE = leafPath('apiserverEtcdClient', 'certificate');

/**
 * Client certificates of which the control plane may still have the old copy: renewed by this run, or by an earlier one
 * and never confirmed.
 */
export function plannedClientCopies(
  members: readonly EstablishedMember[],
  ownership: ReadonlyMap<string, Ownership>,
  confirmed: readonly string[],
): Map<string, PlannedClientCopy> {
  return new Map(
    members.flatMap(({ name, facts, differences }): (readonly [string, PlannedClientCopy])[] => {
      const record = recordOn(ownership.get(name));
      const known = unrecordedRenewal(facts, record) ?? record?.clientCopy;
      const open = known === undefined || confirmed.includes(known.fingerprint) ? undefined : known;
      if (!differences.leaves.has('apiserverEtcdClient')) return open === undefined ? [] : [[name, open]];
      const oldEndsAt =
        open?.oldEndsAt ?? certificateEnd(facts.files.get(CERTIFICATE)?.text)?.toISOString() ?? '';
      return [[name, { renewed: true, oldEndsAt }]];
    }),
  );
}

/** The pair was replaced since it was recorded: by somebody, or by a run that was cut off before it could record it. */
function unrecordedRenewal({ files }: HostFacts, record: HostState | undefined): ClientCopy | undefined {
  const found = files.get(CERTIFICATE);
  if (record === undefined || found === undefined) return undefined;
  if (!differsFromRecord(record, { files }, CERTIFICATE)) return undefined;
  try {
    const { fingerprint, notBefore } = inspectCertificate(found.text ?? '');
    const oldEndsAt = record.clientCopy?.oldEndsAt ?? '';
    return { fingerprint, renewedAt: notBefore.toISOString(), oldEndsAt };
  } catch {
    return undefined; // it is issued anew
  }
}

/** Reminds of the copies until they are confirmed. */
export function clientCopyWarnings(copies: ReadonlyMap<string, PlannedClientCopy>): Finding[] {
  return [...copies].map(([host, copy]) => {
    const until = copy.oldEndsAt === '' ? '' : ` The one before ends on ${copy.oldEndsAt.slice(0, 10)}.`;
    const what =
      'renewed' in copy ? 'is renewed by this run' : `was renewed on ${copy.renewedAt.slice(0, 10)}`;
    const fingerprint = 'renewed' in copy ? 'SHA-256 fingerprint' : copy.fingerprint;
    return {
      host,
      at: 'apiserver-etcd-client',
      fact: `its ${CERTIFICATE} ${what}, and nobody has confirmed that the control plane has a copy.${until}`,
      cause: 'API servers use copies of it; the action does not reach their hosts.',
      fix: `If the control plane's copy came from this host, copy ${CERTIFICATE} and its key there again (API servers read them anew by themselves). Then confirm it once: \`client-certificate-copied: ${fingerprint}\`.`,
    };
  });
}
