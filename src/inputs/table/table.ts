import { access } from './access.ts';
import { etcdAndKubelet } from './etcd.ts';
import { healthChecks } from './health.ts';
import { hosts } from './hosts.ts';
import type { InputDefinition, InputGroup, OperationName } from './input.ts';
import { certificates } from './pki.ts';
import { runAndArtifact, whatToDo } from './run.ts';

/**
 * The one table of inputs, by subject, in the order of action.yml. From it `npm run docs` makes the inputs of action.yml, the
 * sub-actions, docs/inputs.md and the short table of README.md.
 */
export const inputGroups = [
  { title: 'What to do', inputs: whatToDo },
  { title: 'Hosts', inputs: hosts },
  { title: 'Getting in', inputs: access },
  { title: 'Certificates', inputs: certificates },
  { title: 'etcd and kubelet', inputs: etcdAndKubelet },
  { title: 'Health checks', inputs: healthChecks },
  { title: 'The run and its artifact', inputs: runAndArtifact },
] as const satisfies readonly InputGroup[];

type NamesIn<Group> = Group extends { readonly inputs: infer Inputs } ? keyof Inputs & string : never;

/** The literal name of an input. */
export type InputName = NamesIn<(typeof inputGroups)[number]>;

const definitions = Object.fromEntries(
  inputGroups.flatMap(({ inputs }) => Object.entries<InputDefinition>(inputs)),
) as Readonly<Record<InputName, InputDefinition>>;

/** Names of all inputs, in the order of action.yml. */
export const inputNames = Object.keys(definitions) as readonly InputName[];

/** What was given, by input name in lower case; names that are no inputs are among them, so that they can be refused. */
export type RawInputs = Readonly<Record<string, string>>;

/** Whether there is an input of this name. */
export function isInputName(name: string): name is InputName {
  return Object.hasOwn(definitions, name);
}

/** What there is to know of an input. */
export function definitionOf(name: InputName): InputDefinition {
  return definitions[name];
}

/** Names of the inputs that an operation makes use of, in the order of action.yml. */
export function inputsOf(operation: OperationName): readonly InputName[] {
  return inputNames.filter((name) => definitions[name].operations.includes(operation));
}
