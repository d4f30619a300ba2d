import type { Outcome, Surroundings } from '../engine/context.ts';
import type { Settings } from '../inputs/settings.ts';
import type { OperationName } from '../inputs/table/input.ts';
import { deploy } from './deploy/deploy.ts';
import { health } from './health/health.ts';
import type { Checkup } from './health/observe/look.ts';
import type { Examination } from './preflight/examine.ts';
import { preflight } from './preflight/preflight.ts';

/** An operation, from settings to what it has to tell. */
export type RunOperation = (
  settings: Settings,
  surroundings: Surroundings,
) => Promise<Outcome | Examination | Checkup>;

/** Every operation by the name that the input `operation` takes. */
export const OPERATIONS: Readonly<Record<OperationName, RunOperation>> = { deploy, preflight, health };
