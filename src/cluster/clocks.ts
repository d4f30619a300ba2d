import type { Finding } from '../findings.ts';
import { backdate, MILLISECONDS_A_DAY } from '../pki/certificate.ts';
import type { ClockFact } from '../facts/host.ts';
import type { Member } from './members.ts';
import { duration } from '../text/units.ts';

/**
 * Hosts on which certificates that are made now would not be valid: by their clocks these begin later, or have ended. Members take none
 * from each other then, and kubelet restarts etcd for ever. A clock that could not be measured is none of them (`unseenFindings`).
 * @param leafDays how long the certificates are to hold.
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
            cause: "The host's clock is wrong, or the runner's is.",
            fix: 'Compare `date -u` on that host with `date -u` in a step of the workflow. Set the wrong one by a time service (`systemctl enable --now chrony` or systemd-timesyncd), then run again.',
          },
        ];
  });
}

/** Undefined where the certificates would be valid for all that is known. */
function wrongBy({ offsetMs, uncertaintyMs }: ClockFact, leafDays: number): string | undefined {
  const behind = -offsetMs - uncertaintyMs;
  if (behind > backdate)
    return `its clock is at least ${duration(behind)} behind the runner's: certificates that a run makes now would not be valid yet on it.`;
  const ahead = offsetMs - uncertaintyMs;
  if (ahead >= leafDays * MILLISECONDS_A_DAY)
    return `its clock is at least ${duration(ahead)} ahead of the runner's: certificates that a run makes now for ${leafDays} days would have ended on it.`;
  return undefined;
}
