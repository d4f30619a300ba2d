import type { Lab } from '../lab/client.ts';
import type { Measured } from './figures.ts';

/** One way of setting up a cluster. */
export interface Contender {
  readonly name: 'ours' | 'floor' | 'guide' | 'ansible';
  /** Called once, before the first measurement. */
  readonly prepare?: (lab: Lab) => Promise<void>;
  /**
   * Sets up a cluster on fresh hosts.
   * @throws Error if the cluster is not healthy in the end.
   */
  readonly run: (lab: Lab) => Promise<Measured>;
}
