import type { AbsentHost } from '../cluster/absent-members.ts';
import type { ControlPlaneLook } from '../cluster/control-plane/resolve.ts';
import type { ClusterFacts } from '../cluster/gates.ts';
import type { HealthReport } from '../etcd/health/health.ts';
import type { HostFacts } from '../facts/host.ts';
import type { Finding } from '../findings.ts';
import type { Transport, TransportStatistics } from '../hosts/transport.ts';
import type { ImageArchive } from '../images/image-archive.ts';
import type { Settings } from '../inputs/settings.ts';
import type { Authority } from '../pki/authority.ts';
import type { PlanDocument } from '../plan/document.ts';
import type { Plan } from '../plan/plan.ts';
import type { ClusterClients } from '../run/cluster-clients.ts';
import type { RunRecord } from '../report/run-record.ts';
import type { Timeline } from '../run/timeline.ts';
import type { Log } from '../runner/log.ts';
import type { Connector, Observed } from './observe.ts';

/**
 * How an operation decides, from what was seen: a pure function.
 * @throws Refused with all findings that make the plan impossible.
 */
export type Decide = (question: Question) => Plan;

/** What an operation decides from. */
export interface Question {
  readonly settings: Settings;
  /** In the order of `settings.hosts`, which holds the hosts that could be reached. */
  readonly facts: readonly HostFacts[];
  /** Listed hosts that could not be reached, or not be looked at. */
  readonly absent: readonly AbsentHost[];
  readonly controlPlane: ControlPlaneLook;
  /** Absent where no member could be asked. */
  readonly cluster?: ClusterFacts;
  readonly chance: Chance;
  /** Images on the runner, for hosts that lack them. */
  readonly archive?: ImageArchive;
}

/** What a decision may need that is different in every run. */
export interface Chance {
  /** Token for a cluster that does not exist yet. */
  readonly freshToken: string;
  readonly now: Date;
}

/** The world outside, handed in. */
export interface Surroundings {
  readonly connect: Connector;
  /** Images on the runner; absent: none were given. */
  readonly archive?: ImageArchive;
  readonly log: Log;
  readonly timeline: Timeline;
  /** Filled while the run goes on. */
  readonly record: RunRecord;
  readonly chance: Chance;
  readonly now: () => Date;
  readonly random: () => number;
  /** Masks a secret in everything that is printed from then on. */
  readonly maskSecret: (secret: string) => void;
  /** Told before the locks are taken: who comes after a killed run can give them back. */
  readonly beforeLock: () => void;
  /** Aborted when the run is cancelled or its time is over. */
  readonly signal: AbortSignal;
}

/** What a finished run has to tell. */
export interface Outcome {
  readonly plan: Plan;
  readonly document: PlanDocument;
  /** Nothing was to be changed, whatever the plan says. */
  readonly dryRun: boolean;
  readonly changed: boolean;
  /** What the user asked for and has not got: on hosts that could not be reached or worked on, or on the control plane. */
  readonly unfinished: readonly Finding[];
  /** Absent in a dry run where there is no cluster yet. */
  readonly health?: HealthReport;
  /** Absent in a dry run where there is no CA yet. */
  readonly authority?: Authority;
  /** Public files as they lie on each host, by its name and path. */
  readonly publicFiles: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly connections: readonly ({ readonly host: string } & TransportStatistics)[];
}

/** What was seen and decided. */
export interface Look {
  readonly plan: Plan;
  readonly document: PlanDocument;
  /** Of the members, in the order of the inputs. */
  readonly observed: readonly Observed[];
  /** Hosts of the control plane that could not be looked at. */
  readonly unreached: readonly Finding[];
  /** By name of member or control-plane host. */
  readonly hosts: ReadonlyMap<string, Transport>;
  /** By the same name. */
  readonly facts: ReadonlyMap<string, HostFacts>;
  readonly cluster?: ClusterFacts;
  /** Clients of the members that were asked. */
  readonly clients?: ClusterClients;
}
