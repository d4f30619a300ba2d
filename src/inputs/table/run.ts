import type { GroupedInputs } from './input.ts';

/** What a run is to do. */
export const operationInput = {
  operation: {
    description:
      'What to do: `deploy` sets up the cluster, brings it to what is asked for, or proves that it stands ' +
      'so. `preflight` looks at the hosts, reports everything that stands in the way, and changes nothing. ' +
      '`health` looks at members, hosts and certificates, reports what is wrong or will be, and changes ' +
      'nothing.',
    default: 'deploy',
    common: true,
  },
} as const satisfies GroupedInputs;

/** Whether the plan of the run is carried out. */
export const planInputs = {
  'dry-run': {
    description:
      '`true`: look at everything, decide, report what would be done as log, job summary and the outputs ' +
      '`plan` and `plan-digest`, and change nothing.',
    default: 'false',
    common: true,
  },
  'approved-plan': {
    description:
      'The `plan-digest` of a dry run: the run goes on only if its own plan is still that one. With ' +
      '`dry-run` it only tells whether it is. Left out or empty: any plan is carried out.',
  },
} as const satisfies GroupedInputs;

/** Whether a new cluster may be made. */
export const bootstrapInputs = {
  bootstrap: {
    description:
      'When a new cluster may be made where there is none: `auto` only when this run makes the CA, since ' +
      'with a CA that is there already, given or lying on a host, there may have been a cluster that API ' +
      'servers still use; `allow` also then; `never` at no time. Leave `allow` out of scheduled workflows.',
    default: 'auto',
    common: true,
  },
} as const satisfies GroupedInputs;

/** Whether the disks are measured. */
export const diskTestInputs = {
  'disk-test': {
    description:
      '`true`: a preflight also writes to the disk of `data-dir` for a few seconds to see how fast it is, ' +
      'and removes what it wrote. Other operations do not.',
    default: 'false',
  },
} as const satisfies GroupedInputs;

/** What a run leaves on GitHub. */
export const artifactInputs = {
  'upload-artifacts': {
    description:
      'Whether to upload what the run leaves behind: kubeadm configurations, public certificates, manifests ' +
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
    description:
      'The longest that the whole run may take, as `90s`, `15m` or `1h30m`; one minute to six hours.',
    default: '30m',
    common: true,
  },
} as const satisfies GroupedInputs;
