const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size for people: `1.4 GiB`, `512 MiB`, `0 bytes`. */
export function size(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${trimmed(value)} ${UNITS[unit] ?? ''}`;
}

/** A time for people, from milliseconds: `0.07 ms`, `12 ms`, `1.3 s`, `2 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${Number(milliseconds.toFixed(2))} ms`;
  if (milliseconds < 1000) return `${trimmed(milliseconds)} ms`;
  if (milliseconds < 120_000) return `${trimmed(milliseconds / 1000)} s`;
  if (milliseconds < 7_200_000) return `${trimmed(milliseconds / 60_000)} min`;
  return `${trimmed(milliseconds / 3_600_000)} h`;
}

/** At most one digit behind the point, none from 100 on. */
function trimmed(value: number): string {
  return String(Number(value.toFixed(value < 100 ? 1 : 0)));
}

/** The middle value; of an even number the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const above = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const below = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
  return (above + below) / 2;
}
