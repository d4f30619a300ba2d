import type { Plan, Step } from '../../cluster/plan.ts';
import { Refusal, type Finding } from '../../findings.ts';
import { explainLockLost, LOCK_LOST } from '../../hosts/lock/guard.ts';
import { explainUnknown } from '../../hosts/scripts/explain-unknown.ts';
import type { RemoteResult, RemoteScript, Transport } from '../../hosts/transport.ts';
import type { ImageArchive } from '../../images/image-archive.ts';
import type { Log } from '../../log.ts';
import type { ClusterClients } from '../cluster-clients.ts';
import type { Material } from '../material.ts';
import type { RunRecord } from '../run-record.ts';
import type { RegistryLogin } from '../../settings/settings.ts';
import type { Timeline } from '../timeline.ts';
import { STEP_TITLES } from '../../cluster/step-titles.ts';

/** What the executor works with. */
export interface ActContext {
  readonly plan: Plan;
  readonly hosts: ReadonlyMap<string, Transport>;
  readonly material: Material;
  /** Credentials of the registry; absent: it asks for none. */
  readonly registry?: RegistryLogin;
  /** Images on the runner; absent: none were given. */
  readonly archive?: ImageArchive;
  /** Clients of all members; made when they are first needed. */
  readonly cluster: () => Promise<ClusterClients>;
  /** Makes a script end at once where the run's lock is no longer its own. */
  readonly guard: (script: RemoteScript) => RemoteScript;
  /** Called with every secret as soon as it is known, before it is used. */
  readonly maskSecret: (secret: string) => void;
  readonly now: Date;
  readonly log: Log;
  readonly timeline: Timeline;
  readonly record: RunRecord;
  /** Aborted when the run is to end: nothing more is begun. */
  readonly signal: AbortSignal;
}

type OnHost = Pick<Step, 'host' | 'kind'>;

/** Words for what a script's exit code and last lines mean. */
export type Explain = (result: RemoteResult) => Omit<Finding, 'host' | 'at'>;

/** What the end of a step's script means. @throws Refusal, in words, when it was no success. */
export function judge(step: OnHost, result: RemoteResult, explain: Explain = explainUnknown): void {
  if (result.code === 0) return;
  throw stepFailure(step, result.code === LOCK_LOST ? explainLockLost(result) : explain(result));
}

/** The failure of a step. */
export function stepFailure(step: OnHost, words: Omit<Finding, 'host' | 'at'>): Refusal {
  const at = STEP_TITLES[step.kind];
  return new Refusal(`${at} failed on ${step.host}`, [{ host: step.host, at, ...words }]);
}

/** The connection to a member's host. */
export function transportOf(context: Pick<ActContext, 'hosts'>, host: string): Transport {
  const transport = context.hosts.get(host);
  if (transport === undefined) throw new Error(`no connection to ${host}`);
  return transport;
}

/** What the record of a host will say of its files. */
export function digestsOf({ material }: ActContext, host: string): Map<string, string> {
  const digests = material.digests.get(host);
  if (digests === undefined) throw new Error(`${host} is no member of the plan`);
  return digests;
}

/** Name and address of a member. */
export function memberOf({ plan }: ActContext, host: string): { name: string; address: string } {
  const member = plan.shape.members.find(({ name }) => name === host);
  if (member === undefined) throw new Error(`${host} is no member of the plan`);
  return member;
}
