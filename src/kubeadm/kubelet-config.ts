import { dataFolders, type DataPlaces, KUBELET_CONFIG, MANIFEST_DIR, PUT_MANIFEST_BACK } from './paths.ts';
import { toKubernetesYaml } from './yaml.ts';

/** Facts about the host's container runtime. */
export interface RuntimeFacts {
  /** CRI endpoint, e.g. `unix:///run/containerd/containerd.sock`. */
  readonly endpoint: string;
  readonly cgroupDriver: 'systemd' | 'cgroupfs';
}

/** Fields of the KubeletConfiguration that the action sets, each with the reason why the user cannot. */
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
 * Renders the guide's KubeletConfiguration (step 1) for one host, with the user's additions.
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
 * Renders the guide's drop-in `20-etcd-service-manager.conf`, which overrides kubeadm's `10-kubeadm.conf`.
 * `RequiresMountsFor` keeps the kubelet from starting etcd on an empty folder if its disk is not mounted.
 * `ExecStartPre` repairs the result of a power cut in the middle of a restart of the member: a host without a manifest.
 * It may fail (`-`): the kubelet must start in any case.
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

/** The type of a KubeletConfiguration field. */
export type KubeletFieldKind =
  | 'boolean'
  | 'integer'
  | 'number'
  | 'text'
  | 'duration'
  | 'strings by name'
  | 'booleans by name'
  | 'list of strings'
  | 'list of integers'
  | 'list of mappings'
  | 'mapping';

/** The fields of KubeletConfiguration, v1beta1, of Kubernetes 1.31 to 1.37 (k8s.io/kubelet, config/v1beta1/types.go). */
const BY_KIND: Readonly<Record<KubeletFieldKind, string>> = {
  boolean: `enableServer rotateCertificates serverTLSBootstrap enableDebuggingHandlers enableContentionProfiling
    cgroupsPerQOS singleProcessOOMKill runOnce cpuCFSQuota serializeImagePulls mergeDefaultEvictionSettings
    enableControllerAttachDetach protectKernelDefaults makeIPTablesUtilChains failSwapOn kernelMemcgNotification
    enableSystemLogHandler enableSystemLogQuery enableProfilingHandler enableDebugFlagsHandler seccompDefault registerNode
    localStorageCapacityIsolation failCgroupV1`,
  integer: `port readOnlyPort registryPullQPS registryBurst eventRecordQPS eventBurst healthzPort oomScoreAdj
    nodeLeaseDurationSeconds imageGCHighThresholdPercent imageGCLowThresholdPercent maxPods podPidsLimit
    nodeStatusMaxImages maxOpenFiles kubeAPIQPS kubeAPIBurst maxParallelImagePulls evictionMaxPodGracePeriod podsPerCore
    iptablesMasqueradeBit iptablesDropBit containerLogMaxFiles containerLogMaxWorkers`,
  number: 'memoryThrottlingFactor',
  text: `staticPodPath podLogsDir staticPodURL address tlsCertFile tlsPrivateKeyFile tlsMinVersion healthzBindAddress
    imagePullCredentialsVerificationPolicy clusterDomain kubeletCgroups systemCgroups cgroupRoot cgroupDriver
    cpuManagerPolicy memoryManagerPolicy topologyManagerPolicy topologyManagerScope hairpinMode podCIDR resolvConf
    contentType containerLogMaxSize configMapAndSecretChangeDetectionStrategy reservedSystemCPUs
    showHiddenMetricsForVersion systemReservedCgroup kubeReservedCgroup volumePluginDir providerID
    containerRuntimeEndpoint imageServiceEndpoint memoryReservationPolicy`,
  duration: `syncFrequency fileCheckFrequency httpCheckFrequency streamingConnectionIdleTimeout
    nodeStatusUpdateFrequency nodeStatusReportFrequency imageMinimumGCAge imageMaximumGCAge volumeStatsAggPeriod
    cpuManagerReconcilePeriod runtimeRequestTimeout cpuCFSQuotaPeriod evictionPressureTransitionPeriod
    containerLogMonitorInterval shutdownGracePeriod shutdownGracePeriodCriticalPods`,
  'strings by name': `cpuManagerPolicyOptions topologyManagerPolicyOptions qosReserved evictionHard evictionSoft
    evictionSoftGracePeriod evictionMinimumReclaim systemReserved kubeReserved`,
  'booleans by name': 'featureGates',
  'list of strings': `tlsCipherSuites preloadedImagesVerificationAllowlist clusterDNS enforceNodeAllocatable
    allowedUnsafeSysctls`,
  'list of integers': 'tlsCurvePreferences',
  'list of mappings': 'shutdownGracePeriodByPodPriority reservedMemory registerWithTaints',
  mapping:
    'authentication authorization memorySwap logging crashLoopBackOff tracing userNamespaces staticPodURLHeader',
};

/** The type of each field, by its name. */
export const KUBELET_FIELDS: ReadonlyMap<string, KubeletFieldKind> = new Map(
  (Object.keys(BY_KIND) as KubeletFieldKind[]).flatMap((kind) =>
    BY_KIND[kind].split(/\s+/).map((name) => [name, kind] as const),
  ),
);

/** The smallest and the largest value of a field. */
export interface KubeletRange {
  readonly least: number;
  readonly greatest: number;
}

/** The largest value of Go's int32, the type of most fields. */
const INT32 = 2 ** 31 - 1;
/** Go's int64, as far as JavaScript's numbers are exact. */
const EXACT = Number.MAX_SAFE_INTEGER;

/**
 * The kubelet exits at once for values outside these ranges (pkg/kubelet/apis/config/validation/validation.go). If 0
 * stands for the default, 0 is in the range.
 */
const RANGES: ReadonlyMap<string, KubeletRange> = new Map([
  ['port', { least: 0, greatest: 65_535 }],
  ['readOnlyPort', { least: 0, greatest: 65_535 }],
  ['registryPullQPS', { least: 0, greatest: INT32 }],
  ['registryBurst', { least: 0, greatest: INT32 }],
  ['eventRecordQPS', { least: 0, greatest: INT32 }],
  ['eventBurst', { least: 0, greatest: INT32 }],
  ['oomScoreAdj', { least: -1000, greatest: 1000 }],
  ['nodeLeaseDurationSeconds', { least: 0, greatest: INT32 }],
  ['imageGCHighThresholdPercent', { least: 0, greatest: 100 }],
  ['imageGCLowThresholdPercent', { least: 0, greatest: 100 }],
  ['maxPods', { least: 0, greatest: INT32 }],
  ['podPidsLimit', { least: -EXACT, greatest: EXACT }],
  ['nodeStatusMaxImages', { least: -1, greatest: INT32 }],
  ['maxOpenFiles', { least: 0, greatest: EXACT }],
  ['kubeAPIQPS', { least: 0, greatest: INT32 }],
  ['kubeAPIBurst', { least: 0, greatest: INT32 }],
  ['maxParallelImagePulls', { least: 1, greatest: INT32 }],
  ['podsPerCore', { least: 0, greatest: INT32 }],
  ['iptablesMasqueradeBit', { least: 0, greatest: 31 }],
  ['iptablesDropBit', { least: 0, greatest: 31 }],
  ['containerLogMaxFiles', { least: 2, greatest: INT32 }],
  ['containerLogMaxWorkers', { least: 1, greatest: INT32 }],
]);

/** Returns the smallest and the largest value of a field that holds an integer. */
export function rangeOfKubeletField(name: string): KubeletRange {
  return RANGES.get(name) ?? { least: -INT32 - 1, greatest: INT32 };
}

/**
 * UnitFileState of units that start at boot, or that systemd cannot enable because something else starts them:
 * `static`, `alias`, `indirect` and `generated` (systemctl(1), is-enabled). `enabled-runtime`, `linked` and `disabled`
 * last until the next boot or have no effect; `systemctl enable` makes them `enabled`.
 */
export const STARTS_AT_BOOT: readonly string[] = ['enabled', 'static', 'alias', 'indirect', 'generated'];

/**
 * Reports whether a unit needs no `systemctl enable`; the probe and the script that starts the kubelet share this rule.
 */
export function startsAtBoot(unitFileState: string | undefined): boolean {
  return unitFileState !== undefined && STARTS_AT_BOOT.includes(unitFileState);
}
