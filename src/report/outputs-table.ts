/** One output of the action. All that is said of it for users is made from this (`npm run docs`). */
interface OutputDefinition {
  /** For users, as Markdown without line breaks: sentences that end with a full stop. */
  readonly description: string;
  /** What sets it, as operations name it. */
  readonly group: string;
}

/** The one table of outputs, in the order of action.yml. */
export const OUTPUTS = {
  healthy: {
    description: '`true` when every member is healthy and the cluster is exactly the one asked for.',
    group: 'cluster',
  },
  endpoints: {
    description: 'Client URLs of all members, separated by commas, as `etcdctl --endpoints` takes them.',
    group: 'cluster',
  },
  members: { description: 'The members as a JSON array.', group: 'cluster' },
  status: {
    description:
      'Of a health check, its worst finding: `ok`, `warn`, `fail`, or `unknown` when not even the quorum ' +
      'could be seen.',
    group: 'health-check',
  },
  summary: { description: 'Of a health check, what it found, in one line.', group: 'health-check' },
  'failure-tolerance': {
    description:
      'Of a health check: how many more members may fail before the cluster takes no writes. 0: none; ' +
      'negative: it takes none already; empty: could not be seen.',
    group: 'health-check',
  },
  leader: { description: 'Name of the member that leads.', group: 'cluster' },
  'cluster-id': { description: "The cluster's id, in hex as etcd logs it.", group: 'cluster' },
  changed: { description: '`true` when the run changed anything on any host.', group: 'change' },
  verdict: {
    description:
      'What the run found to do: `create`, `adopt`, `converge`, `repair`, `unchanged`, or `refuse`, when ' +
      'nothing may be done; empty when it ended before it could decide.',
    group: 'plan',
  },
  plan: {
    description:
      'What is to be done on which host, and why, as JSON: files with their differences, restarts, changes ' +
      'of members, and what is waited for in between.',
    group: 'plan',
  },
  'plan-digest': {
    description: 'Digest of that plan, as `approved-plan` takes it: SHA-256, in hex.',
    group: 'plan',
  },
  findings: {
    description:
      'What a preflight or a health check found, as a JSON array: of a preflight objects with `host`, `at`, ' +
      '`fact`, `cause`, `fix` and `severity`; of a health check all checks that are not `ok`, as in ' +
      '`health-report`.',
    group: 'findings',
  },
  'health-report': {
    description:
      'The whole health report as JSON; that of a health check follows docs/health-report.v1.schema.json.',
    group: 'cluster',
  },
  'report-path': {
    description:
      'Folder on the runner with the report of a health check as files: `report.html`, `report.json` and ' +
      'others.',
    group: 'health-check',
  },
  'ca-certificate': { description: 'Certificate of the etcd CA, PEM. Public.', group: 'hand-over' },
  'ca-fingerprint': {
    description:
      'SHA-256 fingerprint of the CA certificate, as `openssl x509 -fingerprint -sha256` shows it.',
    group: 'hand-over',
  },
  'certificates-expire-at': {
    description: 'When the first of the certificates expires, as `2027-11-23T17:00:00.000Z`.',
    group: 'cluster',
  },
  'external-etcd-config': {
    description: 'The kubeadm ClusterConfiguration, as YAML, with which a control plane uses this cluster.',
    group: 'hand-over',
  },
  'accepted-host-keys': {
    description:
      'With `host-key-policy: accept-new`: lines for `ssh-known-hosts` with the keys that were taken unseen; ' +
      'empty when all hosts were pinned.',
    group: 'login',
  },
  'artifact-id': { description: 'Id of the uploaded artifact; empty when there is none.', group: 'artifact' },
  'artifact-url': {
    description: 'Address of the uploaded artifact; empty when there is none.',
    group: 'artifact',
  },
} as const satisfies Readonly<Record<string, OutputDefinition>>;

/** The literal name of an output. */
export type OutputName = keyof typeof OUTPUTS;

/** What sets an output, by which an operation says that it sets those. */
export type OutputGroupName = (typeof OUTPUTS)[OutputName]['group'];

/** Names of all outputs, in the order of action.yml. */
export const outputNames = Object.keys(OUTPUTS) as readonly OutputName[];

/** Names of the outputs of some groups, in the order of action.yml. */
export function outputsOfGroups(groups: readonly OutputGroupName[]): readonly OutputName[] {
  return outputNames.filter((name) => groups.includes(OUTPUTS[name].group));
}
