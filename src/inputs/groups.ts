import { etcdFlagsGroup } from './etcd/tuning.ts';
import { kubeletGroup } from './etcd/kubelet-config.ts';
import { patchesGroup } from './etcd/parse-patches.ts';
import { dataPlacesGroup, portsGroup } from './etcd/places-and-ports.ts';
import type { InputGroup } from './group.ts';
import { clusterNameGroup } from './hosts/members.ts';
import { hostsGroup } from './hosts/reach.ts';
import { imagesGroup } from './images/images.ts';
import { certificatesGroup, clientCopiesGroup } from './pki/certificates.ts';
import { backupGroup } from './run/backup.ts';
import { healthGroup } from './run/health.ts';
import {
  artifactGroup,
  bootstrapGroup,
  diskTestGroup,
  lockGroup,
  operationGroup,
  planGroup,
  timeLimitGroup,
} from './run/intent.ts';
import { loginGroup } from './ssh/access.ts';
import { type InputName, inputNames } from './table/table.ts';

/** Every group of inputs, in the order in which findings are told. Each input is in one of them. */
export const inputGroups = [
  operationGroup,
  planGroup,
  bootstrapGroup,
  diskTestGroup,
  clusterNameGroup,
  hostsGroup,
  loginGroup,
  certificatesGroup,
  clientCopiesGroup,
  portsGroup,
  dataPlacesGroup,
  imagesGroup,
  etcdFlagsGroup,
  patchesGroup,
  kubeletGroup,
  healthGroup,
  backupGroup,
  artifactGroup,
  lockGroup,
  timeLimitGroup,
] as const satisfies readonly InputGroup[];

/** The name of a group, by which an operation says that it uses it. */
export type InputGroupName = (typeof inputGroups)[number]['name'];

/** Groups that every operation uses: the hosts, how they are reached, where etcd is on them, and how long a run may take. */
export const EVERY_OPERATION = [
  'operation',
  'cluster-name',
  'hosts',
  'login',
  'ports',
  'data-places',
  'time-limit',
] as const satisfies readonly InputGroupName[];

/** The groups of inputs of one operation. */
export interface GroupsOfOperation {
  /** Those that it uses. What is given of others counts as left out. */
  readonly uses: readonly InputGroupName[];
  /** Those whose values it refuses as the operation does that uses them; absent: no others than it uses. */
  readonly checks?: readonly InputGroupName[];
}

/** The groups of each operation, by the name that the input `operation` takes. */
export type OperationInputs = Readonly<Record<string, GroupsOfOperation>>;

/** Names of the inputs that some groups read, those of other groups included, in the order of action.yml. */
export function inputsOfGroups(groups: readonly InputGroupName[]): readonly InputName[] {
  const used = inputGroups
    .filter(({ name }) => groups.includes(name))
    .flatMap(({ inputs, alsoReads }) => [...inputs, ...alsoReads]);
  return inputNames.filter((name) => used.includes(name));
}
