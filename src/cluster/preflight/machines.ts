import type { Member } from '../members.ts';
import { nameList } from '../../etcd/health-finding.ts';
import type { SevereFinding } from './severe-finding.ts';

/** Hosts that were cloned: one machine-id, or one hostname, on different machines. */
export function clones(members: readonly Member[]): SevereFinding[] {
  return [
    ...sharedBy(members, ({ facts }) => facts.machineId).map(({ names, value }): SevereFinding => ({
      severity: 'warn',
      at: 'hosts',
      fact: `${names} have the same machine-id ${value}.`,
      cause:
        'They were cloned from one disk. DHCP leases, the journal and monitoring take them for one machine.',
      fix: 'On all but one: `rm /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup`, then reboot.',
    })),
    ...sharedBy(members, ({ facts }) => facts.hostname)
      // without names of their own these are members of one name, which is told elsewhere
      .filter(({ group }) => new Set(group.map(({ name }) => name)).size === group.length)
      .map(({ names, value }): SevereFinding => ({
        severity: 'warn',
        at: 'hosts',
        fact: `${names} have the same hostname "${value}".`,
        cause: 'They were cloned from one disk. Their etcd pods and logs have the same names.',
        fix: 'Give each its own: `hostnamectl hostname NAME`.',
      })),
  ];
}

function sharedBy(
  members: readonly Member[],
  of: (member: Member) => string,
): { readonly names: string; readonly value: string; readonly group: readonly Member[] }[] {
  // one machine that was listed twice shares everything with itself; that is a finding of its own
  const machines = [...Map.groupBy(members, ({ facts }) => facts.bootId).values()].flatMap((same) =>
    same.slice(0, 1),
  );
  const groups = [...Map.groupBy(machines, of)].filter(([value, group]) => value !== '' && group.length > 1);
  return groups.map(([value, group]) => ({
    names: nameList(group.map(({ name }) => name)),
    value,
    group,
  }));
}
