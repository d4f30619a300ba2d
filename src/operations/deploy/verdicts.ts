import type { Verdict } from '../../plan/plan.ts';

/** Every verdict of a deploy by its name. */
export const VERDICTS = {
  create: {
    name: 'create',
    meaning: 'set up a new cluster',
    done: 'set up by this run',
  },
  adopt: {
    name: 'adopt',
    meaning: 'take over a cluster that was made by hand',
    done: 'taken over by this run',
  },
  converge: {
    name: 'converge',
    meaning: 'apply the differences from the inputs',
    done: 'updated by this run to match the inputs',
  },
  repair: {
    name: 'repair',
    meaning: 'continue an interrupted setup',
    done: 'repaired by this run',
  },
  unchanged: {
    name: 'unchanged',
    meaning: 'nothing to do',
    done: 'nothing changed',
  },
} as const satisfies Record<string, Verdict>;

/** The name of a deploy's verdict. */
export type VerdictName = keyof typeof VERDICTS;
