const UNITS_BELOW_A_SECOND = [
  { suffix: 'ms', nanoseconds: 1_000_000 },
  { suffix: 'µs', nanoseconds: 1_000 },
] as const;

/**
 * Formats a duration like Go's time.Duration.String(), which etcdctl prints after `took =`: 16.283339ms, 850ns,
 * 1.002s, 1m5s. Below a second in the largest fitting unit, from a second on in h, m and s; fractions without
 * trailing zeros (go/src/time/time.go, Duration.format).
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

/** Formats `value / divisor` exactly, without floating-point noise; the divisor is a power of ten. */
function decimal(value: number, divisor: number): string {
  const digits = Math.log10(divisor);
  const fraction = String(value % divisor)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  const whole = String(Math.floor(value / divisor));
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Formats a size for people: `1.4 GiB`, `512 MiB`, `0 bytes`. */
export function size(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${trimmed(value)} ${UNITS[unit] ?? ''}`;
}

/** A time for people, from milliseconds: `0.07 ms`, `12 ms`, `1.3 s`, `2 min 5 s`, `24 h`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${Number(milliseconds.toFixed(2))} ms`;
  if (milliseconds < 999.5) return `${trimmed(milliseconds)} ms`;
  if (milliseconds < 119_950) return `${trimmed(milliseconds / 1000)} s`;
  if (milliseconds >= 7_200_000) return `${trimmed(milliseconds / 3_600_000)} h`;
  const seconds = Math.round(milliseconds / 1000);
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}

/** How far a transfer has come. */
export interface TransferProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number;
}

/** Describes a transfer: `1.2 MiB of 3 MiB sent, 400 KiB per second, about 5 s left`. */
export function transferLine(
  done: 'sent' | 'received',
  { bytes, totalBytes, bytesPerSecond, secondsLeft }: TransferProgress,
): string {
  const rate = `${size(bytesPerSecond)} per second, about ${duration(secondsLeft * 1000)} left`;
  return `${size(bytes)} of ${size(totalBytes)} ${done}, ${rate}`;
}

/** Milliseconds to the next line of progress: a second at first, and later on a tenth of the time that has passed. */
export function progressPauseMs(elapsedMs: number): number {
  return Math.max(1_000, elapsedMs / 10);
}

/** Rounds to at most one decimal, none from 100 on. */
function trimmed(value: number): string {
  return String(Number(value.toFixed(value < 100 ? 1 : 0)));
}

/** Returns the middle value; for an even number the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const above = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const below = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
  return (above + below) / 2;
}

/** Returns the highest of some numbers; null for none. */
export function highest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}

/** Converts nanoseconds to milliseconds; null for nothing. */
export function milliseconds(nanoseconds: number | undefined): number | null {
  return nanoseconds === undefined ? null : nanoseconds / 1e6;
}

/** Returns the value that occurs most often, of equals the first; undefined for none. */
export function mostFrequent<T>(values: readonly T[]): T | undefined {
  const byCount = [...Map.groupBy(values, (value) => value)].toSorted(
    ([, some], [, others]) => others.length - some.length,
  );
  return byCount[0]?.[0];
}
