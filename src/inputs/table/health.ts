import type { GroupedInputs } from './input.ts';

/** What a health check looks at, and what it holds it against. */
export const healthInputs = {
  'health-probe': {
    description:
      'For `health`: path of the probe on the hosts for an account that may run nothing else as root ' +
      '(docs/least-privilege.md), for example `/usr/local/sbin/etcd-ha-health-probe`. Left out: bash as ' +
      'root, as for the other operations.',
  },
  deadline: {
    description:
      'For `health`: time limit of the check, as `30s` or `2m`; ten seconds to ten minutes. Everything ' +
      'that it has not read by then is reported as unknown.',
    default: '60s',
  },
  'metrics-window': {
    description:
      'For `health`: time between two reads of the metrics of each member, as `30s`, so that percentiles ' +
      'cover that time; at most five minutes. With `0s` there is one read, and percentiles cover the ' +
      'time since the start of each member.',
    default: '0s',
  },
  'fail-on': {
    description:
      'For `health`: what fails the step: `fail`, a failed check or an unreadable cluster; `warn`, also ' +
      'a warning; `never`, only unusable inputs.',
    default: 'fail',
  },
  'certificate-warning-days': {
    description: 'For `health`: a certificate with fewer days left is a warning.',
    default: '30',
  },
  'certificate-failure-days': {
    description: 'For `health`: a certificate with fewer days left is a failure.',
    default: '7',
  },
  'latency-warning-ms': {
    description:
      'For `health`: a read that takes longer, without the round trip to the member, is a warning; ' +
      'milliseconds.',
    default: '100',
  },
  'fsync-warning-ms': {
    description:
      "For `health`: a 99th percentile of the log's fsync that is longer is a warning; milliseconds.",
    default: '10',
  },
  'commit-warning-ms': {
    description:
      "For `health`: a 99th percentile of the database's commits that is longer is a warning; milliseconds.",
    default: '25',
  },
  'peer-latency-warning-ms': {
    description:
      'For `health`: a 99th percentile of the round trips between two members that is longer is a warning; ' +
      'milliseconds.',
    default: '50',
  },
  'db-quota-warning-percent': {
    description: 'For `health`: a database that uses more of its quota is a warning; percent.',
    default: '80',
  },
  'db-quota-failure-percent': {
    description: 'For `health`: a database that uses more of its quota is a failure; percent.',
    default: '95',
  },
  'disk-free-warning-percent': {
    description: "For `health`: less free space on the data dir's filesystem is a warning; percent.",
    default: '15',
  },
  'clock-warning-ms': {
    description:
      'For `health`: a clock that is further from the median of all hosts is a warning; milliseconds.',
    default: '500',
  },
  'raft-lag-warning': {
    description: 'For `health`: a member that is more log entries behind the leader is a warning.',
    default: '1000',
  },
  'backup-warning-age': {
    description:
      'For `health`: a last verified backup that is older, as `26h`, or none at all, is a warning. With `0s` ' +
      'its age is only reported.',
    default: '0s',
  },
  'history-artifact': {
    description:
      'For `health`: name of the artifacts of earlier runs of this workflow, or its beginning with a ' +
      '`*`, such as `etcd-ha-production-*`, to show trends. Needs `github-token`. Left out: no trends.',
  },
  'github-token': {
    description:
      "Token with the permission `actions: read`, for `history-artifact`: the job's own `github.token` " +
      'is enough. Not used for anything else.',
    secret: true,
  },
} as const satisfies GroupedInputs;
