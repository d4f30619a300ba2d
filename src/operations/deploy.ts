import { decideDeploy } from '../cluster/deploy/decide.ts';
import { travel } from '../road/travel.ts';
import type { RunOperation } from './operations.ts';

/** Sets up the cluster, takes one over, brings it to what the inputs ask for, or finds that nothing has to be done. */
export const deploy: RunOperation = (settings, surroundings) =>
  travel(
    ({ chance, ...seen }) => decideDeploy({ ...seen, freshToken: chance.freshToken, now: chance.now }),
    settings,
    surroundings,
  );
