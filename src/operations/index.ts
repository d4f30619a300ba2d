import type { Operation } from '../engine/operation.ts';
import { inputsOfGroups, type OperationInputs } from '../inputs/groups.ts';
import { backup } from './backup/backup.ts';
import { deploy } from './deploy/deploy.ts';
import { health } from './health/health.ts';
import { preflight } from './preflight/preflight.ts';
import { restore } from './restore/restore.ts';

/** Every operation, in the order in which users read of them. */
export const OPERATIONS: readonly Operation[] = [deploy, preflight, health, backup, restore];

/** The groups of inputs of each operation. */
export const OPERATION_INPUTS: OperationInputs = Object.fromEntries(
  OPERATIONS.map(({ name, inputs: uses, checkedInputs: checks }) => [
    name,
    { uses, ...(checks && { checks }) },
  ]),
);

/** The operation of a name. @throws Error if there is none: the inputs are checked before. */
export function operationNamed(wanted: string): Operation {
  const operation = OPERATIONS.find(({ name }) => name === wanted);
  if (operation === undefined) throw new Error(`there is no operation ${wanted}`);
  return operation;
}

/** Names of the operations that use an input, in their order. */
export function operationsUsing(input: string): readonly string[] {
  return OPERATIONS.filter(({ inputs }) => inputsOfGroups(inputs).some((name) => name === input)).map(
    ({ name }) => name,
  );
}
