const UNITS_BELOW_A_SECOND = [
  { suffix: 'ms', nanoseconds: 1_000_000 },
  { suffix: 'µs', nanoseconds: 1_000 },
] as const;

/**
 * A duration as Go's time.Duration.String() prints it, which is what etcdctl prints behind `took =`:
 * 16.283339ms, 850ns, 1.002s, 1m5s. Below a second the largest fitting unit, from a second on h, m and s;
 * fractions without trailing zeros (go/src/time/time.go, Duration.format).
 *
 * @param nanoseconds a whole number of nanoseconds, zero or more.
 */
export function formatGoDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1_000) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000_000) {
    const unit = UNITS_BELOW_A_SECOND.find((candidate) => nanoseconds >= candidate.nanoseconds);
    if (unit !== undefined) return decimal(nanoseconds, unit.nanoseconds) + unit.suffix;
  }
  const wholeSeconds = Math.floor(nanoseconds / 1_000_000_000);
  const hours = Math.floor(wholeSeconds / 3_600);
  const minutes = Math.floor(wholeSeconds / 60) % 60;
  const seconds = decimal(nanoseconds - Math.floor(wholeSeconds / 60) * 60_000_000_000, 1_000_000_000);
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

/** `value / divisor` in full, without floating-point noise; the divisor is a power of ten. */
function decimal(value: number, divisor: number): string {
  const digits = Math.log10(divisor);
  const fraction = String(value % divisor)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  const whole = String(Math.floor(value / divisor));
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
