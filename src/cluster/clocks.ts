import type { Finding } from '../findings.ts';
import { backdate, MILLISECONDS_A_DAY } from '../pki/certificate.ts';
import type { ClockFact } from '../facts/host.ts';
import type { Member } from './members.ts';
import { duration } from '../text/units.ts';

/**
 * Reports hosts on which certificates that are issued now would not be valid: by their clocks these are not valid yet,
 * or have expired. Members refuse each other then, and the kubelet restarts etcd forever. A clock that could not be
 * measured is not among them (`unseenFindings`).
 * @param leafDays days of validity of the certificates.
 */
export function clockFindings(members: readonly Member[], leafDays: number): Finding[] {
  return members.flatMap(({ name: host, facts: { clock } }) => {
    const fact = clock === undefined ? undefined : wrongBy(clock, leafDays);
    return fact === undefined
      ? []
      : [
          {
            code: 'clock-off',
            host,
            at: 'clock',
            fact,
            cause: 'The clock of the host or of the runner is wrong.',
            fix: 'Compare `date -u` on that host with `date -u` in a step of the workflow. Correct the wrong one with a time service (`systemctl enable --now chrony` or systemd-timesyncd), then run again.',
          },
        ];
  });
}

/** Returns undefined if the certificates would be valid as far as is known. */
function wrongBy({ offsetMs, uncertaintyMs }: ClockFact, leafDays: number): string | undefined {
  const behind = -offsetMs - uncertaintyMs;
  if (behind > backdate)
    return `its clock is at least ${duration(behind)} behind the runner's: certificates that a run issues now would not be valid on it yet.`;
  const ahead = offsetMs - uncertaintyMs;
  if (ahead >= leafDays * MILLISECONDS_A_DAY)
    return `its clock is at least ${duration(ahead)} ahead of the runner's: certificates that a run issues now for ${leafDays} days would already have expired on it.`;
  return undefined;
}
