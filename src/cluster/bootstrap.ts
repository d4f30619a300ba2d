import type { Finding } from '../findings.ts';
import type { Bootstrap } from '../settings/settings.ts';

/**
 * Whether a new cluster may be made where nothing of etcd is found. With a CA that is there already, API servers that
 * trust it may be alive and would meet an empty etcd: the hosts were reimaged, or their disks are not mounted.
 * @param makesAuthority whether this run makes the CA.
 */
export function bootstrapFindings(policy: Bootstrap, makesAuthority: boolean): Finding[] {
  if (policy === 'allow' || (policy === 'auto' && makesAuthority)) return [];
  const empty = 'none of the hosts holds anything of etcd, so this run would make a new, empty cluster,';
  if (policy === 'never') {
    return [
      {
        at: 'bootstrap',
        fact: `${empty} and \`bootstrap: never\` forbids it.`,
        cause: 'The hosts were reinstalled, their disks are not mounted, or they were never set up.',
        fix: 'Find out where the data is. Only if there has never been any, run once with `bootstrap: allow`.',
      },
    ];
  }
  return [
    {
      at: 'bootstrap',
      fact: `${empty} with a CA that already exists.`,
      cause:
        'It is the first run with a CA of your own; or the hosts of a living cluster were reinstalled, and its API servers would meet an empty etcd.',
      fix: 'If this is the first run, give `bootstrap: allow` once. Otherwise find out where the data is, or restore a backup.',
    },
  ];
}
