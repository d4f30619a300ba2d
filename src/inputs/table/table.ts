import { accessInputs, reachInputs, clusterNameInput, hostInputs } from './hosts.ts';
import {
  backupInputs,
  artifactInputs,
  bootstrapInputs,
  diskTestInputs,
  lockInputs,
  operationInput,
  planInputs,
  restoreInputs,
  timeLimitInputs,
} from './run.ts';
import {
  dataPlaceInputs,
  etcdFlagInputs,
  imageInputs,
  kubeletInputs,
  patchInputs,
  portInputs,
} from './etcd.ts';
import { healthInputs } from './health.ts';
import type { InputDefinition, InputSection } from './input.ts';
import { certificateInputs, clientCopyInputs } from './pki.ts';

/**
 * The one table of inputs, by subject, in the order of action.yml. From it `npm run docs` makes the inputs of action.yml, the
 * sub-actions, docs/inputs.md and the short table of README.md. Which operation uses which inputs is said by groups
 * (`../groups.ts`).
 */
export const inputSections = [
  {
    title: 'What to do',
    inputs: { ...operationInput, ...planInputs, ...bootstrapInputs, ...diskTestInputs },
  },
  { title: 'Hosts', inputs: { ...hostInputs, ...clusterNameInput } },
  { title: 'Getting in', inputs: { ...reachInputs, ...accessInputs } },
  { title: 'Certificates', inputs: { ...certificateInputs, ...clientCopyInputs } },
  {
    title: 'etcd and kubelet',
    inputs: {
      ...portInputs,
      ...dataPlaceInputs,
      ...imageInputs,
      ...etcdFlagInputs,
      ...patchInputs,
      ...kubeletInputs,
    },
  },
  { title: 'Health checks', inputs: healthInputs },
  { title: 'Backup and restore', inputs: { ...backupInputs, ...restoreInputs } },
  {
    title: 'The run and its artifact',
    inputs: { ...artifactInputs, ...lockInputs, ...timeLimitInputs },
  },
] as const satisfies readonly InputSection[];

type NamesIn<Section> = Section extends { readonly inputs: infer Inputs } ? keyof Inputs & string : never;

/** The literal name of an input. */
export type InputName = NamesIn<(typeof inputSections)[number]>;

const definitions = Object.fromEntries(
  inputSections.flatMap(({ inputs }) => Object.entries<InputDefinition>(inputs)),
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
