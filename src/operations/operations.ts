import type { OperationName } from '../inputs/operation-names.ts';
import type { Examination } from '../road/examine.ts';
import type { Outcome, Surroundings } from '../road/road.ts';
import type { Settings } from '../settings/settings.ts';
import { deploy } from './deploy.ts';
import type { Checkup } from '../road/health/look.ts';
import { health } from './health.ts';
import { preflight } from './preflight.ts';

/** An operation, from settings to what it has to tell. */
export type RunOperation = (
  settings: Settings,
  surroundings: Surroundings,
) => Promise<Outcome | Examination | Checkup>;

/** Every operation by the name that the input `operation` takes. */
export const OPERATIONS: Readonly<Record<OperationName, RunOperation>> = { deploy, preflight, health };
