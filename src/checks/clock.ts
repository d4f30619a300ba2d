import type { ClockFact } from '../facts/host.ts';
import { duration, median } from '../text/units.ts';
import { type Check, checkOf } from './check.ts';

/** A host by its member's name, with its clock against the runner's. */
export interface HostClock {
  readonly name: string;
  readonly clock: ClockFact;
}

/** Milliseconds from the median of all hosts from which on a clock is a warning, and a failure. */
export interface ClockLimits {
  readonly warningMs: number;
  readonly failureMs: number;
}

/** Milliseconds that each host's clock is ahead of the median of all, by name. */
export function clockOffsets(clocks: readonly HostClock[]): ReadonlyMap<string, number> {
  const middle = median(clocks.map(({ clock }) => clock.offsetMs));
  return new Map(clocks.map(({ name, clock }) => [name, clock.offsetMs - middle]));
}

/** Each clock against the median of all. Uncertainty from the network counts in the host's favour. */
export function clockChecks(clocks: readonly HostClock[], { warningMs, failureMs }: ClockLimits): Check[] {
  const offsets = clockOffsets(clocks);
  const middleUncertainty = median(clocks.map(({ clock }) => clock.uncertaintyMs));
  const threshold = `within ${duration(warningMs)} of the median; fails over ${duration(failureMs)}`;
  return clocks.map(({ name, clock }) => {
    const check = checkOf('clock', name);
    const offset = offsets.get(name) ?? 0;
    const uncertainty = clock.uncertaintyMs + middleUncertainty;
    const away = Math.abs(offset);
    const measured = `The clock of ${name} is ${duration(away)} ${offset >= 0 ? 'ahead of' : 'behind'} the median of all hosts (± ${duration(uncertainty)}).`;
    const atLeast = away - uncertainty;
    if (atLeast <= warningMs) return check('ok', { measured, threshold });
    return check(atLeast > failureMs ? 'fail' : 'warn', {
      code: 'clock-off',
      measured,
      threshold,
      cause: 'No time service runs on it, or the service reaches no server.',
      fix: 'Start a time service (`systemctl enable --now chrony` or systemd-timesyncd), and check `timedatectl`.',
    });
  });
}
