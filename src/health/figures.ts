import { duration, size } from '../cluster/preflight/format.ts';
import type { MemberSight } from './facts.ts';
import { seen } from '../etcd/health-observation.ts';

export { duration, size };

/** Milliseconds that the way to a member and back takes of a request; 0 where it was not measured. */
export function wayMs({ endpoint }: MemberSight): number {
  return (seen(endpoint.roundTripNs) ?? 0) / 1e6;
}

/** `1 day`, `12 days`, `-3 days`. */
export function days(count: number): string {
  return plural(count, 'day');
}

/** A count with its noun. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${Math.abs(count) === 1 ? '' : 's'}`;
}
