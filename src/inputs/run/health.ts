import type { Finding } from '../../findings.ts';
import { readCertificates } from '../../pki/pem-input.ts';
import { quote } from '../../text/quote.ts';
import { inputGroup } from '../group.ts';
import { type DurationRange, parseChoice, parseDuration, parseInteger } from '../scalars.ts';
import { healthInputs } from '../table/health.ts';

/** What the operation `health` is told. */
export interface HealthSettings {
  /** Absolute path of the probe that is installed on the hosts (docs/least-privilege.md); absent: bash as root. */
  readonly probe?: string;
  /** Seconds after which the report is made of what was seen by then. */
  readonly deadlineSeconds: number;
  /** Seconds between two looks at the members' metrics; 0: one look, percentiles since each member's start. */
  readonly metricsWindowSeconds: number;
  /** The mildest status that fails the step; `fail` takes a cluster of which nothing is known with it. */
  readonly failOn: 'fail' | 'warn' | 'never';
  readonly thresholds: HealthThresholds;
  /** Certificate (PEM) of the CA by which the members are believed; absent: what the majority of the hosts has. */
  readonly trustedAuthority?: string;
  /** Absent: reports of earlier runs are not read. */
  readonly history?: HistorySettings;
}

/** Where the reports of earlier runs are. */
export interface HistorySettings {
  /** Name of their artifacts; with a `*` at its end, what their names begin with. */
  readonly artifact: string;
  /** Secret. */
  readonly token: string;
}

/** What a health check looks at, and what it holds it against. */
export const healthGroup = inputGroup({
  name: 'health',
  inputs: healthInputs,
  // the group of the CA has its key too, which a health check must not be given
  alsoReads: ['ca-certificate'],
  parse: ({ inputs, findings }): { readonly health: HealthSettings } | undefined => {
    const health = parseHealth(inputs, findings);
    const trustedAuthority = parseTrusted(inputs['ca-certificate'], findings);
    return health && { health: { ...health, ...(trustedAuthority !== undefined && { trustedAuthority }) } };
  },
});

/** Reads the CA's certificate. A health check signs nothing, so that `ca-key` is of no use to it. */
function parseTrusted(text: string, findings: Finding[]): string | undefined {
  if (text.trim() === '') return undefined;
  const { value, findings: problems } = readCertificates({ name: 'ca-certificate', text });
  findings.push(...problems);
  return value?.[0].pem;
}

type Inputs = Readonly<Record<keyof typeof healthInputs, string>>;

const DEADLINE: DurationRange = { least: 10, greatest: 600, words: '10s and 10m', example: '60s' };
const WINDOW: DurationRange = { least: 0, greatest: 300, words: '0s and 5m', example: '30s' };
const BACKUP_AGE: DurationRange = { least: 0, greatest: 31_536_000, words: '0s and 8760h', example: '26h' };
/** What connecting, asking and judging may take besides the window; seconds. */
const BESIDES_WINDOW = 10;

const FAIL_ON = ['fail', 'warn', 'never'] as const;

interface Range {
  readonly least: number;
  readonly greatest: number;
  readonly example: number;
}

const DAYS: Range = { least: 0, greatest: 3650, example: 30 };
const MILLISECONDS: Range = { least: 1, greatest: 60_000, example: 100 };
const PERCENT: Range = { least: 1, greatest: 100, example: 80 };
const ENTRIES: Range = { least: 1, greatest: 1_000_000, example: 1000 };

/** Where each threshold comes from. */
const THRESHOLDS = {
  certificateWarningDays: ['certificate-warning-days', DAYS],
  certificateFailureDays: ['certificate-failure-days', DAYS],
  latencyWarningMs: ['latency-warning-ms', MILLISECONDS],
  fsyncWarningMs: ['fsync-warning-ms', MILLISECONDS],
  commitWarningMs: ['commit-warning-ms', MILLISECONDS],
  peerLatencyWarningMs: ['peer-latency-warning-ms', MILLISECONDS],
  dbQuotaWarningPercent: ['db-quota-warning-percent', PERCENT],
  dbQuotaFailurePercent: ['db-quota-failure-percent', PERCENT],
  diskFreeWarningPercent: ['disk-free-warning-percent', PERCENT],
  clockWarningMs: ['clock-warning-ms', MILLISECONDS],
  raftLagWarning: ['raft-lag-warning', ENTRIES],
} as const satisfies Record<
  Exclude<keyof HealthThresholds, 'backupWarningSeconds'>,
  readonly [keyof typeof healthInputs, Range]
>;

/** Reads what the operation `health` is told. */
function parseHealth(inputs: Inputs, findings: Finding[]): HealthSettings | undefined {
  const probe = inputs['health-probe'] === '' ? undefined : parseProbe(inputs['health-probe'], findings);
  const deadlineSeconds = parseDuration('deadline', inputs.deadline, DEADLINE, findings);
  const metricsWindowSeconds = parseDuration('metrics-window', inputs['metrics-window'], WINDOW, findings);
  const failOn = parseChoice('fail-on', inputs['fail-on'], FAIL_ON, findings);
  const thresholds = parseThresholds(inputs, findings);
  const history = parseHistory(inputs['history-artifact'], inputs['github-token'].trim(), findings);
  if (
    deadlineSeconds === undefined ||
    metricsWindowSeconds === undefined ||
    failOn === undefined ||
    thresholds === undefined
  ) {
    return undefined;
  }
  if (metricsWindowSeconds > 0 && metricsWindowSeconds + BESIDES_WINDOW > deadlineSeconds) {
    findings.push(windowTooLong(metricsWindowSeconds, deadlineSeconds));
  }
  return {
    ...(probe !== undefined && { probe }),
    deadlineSeconds,
    metricsWindowSeconds,
    failOn,
    thresholds,
    ...(history !== undefined && { history }),
  };
}

function parseThresholds(inputs: Inputs, findings: Finding[]): HealthThresholds | undefined {
  const values = Object.entries(THRESHOLDS).map(
    ([name, [input, range]]) => [name, parseInteger(input, inputs[input], range, findings)] as const,
  );
  const backupWarningSeconds = parseDuration(
    'backup-warning-age',
    inputs['backup-warning-age'],
    BACKUP_AGE,
    findings,
  );
  if (backupWarningSeconds === undefined || values.some(([, value]) => value === undefined)) return undefined;
  const thresholds = {
    ...(Object.fromEntries(values) as Record<keyof typeof THRESHOLDS, number>),
    backupWarningSeconds,
  };
  const { certificateWarningDays, certificateFailureDays } = thresholds;
  const { dbQuotaWarningPercent, dbQuotaFailurePercent } = thresholds;
  if (certificateFailureDays > certificateWarningDays) {
    findings.push(
      crossed('certificate-failure-days', certificateFailureDays, certificateWarningDays, 'more'),
    );
  }
  if (dbQuotaFailurePercent < dbQuotaWarningPercent) {
    findings.push(crossed('db-quota-failure-percent', dbQuotaFailurePercent, dbQuotaWarningPercent, 'less'));
  }
  return thresholds;
}

function crossed(
  input: 'certificate-failure-days' | 'db-quota-failure-percent',
  failure: number,
  warning: number,
  than: 'more' | 'less',
): Finding {
  const other = input.replace('failure', 'warning');
  return {
    code: 'health-limits-conflict',
    at: input,
    fact: `${failure} is ${than} than the ${warning} of ${other}: a warning would never come before the failure.`,
    fix: `choose ${input} so that ${other} is reached first.`,
  };
}

function windowTooLong(window: number, deadline: number): Finding {
  return {
    code: 'health-limits-conflict',
    at: 'metrics-window',
    fact: `two reads of the metrics ${window} s apart do not fit into the deadline of ${deadline} s.`,
    fix: `write deadline: ${window + 3 * BESIDES_WINDOW}s, or a shorter metrics-window.`,
  };
}

/** A path that sudoers and every login shell take as it stands. */
function parseProbe(value: string, findings: Finding[]): string | undefined {
  if (/^(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)+$/.test(value)) return value;
  findings.push({
    code: 'value-malformed',
    at: 'health-probe',
    fact: `${quote(value)} is not the absolute path of a program, of letters, digits, dots, dashes and underscores.`,
    fix: 'write the path of the probe on the hosts, for example health-probe: /usr/local/sbin/etcd-ha-health-probe.',
  });
  return undefined;
}

function parseHistory(artifact: string, token: string, findings: Finding[]): HistorySettings | undefined {
  if (artifact === '') return undefined;
  // What the artifact service takes as a name (@actions/artifact, path-and-artifact-name-validation.ts).
  if (!/^[^"':<>|*?\\/\p{Cc}]{1,127}\*?$/u.test(artifact)) {
    findings.push({
      code: 'history-artifact-unusable',
      at: 'history-artifact',
      fact: `${quote(artifact)} is neither the name of an artifact nor the beginning of one followed by a *.`,
      fix: 'write the value of artifact-name, for example history-artifact: etcd-health-*.',
    });
    return undefined;
  }
  if (token !== '') return { artifact, token };
  findings.push({
    code: 'history-artifact-unusable',
    at: 'github-token',
    fact: 'history-artifact is given without a token to read earlier artifacts.',
    cause: 'without a token, only the artifacts of the same run can be read.',
    fix: 'write github-token: ${{ github.token }}, and give the job permissions: actions: read.',
  });
  return undefined;
}

/** What measurements are held against; all of it the user's own, by inputs. */
export interface HealthThresholds {
  /** A certificate with fewer days left is a warning. */
  readonly certificateWarningDays: number;
  /** A certificate with fewer days left is a failure. */
  readonly certificateFailureDays: number;
  /** Milliseconds of a read beyond the connection's own round trip. */
  readonly latencyWarningMs: number;
  /** Milliseconds of the 99th percentile of fsyncs of the write-ahead log. */
  readonly fsyncWarningMs: number;
  /** Milliseconds of the 99th percentile of commits of the database. */
  readonly commitWarningMs: number;
  /** Milliseconds of the 99th percentile of round trips between members. */
  readonly peerLatencyWarningMs: number;
  /** Percent of the quota that the database takes. */
  readonly dbQuotaWarningPercent: number;
  readonly dbQuotaFailurePercent: number;
  /** Percent of the data dir's filesystem that is free. */
  readonly diskFreeWarningPercent: number;
  /** Milliseconds between a host's clock and the median of all. */
  readonly clockWarningMs: number;
  /** Entries of the raft log that a member is behind the leader. */
  readonly raftLagWarning: number;
  /** Seconds since the last verified backup; 0: no limit. */
  readonly backupWarningSeconds: number;
}
