import type { Operation } from '../road/road.ts';
import type { OperationName } from '../settings/settings.ts';
import { deploy } from './deploy.ts';

/** Every operation by the name that the input `operation` takes. */
export const OPERATIONS: Readonly<Record<OperationName, Operation>> = { deploy };
