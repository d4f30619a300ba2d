import type { Finding } from '../../findings.ts';
import { DEFAULT_TIMES_MS, MOST_ELECTION_MS } from '../../kubeadm/etcd-flags.ts';
import type { EtcdArgument } from '../../kubeadm/kubeadm-config.ts';
import { quote } from '../../text/quote.ts';
import type { Collected } from '../collected.ts';
import { inputGroup } from '../group.ts';
import { parseChoice, parseInteger } from '../scalars.ts';
import { etcdFlagInputs } from '../table/etcd.ts';
import type { InputName } from '../table/table.ts';
import { parseExtraArgs } from './extra-args.ts';

/** Inputs that are etcd flags of the same name. */
export const tuningInputs = [
  'heartbeat-interval',
  'election-timeout',
  'quota-backend-bytes',
  'auto-compaction-mode',
  'auto-compaction-retention',
] as const satisfies readonly InputName[];

type TuningInput = (typeof tuningInputs)[number];

const MIB = 1024 ** 2;
/** A smaller quota is most likely a wrong unit. */
const LEAST_QUOTA = 16 * MIB;
/** etcd warns about a larger quota at each start (server/storage/quota.go, MaxQuotaBytes). */
const MOST_ADVISED_QUOTA = 8 * 1024 * MIB;
const MOST_QUOTA = 1024 * 1024 * MIB;

const UNITS: Readonly<Record<string, number>> = { '': 1, Ki: 1024, Mi: MIB, Gi: 1024 * MIB };

/**
 * Parses the inputs that tune etcd, by etcd's own rules, and merges them with the extra flags.
 * @param inputs etcd's default applies for an empty one. @param extraArgs the flags of the input `extra-args`.
 * @returns all flags, sorted by name.
 */
function parseTuning(
  inputs: Readonly<Record<TuningInput, string>>,
  extraArgs: readonly EtcdArgument[],
  { findings, warnings }: Collected,
): readonly EtcdArgument[] {
  const read: Readonly<Record<TuningInput, (value: string) => string | undefined>> = {
    'heartbeat-interval': (value) => milliseconds('heartbeat-interval', value, findings),
    'election-timeout': (value) => milliseconds('election-timeout', value, findings),
    'quota-backend-bytes': (value) => quota(value, { findings, warnings }),
    'auto-compaction-mode': (value) =>
      parseChoice('auto-compaction-mode', value, ['periodic', 'revision'], findings),
    'auto-compaction-retention': (value) => value,
  };
  const given = tuningInputs.filter((name) => inputs[name] !== '');
  const flags = given.flatMap((name): EtcdArgument[] => {
    if (extraArgs.some((argument) => argument.name === name)) findings.push(givenTwice(name));
    const value = read[name](inputs[name]);
    return value === undefined ? [] : [{ name, value }];
  });
  const all = [...extraArgs.filter(({ name }) => !given.some((input) => input === name)), ...flags];
  checkTimes(all, findings);
  checkCompaction(all, inputs, findings);
  return all.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function milliseconds(
  input: 'heartbeat-interval' | 'election-timeout',
  value: string,
  findings: Finding[],
): string | undefined {
  const range = { least: 1, greatest: MOST_ELECTION_MS, example: DEFAULT_TIMES_MS[input] };
  const number = parseInteger(input, value.replace(/^(\d+)ms$/, '$1'), range, findings);
  return number === undefined ? undefined : String(number);
}

function quota(value: string, { findings, warnings }: Collected): string | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,15})(?: ?([KMG]i)B?)?$/.exec(value) ?? [];
  const bytes = digits === '' ? Number.NaN : Number(digits) * (UNITS[unit] ?? Number.NaN);
  if (bytes >= LEAST_QUOTA && bytes <= MOST_QUOTA) {
    if (bytes > MOST_ADVISED_QUOTA) warnings.push(largeQuota(value));
    return String(bytes);
  }
  findings.push({
    code: 'value-malformed',
    at: 'quota-backend-bytes',
    fact: Number.isNaN(bytes)
      ? `${quote(value)} is not a number of bytes, with or without Ki, Mi or Gi after it.`
      : `${quote(value)} is not between 16Mi and 1024Gi.`,
    fix: 'write for example quota-backend-bytes: 8Gi.',
  });
  return undefined;
}

function largeQuota(value: string): Finding {
  return {
    code: 'value-malformed',
    at: 'quota-backend-bytes',
    fact: `${quote(value)} is more than 8Gi, the most that etcd recommends: a larger database takes long to send, to defragment and to read at startup.`,
    fix: 'keep the database small, or watch how long members take to start.',
  };
}

function givenTwice(input: TuningInput): Finding {
  return {
    code: 'flag-not-allowed',
    at: input,
    fact: `${input} is given in extra-args too.`,
    fix: 'keep one of the two, preferably this one: its value is checked.',
  };
}

/** Checks the two rules whose violation stops etcd (server/embed/config.go, Validate), whichever input sets the values. */
function checkTimes(all: readonly EtcdArgument[], findings: Finding[]): void {
  const timeOf = (name: keyof typeof DEFAULT_TIMES_MS): number => {
    const value = all.find((argument) => argument.name === name)?.value;
    return value === undefined
      ? DEFAULT_TIMES_MS[name]
      : /^[1-9]\d*$/.test(value)
        ? Number(value)
        : Number.NaN;
  };
  const heartbeat = timeOf('heartbeat-interval');
  const election = timeOf('election-timeout');
  if (5 * heartbeat > election) {
    const example =
      5 * heartbeat > MOST_ELECTION_MS
        ? 'heartbeat-interval: 1000 and election-timeout: 10000'
        : `election-timeout: ${Math.min(10 * heartbeat, MOST_ELECTION_MS)}`;
    findings.push({
      code: 'tuning-unusable',
      at: 'election-timeout',
      fact: `an election timeout of ${election} ms is less than five times the heartbeat interval of ${heartbeat} ms, and etcd exits at once with such a pair.`,
      cause: "only one of the two was raised; etcd's defaults are 100 and 1000.",
      fix: `give both, ten to one as etcd recommends, for example ${example}.`,
    });
  }
  if (election > MOST_ELECTION_MS) {
    findings.push({
      code: 'tuning-unusable',
      at: 'election-timeout',
      fact: `an election timeout of ${election} ms is more than ${MOST_ELECTION_MS} ms, and etcd exits at once with it.`,
      fix: 'choose a shorter one, for example election-timeout: 10000.',
    });
  }
}

/**
 * Checks the compaction retention, whose meaning depends on the mode (server/embed/etcd.go, parseCompactionRetention): a
 * bare number means hours in one and revisions in the other; in the latter, a duration would count its nanoseconds.
 */
function checkCompaction(
  all: readonly EtcdArgument[],
  inputs: Readonly<Record<TuningInput, string>>,
  findings: Finding[],
): void {
  const valueOf = (name: TuningInput): string | undefined =>
    all.find((argument) => argument.name === name)?.value;
  const retention = valueOf('auto-compaction-retention');
  const mode = valueOf('auto-compaction-mode') ?? 'periodic';
  if (retention === undefined) {
    if (inputs['auto-compaction-mode'] !== '') findings.push(modeAlone);
    return;
  }
  if (inputs['auto-compaction-retention'] === '' && inputs['auto-compaction-mode'] === '') return;
  const isCount = /^\d{1,15}$/.test(retention);
  if (mode === 'revision' && !isCount) {
    findings.push({
      code: 'tuning-unusable',
      at: 'auto-compaction-retention',
      fact: `${quote(retention)} is not a number of revisions, which auto-compaction-mode: revision requires.`,
      fix: 'write for example auto-compaction-retention: 10000, or auto-compaction-mode: periodic.',
    });
  } else if (mode === 'periodic' && retention !== '0' && !isDuration(retention)) {
    findings.push({
      code: 'tuning-unusable',
      at: 'auto-compaction-retention',
      fact: isCount
        ? `${quote(retention)} has no unit; etcd reads it as hours.`
        : `${quote(retention)} is not a duration.`,
      fix: `write hours, minutes and seconds in that order, for example auto-compaction-retention: ${isCount ? `${retention}h` : '1h'}; 0 switches it off.`,
    });
  }
}

/** Reports whether a text is a Go duration (time.ParseDuration) of whole hours, minutes and seconds. */
function isDuration(text: string): boolean {
  return /^(?=\d)(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?$/.test(text);
}

const modeAlone: Finding = {
  code: 'tuning-unusable',
  at: 'auto-compaction-mode',
  fact: 'the mode alone has no effect: without auto-compaction-retention etcd compacts nothing by itself.',
  fix: 'give both, for example auto-compaction-mode: periodic and auto-compaction-retention: 1h, or none.',
};

/** The user's etcd flags. */
export interface EtcdFlagSettings {
  /** Sorted by name, including those with inputs of their own; none that the action sets. */
  readonly extraArgs: readonly EtcdArgument[];
}

/** etcd flags: those of the input `extra-args`, and those with inputs of their own. */
export const etcdFlagsGroup = inputGroup({
  name: 'etcd-flags',
  inputs: etcdFlagInputs,
  parse: ({ inputs, findings, warnings }): EtcdFlagSettings => {
    const extraArgs = parseExtraArgs(inputs['extra-args'], findings);
    return { extraArgs: parseTuning(inputs, extraArgs, { findings, warnings }) };
  },
});
