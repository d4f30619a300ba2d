import type { OpenedBackup } from '../backup/open-backup.ts';
import type { AbsentHost } from '../cluster/absent-members.ts';
import type { ObservedControlPlane } from '../cluster/control-plane/resolve.ts';
import type { ClusterFacts } from '../cluster/gates.ts';
import type { Member } from '../cluster/members.ts';
import type { HealthReport } from '../etcd/health/health.ts';
import type { Effect } from '../hosts/transport.ts';
import type { ImageArchive } from '../images/image-archive.ts';
import type { Settings } from '../inputs/settings.ts';
import type { InputGroupName } from '../inputs/groups.ts';
import type { OutputGroupName } from '../report/outputs-table.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanOutcome, PlanReport, RunRecord } from '../report/run-report.ts';
import type { Reporting } from '../report/publish.ts';
import type { RunContext } from './context.ts';
import type { ProbeOptions, Reach } from './observe.ts';
import type { VerifyInput } from './verify.ts';

/** What an operation does on hosts, and as which user. */
export interface Access {
  /** Its connections refuse every script with more effect than this. */
  readonly effect: Effect;
  /** `login`: it needs no shell of root. */
  readonly as: 'root' | 'login';
}

/** What the action knows of every operation. */
interface OperationBase {
  /** The value of the input `operation`, and the name of its sub-action. */
  readonly name: string;
  /** For users, in its sub-action: what it does, in one sentence without a full stop. */
  readonly summary: string;
  /** The icon of its sub-action, one of Feather's. */
  readonly icon: string;
  /** Groups of inputs that it uses, of which its sub-action has all. */
  readonly inputs: readonly InputGroupName[];
  /** Groups of inputs whose values it refuses as the operation does that uses them. Absent: of its own inputs alone. */
  readonly checkedInputs?: readonly InputGroupName[];
  /** Groups of outputs that it sets. */
  readonly outputs: readonly OutputGroupName[];
  readonly access: (settings: Settings) => Access;
  /**
   * With fewer hosts a run ends before it plans; what it makes of those that are absent is the operation's own decision. An
   * operation that checks begins with any number, and reports the others.
   */
  readonly reach: Reach;
  /** It works with the backup that the inputs name, which is opened and verified before any host is connected to. */
  readonly readsBackup?: true;
  /** Whether it continues after an error in the action, because its other findings are still worth a report. */
  readonly survivesFault: boolean;
}

/** What a plan is decided from. */
export interface PlanInput {
  readonly settings: Settings;
  /** Members whose hosts were observed, in the order of the inputs. */
  readonly members: readonly Member[];
  /** Listed hosts of members that could not be reached, or not be observed; absent: none. */
  readonly absent?: readonly AbsentHost[];
  /** Hosts of the control plane, which are no members; absent: none are listed. */
  readonly controlPlane?: ObservedControlPlane;
  /** Absent where no member could be asked. */
  readonly cluster?: ClusterFacts;
  /** Token for a cluster that does not exist yet. */
  readonly newToken: string;
  readonly now: Date;
  /** Images on the runner, for hosts that lack them. */
  readonly archive?: ImageArchive;
  /** The verified backup, for an operation that reads one. */
  readonly backup?: OpenedBackup;
}

/** An operation that plans what to do, and does it behind its gates. */
export interface PlanningOperation extends OperationBase {
  readonly kind: 'planning';
  /** `members`: listed hosts of the control plane are none of its business, and are not connected to. */
  readonly concerns: 'members' | 'all';
  readonly probe: (settings: Settings) => ProbeOptions;
  /** Whether its plan is carried out only with the digest of a dry run. Absent: never. */
  readonly needsApproval?: (settings: Settings) => boolean;
  /** `hosts`: every host is locked before anything is changed. `none`: nothing is changed that a lock protects. */
  readonly lock: 'hosts' | 'none';
  /**
   * Decides, from what was observed. Pure: the same input gives the same plan.
   * @throws RefusedError with every finding that makes the plan impossible.
   */
  plan(input: PlanInput): Plan;
  /**
   * Verifies the cluster after the stages of the plan. @returns undefined if the plan leaves no cluster.
   * @throws UnhealthyError when it is not as it has to be.
   */
  verify(input: VerifyInput): Promise<HealthReport | undefined>;
  /** What this operation reports in addition to what the engine reports for every plan. */
  report(outcome: PlanOutcome, settings: Settings, record: RunRecord): PlanReport;
}

/** Publishes what an operation has found: log, outputs, artifact, summary, and whether the step fails. */
export type Publish = (reporting: Reporting) => Promise<void>;

/** An operation that observes and judges, and changes nothing. */
export interface CheckingOperation extends OperationBase {
  readonly kind: 'checking';
  readonly reach: 'none';
  /** @param context whose connections the engine has limited to the operation's `access`. */
  run(settings: Settings, context: RunContext): Promise<Publish>;
}

/** An operation of the action, as a value. */
export type Operation = PlanningOperation | CheckingOperation;

/** The three parts of an operation that only checks. */
interface Checking<Observation, Result> extends OperationBase {
  readonly reach: 'none';
  observe(settings: Settings, context: RunContext): Promise<Observation>;
  /** Judges what was observed. Pure, except for the time from the context. */
  check(observation: Observation, settings: Settings, context: RunContext): Result;
  report(result: Result, settings: Settings, reporting: Reporting): Promise<void>;
}

/** Makes an operation of its three parts; what it observes and finds is its own matter. */
export function checkingOperation<Observation, Result>(
  parts: Checking<Observation, Result>,
): CheckingOperation {
  return {
    ...parts,
    kind: 'checking',
    run: async (settings, context) => {
      const result = parts.check(await parts.observe(settings, context), settings, context);
      return (reporting) => parts.report(result, settings, reporting);
    },
  };
}
