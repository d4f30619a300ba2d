import { explainModes, setModes } from '../hosts/scripts/set-modes.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Gives files that lie where they belong the mode and owner (root:root) that they ought to have. */
export interface SetModes extends StepOnHost {
  readonly kind: 'set-modes';
  /** Path and permission bits in octal; folders end in no slash. */
  readonly modes: ReadonlyMap<string, string>;
}

/** The kind of {@link SetModes}. */
export const setModesStep: ScriptedKind<SetModes> = {
  title: 'set modes',
  touches({ modes }) {
    return [...modes].map(([path, mode]) => ({ path, mode }));
  },
  script({ modes }) {
    return { script: setModes(modes), explain: explainModes };
  },
};
