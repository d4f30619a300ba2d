import type { Finding } from '../../findings.ts';
import { readCertificates } from '../../pki/pem-input.ts';
import { quote } from '../../text/quote.ts';
import { inputGroup } from '../group.ts';
import { type DurationRange, parseChoice, parseDuration, parseInteger } from '../scalars.ts';
import { healthInputs } from '../table/health.ts';

/** Settings of the operation `health`. */
export interface HealthSettings {
  /** Absolute path of the probe installed on the hosts (docs/least-privilege.md); absent: bash as root. */
  readonly probe?: string;
  /** Seconds after which the report contains only the observations so far. */
  readonly deadlineSeconds: number;
  /** Seconds between two scrapes of the members' metrics; 0: one scrape, percentiles since each member's start. */
  readonly metricsWindowSeconds: number;
  /** The mildest status that fails the step; `fail` also applies to a cluster without any observation. */
  readonly failOn: 'fail' | 'warn' | 'never';
  readonly thresholds: HealthThresholds;
  /** Certificate (PEM) of the CA that verifies the members; absent: that of the majority of the hosts. */
  readonly trustedAuthority?: string;
  /** Absent: reports of earlier runs are not read. */
  readonly history?: HistorySettings;
}

/** The artifacts with the reports of earlier runs. */
export interface HistorySettings {
  /** Their name; a trailing `*` matches any rest. */
  readonly artifact: string;
  /** Secret. */
  readonly token: string;
}

/** Settings of a health check, and its thresholds. */
export const healthGroup = inputGroup({
  name: 'health',
  inputs: healthInputs,
  // The CA's group includes its key, which a health check must not receive.
  alsoReads: ['ca-certificate'],
  parse: ({ inputs, findings }): { readonly health: HealthSettings } | undefined => {
    const health = parseHealth(inputs, findings);
    const trustedAuthority = parseTrusted(inputs['ca-certificate'], findings);
    return health && { health: { ...health, ...(trustedAuthority !== undefined && { trustedAuthority }) } };
  },
});

/** Parses the CA's certificate. A health check signs nothing, so it has no use for `ca-key`. */
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
/** Seconds that connecting, requests and checks may take in addition to the window. */
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

/** The input of each threshold. */
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

/** Parses the settings of the operation `health`. */
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

/** Parses a path that sudoers and every login shell take literally. */
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
  // The names that the artifact service accepts (@actions/artifact, path-and-artifact-name-validation.ts).
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

/** Thresholds for the measurements; each has an input. */
export interface HealthThresholds {
  /** Warn about a certificate with fewer days left. */
  readonly certificateWarningDays: number;
  /** Fail for a certificate with fewer days left. */
  readonly certificateFailureDays: number;
  /** Milliseconds of a read in addition to the connection's round trip. */
  readonly latencyWarningMs: number;
  /** Milliseconds of the 99th percentile of fsyncs of the write-ahead log. */
  readonly fsyncWarningMs: number;
  /** Milliseconds of the 99th percentile of commits of the database. */
  readonly commitWarningMs: number;
  /** Milliseconds of the 99th percentile of round trips between members. */
  readonly peerLatencyWarningMs: number;
  /** Size of the database in percent of the quota. */
  readonly dbQuotaWarningPercent: number;
  readonly dbQuotaFailurePercent: number;
  /** Free space in percent of the data dir's filesystem. */
  readonly diskFreeWarningPercent: number;
  /** Milliseconds between a host's clock and the median of all clocks. */
  readonly clockWarningMs: number;
  /** Number of raft log entries between a member and the leader. */
  readonly raftLagWarning: number;
  /** Seconds since the last verified backup; 0: no limit. */
  readonly backupWarningSeconds: number;
}
