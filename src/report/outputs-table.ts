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
    description: '`true` if every member is healthy and the cluster matches the inputs.',
    group: 'cluster',
  },
  endpoints: {
    description: 'Client URLs of all members, separated by commas, as for `etcdctl --endpoints`.',
    group: 'cluster',
  },
  members: { description: 'The members as a JSON array.', group: 'cluster' },
  status: {
    description:
      'Of a health check, its worst finding: `ok`, `warn`, `fail`, or `unknown` if even the quorum is ' +
      'unreadable.',
    group: 'health-check',
  },
  summary: { description: 'Of a health check, its result in one line.', group: 'health-check' },
  'failure-tolerance': {
    description:
      'Of a health check: how many more members may fail before the cluster accepts no writes. 0: none; ' +
      'negative: it already accepts none; empty: unknown.',
    group: 'health-check',
  },
  leader: { description: 'Name of the leader.', group: 'cluster' },
  'cluster-id': { description: "The cluster's id, in hex as etcd logs it.", group: 'cluster' },
  changed: { description: '`true` if the run changed anything on any host.', group: 'change' },
  verdict: {
    description:
      'Decision of the run: `create`, `adopt`, `converge`, `repair` or `unchanged` of a deploy, `backup`, ' +
      '`restore` or `drill`; `refuse` if it must change nothing; empty if it ended before the decision.',
    group: 'plan',
  },
  plan: {
    description:
      'The changes of each host and their reasons, as JSON: files with their differences, restarts, ' +
      'changes of members, and the conditions between them.',
    group: 'plan',
  },
  'plan-digest': {
    description: 'Digest of that plan for `approved-plan`: SHA-256, in hex.',
    group: 'plan',
  },
  findings: {
    description:
      'The checks that are not `ok` or have a `notice`, the worst first, as a JSON array of objects with ' +
      '`name`, `code`, `member`, `subject`, `status`, `measured`, `threshold`, `cause`, `fix` and ' +
      '`notice`, as in `health-report`.',
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
  'backup-path': {
    description: 'Path of the backup on the runner.',
    group: 'backup',
  },
  'backup-manifest': {
    description:
      'Path of its manifest, which follows docs/backup-manifest.v1.schema.json: cluster, members, revision, ' +
      'hashes and the file.',
    group: 'backup',
  },
  'backup-revision': { description: 'Revision of the key space that the backup has.', group: 'backup' },
  'backup-sha256': { description: 'SHA-256 of the file, in hex.', group: 'backup' },
  'backup-verified': {
    description:
      '`true` if the keys and values of the file equal those of a majority of the members; `false` if too few ' +
      'members could be asked. A file that differs fails the step.',
    group: 'backup',
  },
  'ca-certificate': { description: 'Certificate of the etcd CA, PEM. Public.', group: 'hand-over' },
  'ca-fingerprint': {
    description:
      'SHA-256 fingerprint of the CA certificate, as `openssl x509 -fingerprint -sha256` shows it.',
    group: 'hand-over',
  },
  'certificates-expire-at': {
    description: 'When the first certificate expires, as `2027-11-23T17:00:00.000Z`.',
    group: 'cluster',
  },
  'external-etcd-config': {
    description: 'The kubeadm ClusterConfiguration, as YAML, with which a control plane uses this cluster.',
    group: 'hand-over',
  },
  'accepted-host-keys': {
    description:
      'With `host-key-policy: accept-new`: lines for `ssh-known-hosts` with the keys that were accepted ' +
      'unverified; empty if all hosts were pinned.',
    group: 'login',
  },
  'artifact-id': { description: 'Id of the uploaded artifact; empty if there is none.', group: 'artifact' },
  'artifact-url': {
    description: 'Address of the uploaded artifact; empty if there is none.',
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
