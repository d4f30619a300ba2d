/** The operations that a user can ask for, by the name that the input `operation` takes. Each has a sub-action of that name. */
export const operationNames = ['deploy', 'preflight', 'health'] as const;

/** The name of an operation. */
export type OperationName = (typeof operationNames)[number];

/** For what all need: which hosts there are, and how they are reached. */
export const EVERY: readonly OperationName[] = operationNames;

/** For what the decision of a deploy depends on; a preflight comes to it too, to tell what a deploy would refuse. */
export const DECIDING: readonly OperationName[] = ['deploy', 'preflight'];
