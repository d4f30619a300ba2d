import type { Lab } from '../lab/client.ts';
import type { Measured } from './figures.ts';

/** One way of setting a cluster up. */
export interface Contender {
  readonly name: 'ours' | 'floor' | 'guide' | 'ansible';
  /** Called once, before anything is counted. */
  readonly prepare?: (lab: Lab) => Promise<void>;
  /** Sets a cluster up on fresh hosts. @throws Error when that does not end in a healthy cluster. */
  readonly run: (lab: Lab) => Promise<Measured>;
}
