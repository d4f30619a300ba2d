import { auditOfHost, formatAuditLine, type AuditOutcome, type AuditRecord } from '../cluster/audit.ts';
import { errorMessage } from '../findings.ts';
import type { HeldLocks } from '../hosts/lock/acquire-locks.ts';
import { appendAudit } from '../hosts/scripts/append-audit.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../settings/settings.ts';
import type { RunRecord } from './run-record.ts';

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
