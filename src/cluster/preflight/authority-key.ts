import { nameList } from '../../etcd/health-finding.ts';
import { CA_KEY } from '../../kubeadm/paths.ts';
import { holdsAuthorityKey } from '../authority-key.ts';
import type { ExaminedMember, PreflightSettings } from './examined.ts';
import type { SevereFinding } from './severe-finding.ts';

/** Hosts from which a deploy would take the CA's key. */
export function keysToRemove(
  members: readonly ExaminedMember[],
  { caCustody }: PreflightSettings,
): SevereFinding[] {
  const holders = members.filter(({ facts }) => caCustody === 'input-only' && holdsAuthorityKey(facts));
  if (holders.length === 0) return [];
  return [
    {
      severity: 'info',
      at: 'ca-custody',
      fact: `the key of the CA lies on ${nameList(holders.map(({ name }) => name))} (${CA_KEY}); a deploy removes it there once it has proven the cluster.`,
      cause: 'The cluster was set up with the key on a host.',
      fix: 'See that `ca-key` is kept in a second place too. Leave `ca-custody` out to leave the key where it is.',
    },
  ];
}
