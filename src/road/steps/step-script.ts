import type { RemoteScript } from '../../hosts/transport.ts';
import type { Explain } from './context.ts';

/** A step that is one script on its host. */
export interface StepScript {
  readonly script: RemoteScript;
  /** Words for its exit code; if not given, those for any. */
  readonly explain?: Explain;
  /** What follows from its success. */
  readonly succeeded?: () => void;
  /** Looks at what it has printed. @throws Refusal when that is not as it has to be. */
  readonly check?: (stdout: Buffer) => void | Promise<void>;
}
