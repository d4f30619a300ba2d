import type { PlanDocument } from '../plan/document.ts';
import { manifestPath, type TakenBackup } from '../backup/manifest.ts';
import { type Check, type CheckStatus, isFinding } from '../checks/check.ts';
import type { HealthDocument, MemberDocument } from '../checks/health-document.ts';
import { RunError, type Finding } from '../findings.ts';
import type { Log } from '../runner/log.ts';
import { setOutput } from '../runner/toolkit.ts';
import type { Redactor } from '../runner/masking/redaction.ts';
import { type OutputGroupName, type OutputName, OUTPUTS, outputsOfGroups } from './outputs-table.ts';

/** The action's outputs as they are in code; action.yml says what each is for. */
export interface Outputs {
  readonly healthy: boolean;
  /** Of a health check. */
  readonly status: CheckStatus;
  /** One line. */
  readonly summary: string;
  /** A number, or empty if unknown. */
  readonly 'failure-tolerance': string;
  /** Client URLs. */
  readonly endpoints: readonly string[];
  /** As in the health report. */
  readonly members: readonly MemberDocument[];
  /** Name; empty when there is none. */
  readonly leader: string;
  readonly 'cluster-id': string;
  readonly changed: boolean;
  /** One of the operation's; `refuse`: it was decided that nothing may be done. Empty when the run ended before it could decide. */
  readonly verdict: string;
  readonly plan: PlanDocument;
  /** SHA-256, lower-case hex. */
  readonly 'plan-digest': string;
  /** The checks of the operation that are not `ok` or have a notice, the worst first. */
  readonly findings: readonly Check[];
  readonly 'health-report': HealthDocument;
  /** Folder on the runner. */
  readonly 'report-path': string;
  /** Paths on the runner. */
  readonly 'backup-path': string;
  readonly 'backup-manifest': string;
  /** Decimal. */
  readonly 'backup-revision': string;
  /** Lower-case hex. */
  readonly 'backup-sha256': string;
  readonly 'backup-verified': boolean;
  /** PEM. */
  readonly 'ca-certificate': string;
  readonly 'ca-fingerprint': string;
  /** ISO 8601, UTC. */
  readonly 'certificates-expire-at': string;
  /** YAML. */
  readonly 'external-etcd-config': string;
  /** Lines of known_hosts. */
  readonly 'accepted-host-keys': string;
  readonly 'artifact-id': string;
  readonly 'artifact-url': string;
}

/** The outputs of a run that has planned. @param document absent: it has not come that far. */
export function planOutputs(document: PlanDocument | undefined): Partial<Outputs> {
  return document === undefined
    ? {}
    : { verdict: document.verdict, plan: document, 'plan-digest': document.digest };
}

/** The outputs of a run that has verified the cluster. @param endpoints client URLs of the members. */
export function verificationOutputs(
  document: HealthDocument,
  endpoints: readonly string[],
): Partial<Outputs> {
  return {
    healthy: document.healthy,
    endpoints,
    members: document.members,
    leader: document.cluster.leader ?? '',
    'cluster-id': document.cluster.id ?? '',
    findings: document.checks.filter(isFinding),
    'health-report': document,
  };
}

/** The outputs of a backup, also of a run that fails after it. */
export function backupOutputs([taken]: readonly TakenBackup[]): Partial<Outputs> {
  if (taken === undefined) return {};
  const { path, manifest } = taken;
  return {
    'backup-path': path,
    'backup-manifest': manifestPath(path),
    'backup-revision': manifest.revision.toString(),
    'backup-sha256': manifest.file.sha256,
    'backup-verified': manifest.verified,
  };
}

/** Returns the outputs of some groups. */
export function ofGroups(outputs: Partial<Outputs>, groups: readonly OutputGroupName[]): Partial<Outputs> {
  const names: readonly string[] = outputsOfGroups(groups);
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => names.includes(name)));
}

/** Names of all outputs. An output that is not in the table, or has no type here, does not compile. */
const outputNames = Object.keys(
  OUTPUTS satisfies Readonly<Record<keyof Outputs, unknown>>,
) as readonly OutputName[];

/**
 * What all outputs of a job may take: GitHub allows 1 MB and counts two bytes per character; some of it is left to
 * the job's other steps.
 */
const mostCharacters = 400_000;

/** What can be left out, what is missed least first; the artifact holds it as a file. */
const spare: readonly OutputName[] = ['plan', 'health-report', 'members'];

/**
 * Sets outputs of the step. What would make GitHub drop all of them for their size is left out with a warning.
 * @param set only for tests.
 * @throws RunError after setting the others, when an output holds a secret: that one is not set.
 */
export function writeOutputs(
  outputs: Partial<Outputs>,
  redactor: Redactor,
  log: Log,
  set: (name: string, value: string) => void = setOutput,
): void {
  const texts = new Map(
    outputNames.flatMap((name) => {
      const value = outputs[name];
      return value === undefined ? [] : [[name, textOf(name, value)] as const];
    }),
  );
  shrink(texts, log);
  const findings: Finding[] = [];
  for (const [name, text] of texts) {
    const secret = redactor.findSecret(text);
    if (secret === undefined) set(name, text);
    else findings.push(leak(name, secret));
  }
  if (findings.length > 0) throw new RunError('an output was not set because it contains a secret', findings);
}

/** The list of URLs as etcdctl takes it; other data as JSON. */
function textOf(name: OutputName, value: Outputs[keyof Outputs]): string {
  if (typeof value === 'string') return value;
  return name === 'endpoints' && Array.isArray(value) ? value.join(',') : JSON.stringify(value);
}

function shrink(texts: Map<OutputName, string>, log: Log): void {
  for (const name of spare) {
    const total = [...texts.values()].reduce((sum, text) => sum + text.length, 0);
    if (total <= mostCharacters || !texts.delete(name)) continue;
    log.warning(
      `Output ${name} is not set: all outputs of a job together may take 1 MB. The artifact holds it as a file.`,
    );
  }
}

function leak(name: string, secret: string): Finding {
  return {
    code: 'output-holds-secret',
    at: `output ${name}`,
    fact: `its value holds ${secret}.`,
    cause:
      'a public value contains a secret of the workflow, such as a passphrase that is also the name of a host.',
    fix: 'choose another secret; if the value should not hold it, open an issue.',
  };
}
