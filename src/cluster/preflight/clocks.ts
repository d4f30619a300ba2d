import type { ExaminedMember } from './examined.ts';
import { duration, median } from './format.ts';
import type { SevereFinding } from './severe-finding.ts';

/** etcd logs peers whose clocks are further apart (server/etcdserver/api/rafthttp/probing_status.go). */
const WARN_MS = 1000;
/** Beyond this leases, logs and certificates are not to be trusted. */
const FAIL_MS = 30_000;
/** How far kubeadm, and this action, date certificates back (CertificateBackdate). */
const BACKDATE_MS = 5 * 60_000;

/** Clocks against the median of all hosts, and that median against the runner, which dates certificates. */
export function clockDifferences(members: readonly ExaminedMember[]): SevereFinding[] {
  return [...againstMedian(members), ...behindTheRunner(members)];
}

function againstMedian(members: readonly ExaminedMember[]): SevereFinding[] {
  if (members.length < 2) return [];
  const middle = median(members.map(({ seen }) => seen.clock.offsetMs));
  const middleUncertainty = median(members.map(({ seen }) => seen.clock.uncertaintyMs));
  return members.flatMap(({ name: host, seen }): SevereFinding[] => {
    const difference = seen.clock.offsetMs - middle;
    const uncertainty = seen.clock.uncertaintyMs + middleUncertainty;
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

function behindTheRunner(members: readonly ExaminedMember[]): SevereFinding[] {
  return members.flatMap(({ name: host, seen }): SevereFinding[] => {
    const behind = -seen.clock.offsetMs - seen.clock.uncertaintyMs;
    if (behind <= BACKDATE_MS) return [];
    return [
      {
        severity: 'fail',
        host,
        at: 'clock',
        fact: `its clock is at least ${duration(behind)} behind the runner's: certificates that this run makes would not be valid yet on it.`,
        cause: "The host's clock is wrong, or the runner's is.",
        fix: 'Set both by a time service, then run again.',
      },
    ];
  });
}
