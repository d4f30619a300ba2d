import type { Operation } from '../engine/operation.ts';
import type { OperationName } from '../inputs/table/input.ts';
import { deploy } from './deploy/deploy.ts';
import { health } from './health/health.ts';
import { preflight } from './preflight/preflight.ts';

/** Every operation by the name that the input `operation` takes. */
export const OPERATIONS: Readonly<Record<OperationName, Operation>> = { deploy, preflight, health };
