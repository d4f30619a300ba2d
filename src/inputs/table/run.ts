import type { GroupedInputs } from './input.ts';

/** What a run is to do. */
export const operationInput = {
  operation: {
    description:
      'What to do: `deploy` sets up the cluster, updates it to match the inputs, or verifies that it ' +
      'matches them. `preflight` inspects the hosts, reports everything that prevents a deploy, and ' +
      'changes nothing. `health` inspects members, hosts and certificates, reports present and future ' +
      'problems, and changes nothing. `backup` writes an encrypted copy of the database to a file on the ' +
      'runner, proves it against the members, and changes nothing on the hosts. `restore` sets up a cluster ' +
      'with the data of a backup on empty hosts, or tries a backup on a spare host.',
    default: 'deploy',
    common: true,
  },
} as const satisfies GroupedInputs;

/** Whether the plan of the run is carried out. */
export const planInputs = {
  'dry-run': {
    description:
      '`true`: inspect everything, decide, report the plan in the log, the job summary and the outputs ' +
      '`plan` and `plan-digest`, and change nothing.',
    default: 'false',
    common: true,
  },
  'approved-plan': {
    description:
      'The `plan-digest` of a dry run: the run continues only if its own plan is the same. With ' +
      '`dry-run` it only reports whether it is. Left out or empty: the run carries out any plan.',
  },
} as const satisfies GroupedInputs;

/** Whether a new cluster may be made. */
export const bootstrapInputs = {
  bootstrap: {
    description:
      'When to create a new cluster if there is none: `auto` only if this run creates the CA, because ' +
      'with an existing CA, from the inputs or on a host, there may have been a cluster that API servers ' +
      'still use; `allow` also then; `never` at no time. Leave `allow` out of scheduled workflows.',
    default: 'auto',
    common: true,
  },
} as const satisfies GroupedInputs;

/** Whether the disks are measured. */
export const diskTestInputs = {
  'disk-test': {
    description:
      '`true`: a preflight also writes to the disk of `data-dir` for a few seconds to measure it, and ' +
      'removes the file. Other operations do not.',
    default: 'false',
  },
} as const satisfies GroupedInputs;

/** Where a backup goes, and who can read it. */
export const backupInputs = {
  'backup-recipients': {
    description:
      'For `backup`: public keys that the backup is encrypted to, one per line, as `age-keygen` prints them ' +
      '(`age1…`, or `age1pq1…` for a post-quantum one). Each of their identities decrypts it alone; keep one ' +
      'offline. Lines that begin with `#` are comments.',
  },
  'backup-path': {
    description:
      'For `backup`: path of the new file on the runner; a relative one starts at the workspace. Its manifest ' +
      'is written beside it, with `.json` at its end. An existing file is not overwritten. Left out: a file in ' +
      "the runner's folder for temporary files, which the next steps find by the output `backup-path`.",
  },
  'backup-encryption': {
    description:
      'For `backup`: `age` encrypts the file to `backup-recipients` before it reaches the disk of the runner. ' +
      '`none` writes all Kubernetes secrets as plain text; it needs a `backup-path`, and never uploads the file.',
    default: 'age',
  },
} as const satisfies GroupedInputs;

/** What a run leaves on GitHub. */
export const artifactInputs = {
  'upload-artifacts': {
    description:
      'Whether to upload the results of the run: kubeadm configurations, public certificates, manifests ' +
      'and the health report of a deploy; the report of a health check in all its forms.',
    default: 'true',
  },
  'artifact-name': {
    description:
      'Name of the artifact. Left out: `etcd-ha-` with the cluster, the run attempt and eight random ' +
      'digits.',
  },
  'artifact-retention-days': {
    description:
      "Days to keep the artifact, 1 to 400. Left out: the repository's own setting, which is also the most.",
  },
} as const satisfies GroupedInputs;

/** How long a run waits for others. */
export const lockInputs = {
  'lock-timeout': {
    description:
      'How long to wait while another run works on the same hosts, as `90s`, `2m` or `1h`; at most six ' +
      'hours. With `0s` the run does not wait.',
    default: '2m',
  },
} as const satisfies GroupedInputs;

/** How long a run may take. */
export const timeLimitInputs = {
  timeout: {
    description: 'Time limit of the whole run, as `90s`, `15m` or `1h30m`; one minute to six hours.',
    default: '30m',
    common: true,
  },
} as const satisfies GroupedInputs;

/** Which backup is restored, and where to. */
export const restoreInputs = {
  'restore-from': {
    description:
      'For `restore`: path of the backup on the runner; a relative one starts at the workspace. Its manifest lies ' +
      'beside it, with `.json` at its end. An earlier step downloads both, for example from an artifact.',
  },
  'backup-identity': {
    description:
      'For `restore`: the identity of age that decrypts the backup (`AGE-SECRET-KEY-1…`), or the whole file of ' +
      '`age-keygen`. Not needed for a backup that is not encrypted.',
    secret: true,
  },
  drill: {
    description:
      '`true`: `restore` only tries the backup on the one spare host in `hosts`: it restores it there, starts an etcd ' +
      'that only this host can reach, compares its keys and values with the backup, and removes everything again.',
    default: 'false',
  },
} as const satisfies GroupedInputs;
