import type { CheckStatus, Finding } from '../../findings.ts';
import type { EtcdFailure } from '../errors.ts';
import type { Alarm, MemberList, MemberStatus } from '../messages.ts';

/** The result of an observation: the value, or why there is none; by default, why a request to etcd failed. */
export type Observed<T, Why = EtcdFailure> = { readonly seen: T } | { readonly failure: Why };

/** The answers of one endpoint; plain data. */
export interface EndpointObservation {
  /** The member that is expected to answer there. */
  readonly name: string;
  /** Its address, without brackets. */
  readonly address: string;
  readonly status: Observed<MemberStatus>;
  /** The members as this one knows them. */
  readonly memberList: Observed<MemberList>;
  /** Nanoseconds of a request on the warm connection that etcd answers without raft or store. */
  readonly roundTripNs: Observed<number>;
  /** Nanoseconds of a linearizable read on the warm connection. */
  readonly readNs: Observed<number>;
  /** Of a member whose read had no answer, the failure of that: they go through the majority as well. */
  readonly alarms: Observed<readonly Alarm[]>;
}

/** Returns the value, or undefined. */
export function seen<T>(observed: Observed<T, unknown>): T | undefined {
  return 'seen' in observed ? observed.seen : undefined;
}

/** Returns why there is no value, or undefined. */
export function failure<Why>(observed: Observed<unknown, Why>): Why | undefined {
  return 'failure' in observed ? observed.failure : undefined;
}

/** Something about the cluster's health. `fail`: it is not healthy. `warn`: it is, but needs attention. */
export interface HealthFinding extends Finding {
  readonly status: Extract<CheckStatus, 'fail' | 'warn'>;
}

/** Names for a sentence: `infra0`, `infra0 and infra1`, `infra0, infra1 and infra2`. */
export function nameList(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** `Members a and b say X; c says Y`, for what members should agree on. */
export function whoSaysWhat(said: readonly (readonly [name: string, what: string])[]): string {
  const names = Map.groupBy(said, ([, what]) => what);
  return [...names].map(([what, by]) => `${what} (${nameList(by.map(([name]) => name))})`).join(', ');
}
