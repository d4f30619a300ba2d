/** One input of the action. All that is said of it anywhere is made from this (`npm run docs`). */
export interface InputDefinition {
  /** For users, as Markdown without line breaks: sentences that end with a full stop. */
  readonly description: string;
  /** Also the value of an input that is given but empty, as an expression without a value leaves it. */
  readonly default?: string;
  readonly required?: true;
  /** Masked before anything else happens, and never quoted in a message. */
  readonly secret?: true;
  /** Most workflows set it: it is in the short table of README.md too. */
  readonly common?: true;
  /** Those that make use of it: it is in their sub-actions. The action itself takes every input with every operation. */
  readonly operations: readonly OperationName[];
}

/** Inputs by their names, in the order in which users read them. */
export type GroupedInputs = Readonly<Record<string, InputDefinition>>;

/** Inputs about one subject. */
export interface InputGroup {
  readonly title: string;
  readonly inputs: GroupedInputs;
}

/** The operations that a user can ask for, by the name that the input `operation` takes. Each has a sub-action of that name. */
export const operationNames = ['deploy', 'preflight', 'health'] as const;

/** The name of an operation. */
export type OperationName = (typeof operationNames)[number];

/** For what all need: which hosts there are, and how they are reached. */
export const EVERY: readonly OperationName[] = operationNames;

/** For what the decision of a deploy depends on; a preflight comes to it too, to tell what a deploy would refuse. */
export const DECIDING: readonly OperationName[] = ['deploy', 'preflight'];
