import type { Finding } from '../findings.ts';

/** Something about the cluster's health. `fail`: it is not healthy. `warn`: it is, and somebody should look. */
export interface HealthFinding extends Finding {
  readonly severity: 'fail' | 'warn';
}

/** Names for a sentence: `infra0`, `infra0 and infra1`, `infra0, infra1 and infra2`. */
export function nameList(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** `Members a and b say X; c says Y`, for what members ought to agree on. */
export function whoSaysWhat(said: readonly (readonly [name: string, what: string])[]): string {
  const names = Map.groupBy(said, ([, what]) => what);
  return [...names].map(([what, by]) => `${what} (${nameList(by.map(([name]) => name))})`).join(', ');
}
