import { dataFolders, type DataPlaces } from './data-places.ts';
import { KUBELET_CONFIG, MANIFEST_DIR } from './paths.ts';
import { PUT_MANIFEST_BACK } from './put-back.ts';
import { toKubernetesYaml } from './yaml.ts';

/** What the host's container runtime says of itself. */
export interface RuntimeFacts {
  /** CRI endpoint, e.g. `unix:///run/containerd/containerd.sock`. */
  readonly endpoint: string;
  readonly cgroupDriver: 'systemd' | 'cgroupfs';
}

/**
 * Fields of the KubeletConfiguration that the action sets, each with the reason why the user cannot.
 */
export const OWNED_KUBELET_FIELDS: ReadonlyMap<string, string> = new Map([
  ['apiVersion', 'the kind of file is fixed'],
  ['kind', 'the kind of file is fixed'],
  ['authentication', 'without an API server only this form starts'],
  ['authorization', 'without an API server only AlwaysAllow starts'],
  ['address', 'the kubelet of an etcd host listens on loopback only'],
  ['staticPodPath', 'kubeadm writes the etcd manifest there'],
  ['staticPodURL', 'it would be a second source of pods that run as root'],
  ['staticPodURLHeader', 'it belongs to staticPodURL'],
  ['containerRuntimeEndpoint', "it is read from the host's container runtime"],
  ['cgroupDriver', "it is read from the host's container runtime"],
  ['healthzPort', 'the action asks the kubelet for its health there'],
  ['healthzBindAddress', 'the action asks the kubelet for its health there'],
]);

/**
 * The guide's KubeletConfiguration (step 1) for one host, with the user's additions.
 * @param additions fields to merge in; none of {@link OWNED_KUBELET_FIELDS}.
 */
export function renderKubeletConfig(
  runtime: RuntimeFacts,
  additions: Readonly<Record<string, unknown>>,
): string {
  return toKubernetesYaml({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { anonymous: { enabled: false }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: runtime.cgroupDriver,
    address: '127.0.0.1',
    containerRuntimeEndpoint: runtime.endpoint,
    staticPodPath: MANIFEST_DIR,
    ...additions,
  });
}

/**
 * The guide's drop-in `20-etcd-service-manager.conf`, which beats kubeadm's `10-kubeadm.conf`.
 * `RequiresMountsFor` keeps the kubelet from starting etcd on an empty folder where its disk is not mounted.
 * `ExecStartPre` ends what a power cut in the middle of a restart of the member has left: a host without a manifest. It
 * may fail (`-`): kubelet is to start in any case.
 * @param kubelet path of the kubelet on this host.
 */
export function renderKubeletDropIn(kubelet: string, places: DataPlaces): string {
  return [
    '[Unit]',
    `RequiresMountsFor=${dataFolders(places).join(' ')}`,
    '[Service]',
    `ExecStartPre=-${PUT_MANIFEST_BACK}`,
    'ExecStart=',
    `ExecStart=${kubelet} --config=${KUBELET_CONFIG}`,
    'Restart=always',
    '',
  ].join('\n');
}
