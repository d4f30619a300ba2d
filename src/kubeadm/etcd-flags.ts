import { DEFAULT_METRICS_PORT } from './paths.ts';
import { metricsUrl } from '../etcd/endpoint.ts';

/** etcd's own values in milliseconds, which hold if a flag is not given (server/embed/config.go, TickMs and ElectionMs). */
export const DEFAULT_TIMES_MS = { 'heartbeat-interval': 100, 'election-timeout': 1000 } as const;

/** The longest election timeout in milliseconds that etcd accepts (server/embed/config.go, maxElectionMs). */
export const MOST_ELECTION_MS = 50_000;

const OF_THE_MEMBERS = 'it follows from hosts, names and ports';
const OF_THE_BOOTSTRAP = 'it decides which cluster a member creates or joins, which the action determines';
const OF_THE_CERTIFICATES = 'the action issues the certificates and renews them where kubeadm puts them';
const OF_MUTUAL_TLS = 'members and clients would no longer need a certificate of the CA';
const OF_OTHER_NAMES =
  'the certificates of kubeadm differ in names from member to member, those of clients have no host names at all';
const OF_PROXIES = 'the process would be a proxy instead of a member';
const OF_THE_V2_STORE = 'no snapshot holds the data of the v2 store, and etcd 3.6 does not migrate it';
const OF_THE_CORRUPT_CHECK =
  'with it every member compares its data with the others before it serves, which must stay on';
const OF_ONE_INSTANCE = 'it must differ from member to member, and extra-args are the same on all';

/**
 * Flags of etcd that the user cannot set, each with the reason: the action sets them itself, or its checks of a cluster
 * would not hold with another value. Names from `etcd --help` of 3.5.15, 3.6.5 and 3.7.0.
 */
export const OWNED_ETCD_FLAGS: ReadonlyMap<string, string> = new Map([
  ['name', OF_THE_MEMBERS],
  ['listen-client-urls', OF_THE_MEMBERS],
  ['advertise-client-urls', OF_THE_MEMBERS],
  ['listen-peer-urls', OF_THE_MEMBERS],
  ['initial-advertise-peer-urls', OF_THE_MEMBERS],
  [
    'listen-client-http-urls',
    'the action asks members over HTTP on their client port, which this flag removes',
  ],
  [
    'listen-metrics-urls',
    "kubeadm's probes and the action ask the member for its health there, on loopback; the input metrics-port sets its port",
  ],
  ['enable-grpc-gateway', 'the action asks members through this gateway'],
  ['data-dir', 'give it in the input data-dir'],
  ['wal-dir', 'give it in the input wal-dir'],

  ['initial-cluster', OF_THE_BOOTSTRAP],
  ['initial-cluster-state', OF_THE_BOOTSTRAP],
  ['initial-cluster-token', OF_THE_BOOTSTRAP],
  ['force-new-cluster', 'the member would leave its cluster and create its own with the same data'],
  ['discovery', OF_THE_BOOTSTRAP],
  ['discovery-token', OF_THE_BOOTSTRAP],
  ['discovery-endpoints', OF_THE_BOOTSTRAP],
  ['discovery-dial-timeout', OF_THE_BOOTSTRAP],
  ['discovery-request-timeout', OF_THE_BOOTSTRAP],
  ['discovery-keepalive-time', OF_THE_BOOTSTRAP],
  ['discovery-keepalive-timeout', OF_THE_BOOTSTRAP],
  ['discovery-insecure-transport', OF_THE_BOOTSTRAP],
  ['discovery-insecure-skip-tls-verify', OF_THE_BOOTSTRAP],
  ['discovery-cert', OF_THE_BOOTSTRAP],
  ['discovery-key', OF_THE_BOOTSTRAP],
  ['discovery-cacert', OF_THE_BOOTSTRAP],
  ['discovery-user', OF_THE_BOOTSTRAP],
  ['discovery-password', OF_THE_BOOTSTRAP],
  ['discovery-fallback', OF_THE_BOOTSTRAP],
  ['discovery-proxy', OF_THE_BOOTSTRAP],
  ['discovery-srv', OF_THE_BOOTSTRAP],
  ['discovery-srv-name', OF_THE_BOOTSTRAP],

  ['cert-file', OF_THE_CERTIFICATES],
  ['key-file', OF_THE_CERTIFICATES],
  ['client-cert-file', OF_THE_CERTIFICATES],
  ['client-key-file', OF_THE_CERTIFICATES],
  ['trusted-ca-file', OF_THE_CERTIFICATES],
  ['peer-cert-file', OF_THE_CERTIFICATES],
  ['peer-key-file', OF_THE_CERTIFICATES],
  ['peer-client-cert-file', OF_THE_CERTIFICATES],
  ['peer-client-key-file', OF_THE_CERTIFICATES],
  ['peer-trusted-ca-file', OF_THE_CERTIFICATES],
  ['client-cert-auth', OF_MUTUAL_TLS],
  ['peer-client-cert-auth', OF_MUTUAL_TLS],
  ['auto-tls', OF_MUTUAL_TLS],
  ['peer-auto-tls', OF_MUTUAL_TLS],
  ['self-signed-cert-validity', 'it belongs to auto-tls, which is off'],
  ['peer-skip-client-san-verification', "a peer's certificate would be valid from any address"],
  ['experimental-peer-skip-client-san-verification', "a peer's certificate would be valid from any address"],
  ['client-cert-allowed-hostname', OF_OTHER_NAMES],
  ['peer-cert-allowed-cn', OF_OTHER_NAMES],
  ['peer-cert-allowed-hostname', OF_OTHER_NAMES],

  ['unsafe-no-fsync', 'a power failure would lose acknowledged writes'],
  ['strict-reconfig-check', 'etcd would accept a change of members that costs the quorum'],
  ['pre-vote', 'a restarted member would depose a healthy leader'],
  ['socket-reuse-port', 'a second etcd could listen on the ports of the member unnoticed'],
  ['experimental-initial-corrupt-check', OF_THE_CORRUPT_CHECK],
  ['initial-corrupt-check', OF_THE_CORRUPT_CHECK],
  ['v2-deprecation', 'one of its values deletes data'],
  ['enable-v2', OF_THE_V2_STORE],
  ['experimental-enable-v2v3', OF_THE_V2_STORE],
  ['distributed-tracing-instance-id', OF_ONE_INSTANCE],
  ['experimental-distributed-tracing-instance-id', OF_ONE_INSTANCE],

  ['proxy', OF_PROXIES],
  ['proxy-failure-wait', OF_PROXIES],
  ['proxy-refresh-interval', OF_PROXIES],
  ['proxy-dial-timeout', OF_PROXIES],
  ['proxy-write-timeout', OF_PROXIES],
  ['proxy-read-timeout', OF_PROXIES],
  ['config-file', 'with a file etcd ignores all flags'],
  ['version', 'etcd would print its version and exit'],
  ['help', 'etcd would print its flags and exit'],
  ['h', 'etcd would print its flags and exit'],
]);

/**
 * Every flag that kubeadm 1.31 to 1.37 writes into the manifest by default: any other flag that the inputs do not set
 * was set by another tool or by hand (cmd/kubeadm/app/phases/etcd/local.go, getEtcdCommand, of 1.31.0, 1.32.13,
 * 1.33.13, 1.34.4, 1.35.4, 1.36.3 and 1.37.2; version.ts lists which etcd starts with them). It writes
 * `initial-cluster` of one member, `initial-cluster-state` when it joins one.
 */
export const KUBEADM_ETCD_FLAGS: ReadonlySet<string> = new Set([
  'advertise-client-urls',
  'cert-file',
  'client-cert-auth',
  'data-dir',
  'experimental-initial-corrupt-check',
  'experimental-watch-progress-notify-interval',
  'feature-gates',
  'initial-advertise-peer-urls',
  'initial-cluster',
  'initial-cluster-state',
  'key-file',
  'listen-client-urls',
  'listen-metrics-urls',
  'listen-peer-urls',
  'name',
  'peer-cert-file',
  'peer-client-cert-auth',
  'peer-key-file',
  'peer-trusted-ca-file',
  'snapshot-count',
  'trusted-ca-file',
  'watch-progress-notify-interval',
]);

const PKI = '/etc/kubernetes/pki/etcd';

/**
 * The values of those of kubeadm's flags that are equal on all members, in kubeadm 1.31 to 1.37
 * (cmd/kubeadm/app/phases/etcd/local.go, getEtcdCommand).
 */
export const KUBEADM_FLAG_VALUES: ReadonlyMap<string, readonly string[]> = new Map([
  ['cert-file', [`${PKI}/server.crt`]],
  ['client-cert-auth', ['true']],
  ['experimental-initial-corrupt-check', ['true']],
  ['experimental-watch-progress-notify-interval', ['5s']],
  ['feature-gates', ['InitialCorruptCheck=true']],
  ['key-file', [`${PKI}/server.key`]],
  [
    'listen-metrics-urls',
    [metricsUrl('127.0.0.1', DEFAULT_METRICS_PORT), metricsUrl('::1', DEFAULT_METRICS_PORT)],
  ],
  ['peer-cert-file', [`${PKI}/peer.crt`]],
  ['peer-client-cert-auth', ['true']],
  ['peer-key-file', [`${PKI}/peer.key`]],
  ['peer-trusted-ca-file', [`${PKI}/ca.crt`]],
  ['snapshot-count', ['10000']],
  ['trusted-ca-file', [`${PKI}/ca.crt`]],
  ['watch-progress-notify-interval', ['5s']],
]);

/** The spellings of true in Go (strconv.ParseBool). */
const GO_TRUE: readonly string[] = ['1', 't', 'T', 'TRUE', 'true', 'True'];

/**
 * Reports whether a value of `--feature-gates` keeps the check of a member's data at its start: kubeadm 1.34 and later
 * switch it on by this very flag, and a value in extraArgs replaces theirs. The last of several values for a gate
 * counts (pkg/featuregate/feature_gate.go, Set).
 */
export function keepsCorruptCheck(featureGates: string): boolean {
  const gates = featureGates.split(',').map((gate) => gate.split('=').map((part) => part.trim()));
  const [, value = ''] = gates.findLast(([name]) => name === 'InitialCorruptCheck') ?? [];
  return GO_TRUE.includes(value);
}
