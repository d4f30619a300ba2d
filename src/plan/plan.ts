import type { Gate } from '../cluster/gates.ts';
import type { PlannedCluster } from '../cluster/planned-cluster.ts';
import type { MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import type { Finding } from '../findings.ts';
import type { Step } from '../steps/index.ts';

/** Steps that belong together; the next stage begins after all of them have succeeded. */
export interface Stage {
  readonly title: string;
  readonly steps: readonly Step[];
  /** Default: `together`. */
  readonly order?: StageOrder;
  /**
   * The following stages run after a failure all the same. `reported`: it fails the run at its end. `warned`: it is a warning.
   */
  readonly mayFail?: 'reported' | 'warned';
  /** Must hold before the first step; a gate that stays shut ends the run. */
  readonly before?: Gate;
  /** Must hold after the last step, before the next stage. */
  readonly after?: Gate;
}

/**
 * `together`: all at the same time. `in-turn`: one after the other, as listed. `by-host`: in turn on each host, with
 * the hosts in parallel; but no host gets what the CA has signed before the CA's key is delivered, if the stage
 * delivers that.
 */
export type StageOrder = 'together' | 'in-turn' | 'by-host';

/** What an operation has decided on what was found. */
export interface Verdict {
  /** One of the operation's own, e.g. `create`: the output `verdict`. */
  readonly name: string;
  /** What it means for the hosts, e.g. `set up a new cluster`. */
  readonly meaning: string;
  /** What a run that carried it out has done, e.g. `set up by this run`. */
  readonly done: string;
}

/** The members of a cluster before and after a plan is carried out. */
export interface PlannedMembership {
  /** Empty where there is no cluster yet. */
  readonly before: readonly MemberIdentity[];
  readonly after: readonly MemberIdentity[];
}

/** What the action will do, to what, and why, as plain data. The kinds of steps are in `src/steps`. */
export interface Plan {
  readonly clusterName: string;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** In the order of the inputs. */
  readonly members: PlannedMembership;
  /** Hosts of the control plane that could be observed; none of them is a member. */
  readonly controlPlane: readonly MemberIdentity[];
  /** What the run leaves undone, and why: hosts that are away, restarts that the cluster cannot spare now. It ends as failed. */
  readonly leftOut: readonly Finding[];
  /** Accepted facts that deserve attention. */
  readonly warnings: readonly Finding[];
  /** Before the cluster is verified. */
  readonly stages: readonly Stage[];
  /** After it. */
  readonly afterVerify: readonly Stage[];
  /** Strings that only this run knows, because it made them up; in the document a placeholder stands for each. */
  readonly madeUp?: readonly string[];
  /** What its steps need to write configurations and issue certificates; absent where no step does. */
  readonly cluster?: PlannedCluster;
}
