import { dirname } from 'node:path';
import { gateFindings } from '../cluster/gates.ts';
import type { HealthReport } from '../etcd/health/health.ts';
import type { HostFacts } from '../facts/host.ts';
import { errorMessage } from '../findings.ts';
import { quoteBash } from '../hosts/bash.ts';
import type { HeldLocks } from '../hosts/lock/acquire-locks.ts';
import type { RemoteScript } from '../hosts/transport.ts';
import type { Settings } from '../inputs/settings.ts';
import { ACTION_DIR, AUDIT_LOG } from '../kubeadm/paths.ts';
import { auditOfHost, type AuditOutcome, type AuditRecord, formatAuditLine } from '../plan/audit-record.ts';
import type { Plan, Stage } from '../plan/plan.ts';
import type { HostProgress, RunRecord } from '../report/run-report.ts';
import type { Timeline } from '../run/timeline.ts';
import type { Log } from '../runner/log.ts';
import { STEPS } from '../steps/index.ts';

/** Who has done what, from what the run has recorded. */
export function auditRecord(
  settings: Settings,
  record: RunRecord,
  ended: { readonly startedAt: Date; readonly endedAt: Date; readonly outcome: AuditOutcome },
): AuditRecord {
  const { run } = settings;
  const { document, takenOver, steps } = record;
  return {
    schema: 1,
    actor: run.actor,
    run: run.url,
    repository: run.repository,
    workflow: run.workflow,
    commit: run.commit,
    operation: settings.operation,
    cluster: settings.clusterName,
    ...(document === undefined ? {} : { verdict: document.verdict, planDigest: document.digest }),
    inputDigest: settings.inputDigest,
    startedAt: ended.startedAt.toISOString(),
    endedAt: ended.endedAt.toISOString(),
    durationMs: ended.endedAt.getTime() - ended.startedAt.getTime(),
    outcome: ended.outcome,
    ...(takenOver.length === 0
      ? {}
      : {
          takenOver: takenOver.map(({ host, owner, why }) => ({
            host,
            why,
            ...(owner && { run: owner.run }),
          })),
        }),
    steps,
  };
}

/**
 * Leaves on each of these hosts the record of what was done to it, and gives all locks back. That it could not be written is
 * a warning: the same record goes with the artifacts.
 */
export async function leaveAudit(
  record: AuditRecord,
  hosts: ReadonlySet<string>,
  locks: HeldLocks,
  log: Log,
): Promise<void> {
  await locks.release({
    scriptFor: (host) =>
      hosts.has(host) ? appendAudit([formatAuditLine(auditOfHost(record, host))]) : undefined,
    onFailure: (host, error) => {
      log.host(host).warning(`The record of this run could not be left on the host: ${errorMessage(error)}`);
    },
  });
}

/** A full database keeps the cluster from being healthy, and says nothing about what was done to its members. */
const DESPITE = { despite: 'NOSPACE' } as const;

/**
 * The records that are written although the cluster as a whole could not be verified as healthy: those of healthy members that were
 * recorded as members before, while a majority is healthy. What was done to them is then known to the next run.
 * @param facts by host, as the plan was decided from.
 */
export function healthyRecords(
  { afterVerify }: Pick<Plan, 'afterVerify'>,
  facts: ReadonlyMap<string, HostFacts>,
  health: HealthReport,
): Stage[] {
  if (gateFindings({ kind: 'quorum', ...DESPITE }, health).length > 0) return [];
  const isRecordable = (host: string): boolean => {
    const state = facts.get(host)?.state;
    const wasMember = typeof state === 'object' && state.phase === 'member';
    return wasMember && gateFindings({ kind: 'member', member: host, ...DESPITE }, health).length === 0;
  };
  return afterVerify
    .map((stage) => ({
      ...stage,
      steps: stage.steps.filter(({ kind, host }) => kind === 'record-member' && isRecordable(host)),
    }))
    .filter(({ steps }) => steps.length > 0);
}

/** What a host keeps: the last runs, and never more than this. */
export const MOST_RECORDS = 50;
export const MOST_BYTES = 256 * 1024;

/**
 * Appends to the record of what runs have done to this host, and drops the oldest of it. Written aside, fsynced and
 * renamed, so that a run that is killed or a host that loses power loses no older record. To be run under the lock:
 * of two at once, one would be lost.
 * @param lines JSON objects without line ends, see `formatAuditLine`.
 */
export function appendAudit(lines: readonly string[]): RemoteScript {
  const added = lines.slice(-MOST_RECORDS);
  const input = Buffer.from(added.map((line) => `${line}\n`).join(''));
  const aside = quoteBash(`${ACTION_DIR}/.audit.jsonl.etcd-ha-action`);
  const shorter = quoteBash(`${ACTION_DIR}/.audit.jsonl.shorter.etcd-ha-action`);
  const log = quoteBash(AUDIT_LOG);
  const folder = quoteBash(ACTION_DIR);
  const script = `
if ! [ -d ${folder} ]; then
  ( umask 022; mkdir -p -- ${quoteBash(dirname(ACTION_DIR))} )
  mkdir -m 0700 -- ${folder}
fi
IFS= read -r -N ${input.length} added
{
  if [ -f ${log} ]; then
    tail -n ${MOST_RECORDS - added.length} -- ${log}
    if [ -n "$(tail -c 1 -- ${log})" ]; then echo; fi # as an editor may leave it
  fi
  printf %s "$added"
} > ${aside}
if [ "$(stat -c %s -- ${aside})" -gt ${MOST_BYTES} ]; then
  # One byte more than is kept: the first line, which is dropped, is one that was cut, or the end of the one before. Not behind a
  # pipe, where tail of uutils gives more than it was asked for.
  tail -c ${MOST_BYTES + 1} -- ${aside} | tail -n +2 > ${shorter}
  mv -fT -- ${shorter} ${aside}
fi
sync -- ${aside}
mv -fT -- ${aside} ${log}
sync -- ${folder} ${quoteBash(dirname(ACTION_DIR))}
`;
  return {
    title: 'write the audit record',
    effect: 'changes',
    script,
    input,
    timeoutMs: 30_000,
  };
}

/** How far each host has come with its part of a plan that was not carried out to its end. */
export function hostProgress(
  { members, controlPlane, stages, afterVerify }: Plan,
  { entries }: Timeline,
): HostProgress[] {
  return [...members.after, ...controlPlane].map(({ name: host }) => {
    const planned = [...stages, ...afterVerify].flatMap(({ title, steps }) =>
      steps
        .filter((step) => step.host === host)
        .map((step) => ({ stage: title, step: STEPS[step.kind].title })),
    );
    const begun = entries.filter((entry) => entry.host === host);
    const ended = (outcome: 'done' | 'failed'): string[] =>
      begun
        .filter((entry) => entry.outcome === outcome)
        .filter(({ stage, title }) => planned.some((one) => one.stage === stage && one.step === title))
        .map(({ title }) => title);
    const left = planned
      .filter(({ stage, step }) => !begun.some((entry) => entry.stage === stage && entry.title === step))
      .map(({ step }) => step);
    return { host, done: ended('done'), failed: ended('failed'), left };
  });
}
