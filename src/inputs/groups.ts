import { etcdFlagsGroup } from './etcd/tuning.ts';
import { kubeletGroup } from './etcd/kubelet-config.ts';
import { patchesGroup } from './etcd/parse-patches.ts';
import { dataPlacesGroup, portsGroup } from './etcd/places-and-ports.ts';
import type { InputGroup } from './group.ts';
import { clusterNameGroup } from './hosts/members.ts';
import { hostsGroup } from './hosts/reach.ts';
import { imagesGroup } from './images/images.ts';
import { certificatesGroup } from './pki/certificates.ts';
import { clientCopiesGroup } from './pki/client-copies.ts';
import { backupGroup } from './run/backup.ts';
import { healthGroup } from './run/health.ts';
import { restoreGroup } from './run/restore.ts';
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

/** All groups of inputs, in the order of their findings. Each input is in exactly one. */
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
  restoreGroup,
  artifactGroup,
  lockGroup,
  timeLimitGroup,
] as const satisfies readonly InputGroup[];

/** The name of a group, by which an operation declares that it uses the group. */
export type InputGroupName = (typeof inputGroups)[number]['name'];

/** Groups that every operation uses: the hosts, the logins, the locations of etcd, and the time limit. */
export const EVERY_OPERATION = [
  'operation',
  'cluster-name',
  'hosts',
  'login',
  'ports',
  'data-places',
  'time-limit',
] as const satisfies readonly InputGroupName[];

/** The groups of inputs of an operation. */
export interface GroupsOfOperation {
  /** Groups that it uses. Inputs of other groups count as absent. */
  readonly uses: readonly InputGroupName[];
  /** Groups whose invalid values it refuses like an operation that uses them; absent: only those that it uses. */
  readonly checks?: readonly InputGroupName[];
}

/** The groups of each operation, by the operation's name. */
export type OperationInputs = Readonly<Record<string, GroupsOfOperation>>;

/** Returns the inputs that the groups read, including those of other groups, in the order of action.yml. */
export function inputsOfGroups(groups: readonly InputGroupName[]): readonly InputName[] {
  const used = inputGroups
    .filter(({ name }) => groups.includes(name))
    .flatMap(({ inputs, alsoReads }) => [...inputs, ...alsoReads]);
  return inputNames.filter((name) => used.includes(name));
}
