import type { Member } from '../members.ts';
import { duration, median } from './format.ts';
import type { SevereFinding } from './severe-finding.ts';

/** etcd logs peers whose clocks are further apart (server/etcdserver/api/rafthttp/probing_status.go). */
const WARN_MS = 1000;
/** Beyond this leases, logs and certificates are not to be trusted. */
const FAIL_MS = 30_000;
/** Clocks against the median of all hosts. */
export function clockDifferences(members: readonly Member[]): SevereFinding[] {
  const seen = members.flatMap(({ name, facts: { clock } }) =>
    clock === undefined ? [] : [{ name, clock }],
  );
  if (seen.length < 2) return [];
  const middle = median(seen.map(({ clock }) => clock.offsetMs));
  const middleUncertainty = median(seen.map(({ clock }) => clock.uncertaintyMs));
  return seen.flatMap(({ name: host, clock }): SevereFinding[] => {
    const difference = clock.offsetMs - middle;
    const uncertainty = clock.uncertaintyMs + middleUncertainty;
    const atLeast = Math.abs(difference) - uncertainty;
    if (atLeast <= WARN_MS) return [];
    const direction = difference > 0 ? 'ahead of' : 'behind';
    return [
      {
        severity: atLeast > FAIL_MS ? 'fail' : 'warn',
        host,
        at: 'clock',
        fact: `its clock is ${duration(Math.abs(difference))} ${direction} the median of all hosts (± ${duration(uncertainty)}).`,
        cause: 'No time service runs on it, or it reaches no server.',
        fix: 'Start one (`systemctl enable --now chrony` or systemd-timesyncd), and look at `timedatectl`.',
      },
    ];
  });
}
