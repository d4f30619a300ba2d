import type { ClusterFacts } from '../cluster/gates.ts';
import { type HealthReport, UnhealthyError } from '../etcd/health/health.ts';
import { type Finding, RunError } from '../findings.ts';
import type { HeldLocks } from '../hosts/lock/acquire-locks.ts';
import type { Settings } from '../inputs/settings.ts';
import { CA_CERTIFICATE } from '../kubeadm/paths.ts';
import type { PlanDocument } from '../plan/document.ts';
import type { Plan, Stage } from '../plan/plan.ts';
import type { PlanOutcome } from '../report/run-report.ts';
import { ClusterClients } from '../run/cluster-clients.ts';
import { type ObservedHost, withRole } from '../run/host.ts';
import { type KeyPool, type IssuedFiles, prepareFiles, publicTexts } from '../run/issued-certificates.ts';
import type { ApplyContext } from './run-scripts.ts';
import { kindOf, type Step } from '../steps/index.ts';
import { applyStages } from './apply.ts';
import { auditRecord, healthyRecords, hostProgress, leaveAudit } from './audit.ts';
import { acceptedClients } from './cluster.ts';
import type { RunContext } from './context.ts';
import { CLIENT_CERTIFICATE, credentialsFromHosts } from './credentials.ts';
import { connectionsOf } from './observe.ts';
import type { PlanningOperation } from './operation.ts';

/** A plan, and what it was made from. */
export interface PlannedRun {
  readonly operation: PlanningOperation;
  readonly settings: Settings;
  readonly context: RunContext;
  readonly keys: KeyPool;
  readonly plan: Plan;
  readonly document: PlanDocument;
  /** Every host that was observed. */
  readonly hosts: readonly ObservedHost[];
  /** Why other hosts of the control plane could not be observed. */
  readonly unreached: readonly Finding[];
  readonly cluster?: ClusterFacts;
  /** Clients of the members that were asked; the caller closes them. */
  readonly clients?: ClusterClients;
}

/**
 * Applies a plan, verifies the cluster, and records what was done; a plan without steps is only verified.
 * @param locks absent where nothing is changed.
 */
export async function executePlan(run: PlannedRun, locks?: HeldLocks): Promise<PlanOutcome> {
  const { plan, document, settings, context, keys, hosts } = run;
  const { log, timeline, maskSecret, startedAt, record } = context;
  const { cluster: planned } = plan;
  const transports = new Map(hosts.map(({ name, transport }) => [name, transport]));
  const facts = new Map(hosts.map((host) => [host.name, host.facts]));
  const material = prepareFiles({
    ...(planned && { planned }),
    settings,
    hosts: transports,
    facts,
    now: startedAt,
    keys,
    maskSecret,
  });
  const opened: ClusterClients[] = [];
  const applying: ApplyContext = {
    plan,
    ...(planned && { planned }),
    hosts: transports,
    material,
    ...(settings.registry === undefined ? {} : { registry: settings.registry }),
    ...(context.archive === undefined ? {} : { archive: context.archive }),
    ...(context.backup === undefined ? {} : { backup: context.backup }),
    cluster: once(async () => {
      const clients = await clientsFor(run, material);
      opened.push(clients);
      return clients;
    }),
    guard: (script) => locks?.guard(script) ?? script,
    maskSecret,
    now: startedAt,
    log,
    timeline,
    record,
    backups: record.backups,
    uploadBackup: (backup) => context.uploadBackup(backup, settings),
    signal: locks === undefined ? context.signal : AbortSignal.any([context.signal, locks.lost]),
  };
  let outcome: 'succeeded' | 'failed' | 'interrupted' = 'failed';
  try {
    await applyStages(plan.stages, applying);
    const health = await verifyOnce(run, applying).catch(async (error: unknown) => {
      if (error instanceof UnhealthyError)
        await applyStages(healthyRecords(plan, facts, error.health), applying);
      throw error;
    });
    await applyStages(plan.afterVerify, applying);
    outcome = 'succeeded';
    return {
      plan,
      document,
      dryRun: false,
      changed: stepsOf(plan).some(changesHost),
      unfinished: [...plan.leftOut, ...run.unreached, ...record.unfinished],
      ...(health && { health }),
      ...(planned && { authority: await material.authority }),
      publicFiles: material.publicFiles,
      connections: connectionsOf(hosts),
    };
  } catch (error) {
    if (context.signal.aborted) outcome = 'interrupted';
    record.progress = hostProgress(plan, timeline);
    throw error;
  } finally {
    for (const clients of opened) if (clients !== run.clients) clients.close();
    if (locks !== undefined && record.steps.length > 0) {
      const ended = { startedAt, endedAt: context.now(), outcome };
      record.audit = auditRecord(settings, record, ended);
      // the action leaves nothing of its own on hosts of the control plane
      const members = new Set(plan.members.after.map(({ name }) => name));
      await leaveAudit(record.audit, members, locks, log);
    }
  }
}

/** The outcome of a dry run, which ends here. */
export function dryRunOutcome({ plan: made, document, cluster, hosts, unreached }: PlannedRun): PlanOutcome {
  return {
    plan: made,
    document,
    dryRun: true,
    changed: false,
    unfinished: [...made.leftOut, ...unreached],
    ...(cluster === undefined ? {} : { health: cluster.health }),
    publicFiles: new Map(hosts.map(({ name, facts }) => [name, publicTexts(facts)])),
    connections: connectionsOf(hosts),
  };
}

/** Verifies the cluster; what was observed is enough if nothing has been changed since. */
async function verifyOnce(
  { cluster, plan, operation, context }: PlannedRun,
  { cluster: clients, hosts, signal }: ApplyContext,
): Promise<HealthReport | undefined> {
  if (plan.stages.length === 0 && cluster?.health.healthy === true) return cluster.health;
  const { log, timeline } = context;
  const away = new Set(plan.members.after.map(({ name }) => name).filter((name) => !hosts.has(name)));
  return operation.verify({ plan, cluster: clients, away, log, timeline, signal });
}

function stepsOf({ stages, afterVerify }: Plan): Stage['steps'] {
  return [...stages, ...afterVerify].flatMap(({ steps }) => steps);
}

function changesHost(step: Step): boolean {
  const { readsOnly, onlyNotes } = kindOf(step);
  return readsOnly !== true && onlyNotes !== true;
}

/** Clients with the healthcheck client's pair of this run, if it issues one: a pair on a host may have expired. */
async function clientsFor(run: PlannedRun, material: IssuedFiles): Promise<ClusterClients> {
  const { plan, hosts, settings, context, clients } = run;
  const { clientPort, peerPort } = settings;
  const access = {
    members: plan.members.after,
    clientPort,
    peerPort,
    hosts: new Map(hosts.map(({ name, transport }) => [name, transport])),
    now: context.now,
  };
  const made = await madeCredentials(material);
  if (made !== undefined) return new ClusterClients({ ...access, credentials: made });
  if (clients !== undefined) return clients;
  const offered = credentialsFromHosts(withRole(hosts, 'member'), settings, context);
  const opened = await acceptedClients(access, offered, async (each) => !(await each.isRefused()));
  if (opened === undefined) throw new RunError('the cluster could not be asked', [WITHOUT_PAIR]);
  return opened;
}

const WITHOUT_PAIR: Finding = {
  code: 'healthcheck-pair-missing',
  at: 'read',
  fact: `no host has a healthcheck client's pair that can be used (${CLIENT_CERTIFICATE} with its key, and ${CA_CERTIFICATE}).`,
  cause: 'The key was replaced without its certificate, or has changed since the run looked at it.',
  fix: 'Run again. If that does not help, move both files of the pair to a safe place on one host: the next run issues a new pair there.',
};

async function madeCredentials({
  leaves,
  authority,
}: IssuedFiles): Promise<ClusterClients['credentials'] | undefined> {
  for (const pending of leaves.values()) {
    const pair = (await pending).healthcheckClient;
    if (pair === undefined) continue;
    const caPem = (await authority).certificatePem;
    return { caPem, certificatePem: pair.certificatePem, keyPem: pair.keyPem };
  }
  return undefined;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
