/** One input of the action, as action.yml declares it. */
export interface InputDefinition {
  /** Also the value of an input that is given but empty, as an expression without a value leaves it. */
  readonly default?: string;
  readonly required?: true;
  /** Masked before anything else happens, and never quoted in a message. */
  readonly secret?: true;
}

/** Every input under its literal name. A test holds action.yml to this list. */
export const inputDefinitions = {
  operation: { default: 'deploy' },
  'dry-run': { default: 'false' },
  'approved-plan': {},
  bootstrap: { default: 'auto' },
  'disk-test': { default: 'false' },
  hosts: {},
  names: {},
  inventory: {},
  'allow-even-members': { default: 'false' },
  'control-plane-hosts': {},
  'cluster-name': { default: 'etcd' },
  transport: { default: 'ssh2' },
  'local-host': {},
  'ssh-user': {},
  'ssh-port': { default: '22' },
  'ssh-private-key': { secret: true },
  'ssh-key-passphrase': { secret: true },
  'ssh-certificate': {},
  'ssh-connect-timeout': { default: '20s' },
  'sudo-password': { secret: true },
  'ssh-known-hosts': {},
  'ssh-host-fingerprints': {},
  'host-key-policy': { default: 'strict' },
  'ssh-bastion': {},
  'ssh-bastion-private-key': { secret: true },
  'ssh-bastion-key-passphrase': { secret: true },
  'ca-certificate': {},
  'ca-key': { secret: true },
  'ca-custody': { default: 'first-host' },
  'key-algorithm': { default: 'RSA-2048' },
  'certificate-validity-days': { default: '365' },
  'ca-validity-days': { default: '3650' },
  'extra-sans': {},
  'renew-before-days': { default: '30' },
  'client-certificate-copied': {},
  'client-port': { default: '2379' },
  'peer-port': { default: '2380' },
  'metrics-port': { default: '2381' },
  'data-dir': { default: '/var/lib/etcd' },
  'wal-dir': {},
  'image-archive': {},
  'image-repository': {},
  'registry-username': {},
  'registry-password': { secret: true },
  'etcd-image-tag': {},
  'heartbeat-interval': {},
  'election-timeout': {},
  'quota-backend-bytes': {},
  'auto-compaction-mode': {},
  'auto-compaction-retention': {},
  'extra-args': {},
  patches: {},
  'kubelet-config': {},
  'health-probe': {},
  deadline: { default: '60s' },
  'metrics-window': { default: '0s' },
  'fail-on': { default: 'fail' },
  'certificate-warning-days': { default: '30' },
  'certificate-failure-days': { default: '7' },
  'latency-warning-ms': { default: '100' },
  'fsync-warning-ms': { default: '10' },
  'commit-warning-ms': { default: '25' },
  'peer-latency-warning-ms': { default: '50' },
  'db-quota-warning-percent': { default: '80' },
  'db-quota-failure-percent': { default: '95' },
  'disk-free-warning-percent': { default: '15' },
  'clock-warning-ms': { default: '500' },
  'raft-lag-warning': { default: '1000' },
  'history-artifact': {},
  'github-token': { secret: true },
  'upload-artifacts': { default: 'true' },
  'artifact-name': {},
  'artifact-retention-days': {},
  'lock-timeout': { default: '2m' },
  timeout: { default: '30m' },
} as const satisfies Record<string, InputDefinition>;

/** The literal name of an input. */
export type InputName = keyof typeof inputDefinitions;

/** Names of all inputs, in the order of action.yml. */
export const inputNames = Object.keys(inputDefinitions) as readonly InputName[];

/** What was given, by input name in lower case; names that are no inputs are among them, so that they can be refused. */
export type RawInputs = Readonly<Record<string, string>>;

/** The definition of an input, widened so that absent properties can be asked for. */
export function definitionOf(name: InputName): InputDefinition {
  return inputDefinitions[name];
}
