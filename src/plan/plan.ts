import type { Gate } from '../cluster/gates.ts';
import type { PlannedCluster } from '../cluster/planned-cluster.ts';
import type { Finding } from '../findings.ts';
import type { Step } from '../steps/index.ts';

/** Steps that belong together; the next stage begins when all of them have succeeded. */
export interface Stage {
  readonly title: string;
  readonly steps: readonly Step[];
  /** If not given, `together`. */
  readonly order?: StageOrder;
  /** True: what fails here is told at the end of the run, and what follows is done all the same. */
  readonly mayFail?: boolean;
  /** Must hold before the first step; a gate that stays shut ends the run. */
  readonly before?: Gate;
  /** Must hold after the last step, before the next stage. */
  readonly after?: Gate;
}

/**
 * `together`: all at the same time. `in-turn`: one after the other, as listed. `by-host`: so on each host, and the hosts without
 * waiting for each other; but what the CA has signed is delivered nowhere before the CA's key, if the stage delivers that.
 */
export type StageOrder = 'together' | 'in-turn' | 'by-host';

/** The one verdict on what was found. */
export type Verdict = 'create' | 'adopt' | 'converge' | 'repair' | 'unchanged';

/** What the action will do, to what, and why, as plain data. What a step can be is in `src/steps`. */
export interface Plan extends PlannedCluster {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** What the run leaves undone, and why: hosts that are away, restarts that the cluster cannot spare now. It ends as failed. */
  readonly leftOut: readonly Finding[];
  /** What is accepted and deserves a look. */
  readonly warnings: readonly Finding[];
  /** Before the cluster is proven healthy. */
  readonly stages: readonly Stage[];
  /** After it. */
  readonly afterProof: readonly Stage[];
}
