import { isDeepStrictEqual } from 'node:util';
import { dataFolders, type DataPlaces, PKI_DIR } from './paths.ts';
import { isMapping, type Json, type JsonMapping } from './yaml.ts';
import { loopbackOf } from '../etcd/endpoint.ts';

/** What the pod of a member is held against. */
export interface PodExpectation extends DataPlaces {
  /** The member's. */
  readonly address: string;
  readonly metricsPort: number;
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/**
 * Parts of a pod that the action relies on and that differ, one line each. Without flags and image:
 * see {@link patchedPodProblems}.
 */
export function podProblems(pod: Json, expected: PodExpectation): string[] {
  const metadata = mappingIn(pod, 'metadata');
  const spec = mappingIn(pod, 'spec');
  const [container] = listIn(spec, 'containers');
  if (!isMapping(container) || container['name'] !== 'etcd') {
    return ['the first container is not named etcd, and the action finds it by that name'];
  }
  return [
    ...(metadata['name'] === 'etcd' && metadata['namespace'] === 'kube-system'
      ? []
      : ['the pod is not named etcd in kube-system, and the action finds it by that name']),
    ...(spec['hostNetwork'] === true
      ? []
      : ['hostNetwork is not true, but members listen on the addresses of their hosts']),
    ...(spec['restartPolicy'] === undefined || spec['restartPolicy'] === 'Always'
      ? []
      : ['restartPolicy is not Always, but kubelet must restart etcd when it ends']),
    ...flagsBesides(container),
    ...PROBES.flatMap((name) => probeProblems(name, container, expected)),
    ...mountProblems(container, listIn(spec, 'volumes'), expected),
  ];
}

/**
 * What patches have made of a pod that the action relies on, one line each.
 * @param plain the pod as kubeadm makes it without any patch; absent: what inputs set is not compared.
 */
export function patchedPodProblems(
  patched: Json,
  plain: Json | undefined,
  expected: PodExpectation,
): string[] {
  return [
    ...podProblems(patched, expected),
    ...(plain === undefined ? [] : ownFieldProblems(plain, patched)),
  ];
}

/** Fields that inputs of their own set, and check. */
const BY_INPUT = [
  ['command', 'extra-args and other inputs set the flags'],
  ['image', 'image-repository and etcd-image-tag set the image'],
] as const;

function ownFieldProblems(plain: Json, patched: Json): string[] {
  const [before, after] = [plain, patched].map((pod) => {
    const [container] = listIn(mappingIn(pod, 'spec'), 'containers');
    return isMapping(container) ? container : {};
  });
  return BY_INPUT.filter(([field]) => !isDeepStrictEqual(before?.[field], after?.[field])).map(
    ([field, why]) => `its ${field} is different, but ${why}`,
  );
}

function mappingIn(value: Json | undefined, key: string): JsonMapping {
  const inner = isMapping(value) ? value[key] : undefined;
  return isMapping(inner) ? inner : {};
}

function listIn(mapping: JsonMapping, key: string): readonly Json[] {
  const inner = mapping[key];
  return Array.isArray(inner) ? (inner as readonly Json[]) : [];
}

/** Flags that a member's pod gives etcd in another way than its command line, one line each. @param pod as YAML has it. */
export function flagsBesidesCommand(pod: Json): string[] {
  const [container] = listIn(mappingIn(pod, 'spec'), 'containers');
  return isMapping(container) ? flagsBesides(container) : [];
}

/** etcd takes each variable ETCD_NAME for the flag that its command line lacks (pkg/flags/flag.go, SetFlagsFromEnv). */
function flagsBesides(container: JsonMapping): string[] {
  const variables = listIn(container, 'env').flatMap((item) => {
    const name = isMapping(item) ? item['name'] : undefined;
    return typeof name === 'string' && name.startsWith('ETCD_') ? [name] : [];
  });
  return [
    ...variables.map((name) => `etcd reads the variable ${name} as a flag, but extra-args sets the flags`),
    ...(container['envFrom'] === undefined
      ? []
      : ['envFrom could hold any variable, and etcd reads variables as flags']),
    ...(container['args'] === undefined ? [] : ['args are more flags, but extra-args sets the flags']),
  ];
}

/** A probe may be missing, and be as patient as one likes; what it asks is where the member shows its health. */
function probeProblems(
  name: string,
  container: JsonMapping,
  { address, metricsPort }: PodExpectation,
): string[] {
  if (container[name] === undefined) return [];
  const probe = mappingIn(container, name);
  const { host, port, scheme = 'HTTP' } = mappingIn(probe, 'httpGet');
  const number = typeof port === 'string' ? portCalled(port, container) : port;
  const asks = host === loopbackOf(address) && number === metricsPort && scheme === 'HTTP';
  const others = ['exec', 'tcpSocket', 'grpc'].filter((handler) => probe[handler] !== undefined);
  return asks && others.length === 0
    ? []
    : [
        `${name} does not ask ${loopbackOf(address)}, port ${metricsPort} (metrics-port), where the member shows its health`,
      ];
}

function portCalled(name: string, container: JsonMapping): Json | undefined {
  const port = listIn(container, 'ports').find((item) => isMapping(item) && item['name'] === name);
  return isMapping(port) ? port['containerPort'] : undefined;
}

/** Data, log and certificates are mounted from where they are on the host, and nothing is mounted over or within them. */
function mountProblems(container: JsonMapping, volumes: readonly Json[], places: PodExpectation): string[] {
  const mounts = listIn(container, 'volumeMounts').filter(isMapping);
  const pathOf = (mount: JsonMapping): string =>
    (typeof mount['mountPath'] === 'string' ? mount['mountPath'] : '').replace(/(?<=.)\/+$/, '');
  const needed = [...dataFolders(places), `${PKI_DIR}/etcd`];
  return needed.flatMap((folder) => {
    const own = mounts.filter((mount) => pathOf(mount) === folder);
    const others = mounts.filter(
      (mount) => isBeside(pathOf(mount), folder) && !needed.includes(pathOf(mount)),
    );
    const isMounted = own.length === 1 && own.every((mount) => comesFrom(folder, mount, volumes));
    return [
      ...(isMounted ? [] : [`${folder} is not mounted from ${folder} of the host`]),
      ...others.map((mount) => `${pathOf(mount)} is mounted over or within ${folder}`),
    ];
  });
}

/** One of the two lies in the other. */
function isBeside(path: string, folder: string): boolean {
  return path === '/' || folder.startsWith(`${path}/`) || path.startsWith(`${folder}/`);
}

function comesFrom(folder: string, mount: JsonMapping, volumes: readonly Json[]): boolean {
  const volume = volumes.find((item) => isMapping(item) && item['name'] === mount['name']);
  const isPlain =
    mount['subPath'] === undefined && mount['subPathExpr'] === undefined && mount['readOnly'] !== true;
  return isPlain && mappingIn(volume, 'hostPath')['path'] === folder;
}
