import type { ObservedControlPlane } from '../cluster/control-plane/resolve.ts';
import type { ClusterFacts } from '../cluster/gates.ts';
import { type Finding, RefusedError } from '../findings.ts';
import { acquireLocks, type HeldLocks } from '../hosts/lock/acquire-locks.ts';
import { limitedTo } from '../hosts/transport.ts';
import type { Settings } from '../inputs/settings.ts';
import { describePlan } from '../plan/describe-plan.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanOutcome } from '../report/run-report.ts';
import { publishPlan } from '../report/publish.ts';
import { type AbsentHost, type Host, listHosts, type ObservedHost, withRole } from '../run/host.ts';
import { KeyPool } from '../run/issued-certificates.ts';
import { refuseUnapproved } from '../plan/digest.ts';
import { queryCluster, refreshStaleHosts } from './cluster.ts';
import { findingsOf } from './collect.ts';
import {
  absenceReasons,
  connectHosts,
  type Connector,
  observeHosts,
  refreshed,
  refreshScript,
  tooFewMembers,
  withConnections,
} from './observe.ts';
import type { RunContext } from './context.ts';
import { dryRunOutcome, executePlan, type PlannedRun } from './execute-plan.ts';
import type { Operation, PlanningOperation, Publish } from './operation.ts';

/**
 * Runs an operation: observe, plan or check, apply, verify. What changes anything is done under a lock on every host,
 * after observing and planning again.
 * @returns how to publish what it found; all connections are closed by then, also when it throws.
 * @throws RunError wherever it ends early.
 */
export async function runOperation(
  operation: Operation,
  settings: Settings,
  context: RunContext,
): Promise<Publish> {
  const limited = { ...context, connect: limitedConnector(operation, settings, context.connect) };
  if (operation.kind === 'checking') return operation.run(settings, limited);
  const outcome = await runPlan(operation, settings, limited);
  const report = operation.report(outcome, settings, context.record);
  return (reporting) => publishPlan(outcome, report, settings, reporting);
}

/** Opens connections that refuse every script with more effect than the operation may have, or a dry run of it. */
function limitedConnector(operation: Operation, settings: Settings, connect: Connector): Connector {
  const effect = settings.dryRun ? 'reads' : operation.access(settings).effect;
  return async (host) => limitedTo(effect, await connect(host));
}

/** Hosts of a run as far as they could be observed. */
interface Seen {
  readonly members: readonly ObservedHost[];
  /** Hosts of members that could not be reached, or not be probed. */
  readonly absent: readonly AbsentHost[];
  readonly controlPlane: readonly ObservedHost[];
  /** Why other hosts of the control plane could not be observed. */
  readonly unreached: readonly Finding[];
}

/** What stays the same from the first observation to the end of the run. */
interface Running {
  readonly operation: PlanningOperation;
  readonly settings: Settings;
  readonly context: RunContext;
  readonly keys: KeyPool;
}

/**
 * Plans, and carries the plan out unless this is a dry run.
 * @throws RunError, explained to the user, if it ends early.
 */
async function runPlan(
  operation: PlanningOperation,
  settings: Settings,
  context: RunContext,
): Promise<PlanOutcome> {
  const { log, timeline, signal } = context;
  const listed = hostsOf(operation, settings);
  log.info(`Connecting to ${listed.map(({ name }) => name).join(', ')}`);
  const connected = await connectHosts(listed, context);
  const tooFew = tooFewMembers(operation.reach, connected, 'reached');
  if (tooFew !== undefined) {
    await Promise.all(connected.hosts.map(({ transport }) => transport.close()));
    throw tooFew;
  }
  return withConnections(connected.hosts, signal, async (hosts) => {
    const probed = await observeHosts(hosts, settings, operation.probe(settings), timeline);
    signal.throwIfAborted();
    const observed = {
      hosts: probed.hosts,
      absent: inOrder([...connected.absent, ...probed.absent], settings),
    };
    const unprobed = tooFewMembers(operation.reach, observed, 'examined');
    if (unprobed !== undefined) throw unprobed;
    const seen: Seen = {
      members: withRole(observed.hosts, 'member'),
      absent: withRole(observed.absent, 'member'),
      controlPlane: withRole(observed.hosts, 'control-plane'),
      unreached: absenceReasons(withRole(observed.absent, 'control-plane')),
    };
    return planAndExecute(seen, { operation, settings, context, keys: new KeyPool() });
  });
}

/** The hosts that an operation concerns. */
function hostsOf({ concerns }: PlanningOperation, settings: Settings): Host[] {
  const listed = listHosts(settings);
  return concerns === 'all' ? listed : withRole(listed, 'member');
}

/** Absent hosts in the order of the inputs. */
function inOrder(absent: readonly AbsentHost[], settings: Settings): AbsentHost[] {
  return listHosts(settings).flatMap((host) => absent.find((one) => one.settings === host.settings) ?? []);
}

async function planAndExecute(seen: Seen, running: Running): Promise<PlanOutcome> {
  const { settings, keys } = running;
  const first = await planFirst(seen, running);
  if (first === undefined) return planUnderLock(seen, running);
  try {
    if (settings.dryRun) return dryRunOutcome(first);
    // a lock that a killed run has left is cleared away under a lock
    if (running.operation.lock === 'none' || (isDone(first.plan) && lockedHosts(seen).length === 0))
      return await executePlan(first);
    prepareKeys(keys, first.plan);
  } finally {
    first.clients?.close();
  }
  return planUnderLock(seen, running);
}

/**
 * Plans from the first observation. Hosts that another run is changing may look as if nothing could be done with them:
 * that is decided only after that run has ended.
 * @returns undefined where nothing can be decided before.
 */
async function planFirst(seen: Seen, running: Running): Promise<PlannedRun | undefined> {
  try {
    return await plan(seen, running);
  } catch (error) {
    const locked = lockedHosts(seen);
    const { settings, operation, context } = running;
    const waits = locked.length > 0 && !settings.dryRun && operation.lock === 'hosts';
    if (!(error instanceof RefusedError) || !waits) throw error;
    context.log.info(`${locked.join(', ')}: locked by another run; this one decides when it has the lock`);
    return undefined;
  }
}

function everyHost({ members, controlPlane }: Seen): ObservedHost[] {
  return [...members, ...controlPlane];
}

function lockedHosts(seen: Seen): string[] {
  return everyHost(seen)
    .filter(({ facts }) => facts.locked)
    .map(({ transport }) => transport.name);
}

/** Begins to make the private keys that a plan takes. */
function prepareKeys(keys: KeyPool, { cluster }: Plan): void {
  if (cluster === undefined) return;
  const { authority, issue, certificates } = cluster;
  const leaves = [...issue.values()].reduce((sum, names) => sum + names.length, 0);
  keys.prepare(leaves + Number(authority.from === 'made'), certificates.keyAlgorithm);
}

function isDone({ stages, afterVerify }: Plan): boolean {
  return stages.length + afterVerify.length === 0;
}

async function plan(seen: Seen, running: Running): Promise<PlannedRun> {
  const { operation, settings, context } = running;
  const { log, record } = context;
  const { clients, cluster } = (await queryCluster(settings, seen.members, seen.absent, context)) ?? {};
  try {
    const members = cluster
      ? await refreshStaleHosts(seen.members, cluster, settings, context.timeline)
      : seen.members;
    const made = planOf({ ...seen, members }, cluster, running);
    const observed = everyHost({ ...seen, members });
    const document = describePlan({
      plan: made,
      operation: operation.name,
      facts: new Map(observed.map(({ name, facts }) => [name, facts])),
      ...(settings.authority === undefined ? {} : { broughtCertificate: settings.authority.certificatePem }),
    });
    // the second plan, under the lock, is most often the first one
    if (record.document?.digest !== document.digest) {
      log.info(`Verdict: ${made.verdict.name} (${made.reasons.join('; ')})`);
    }
    record.document = document;
    refuseUnapproved(settings.approvedPlan, document, {
      isNeeded: !settings.dryRun && operation.needsApproval?.(settings) === true,
    });
    return {
      ...running,
      plan: made,
      document,
      hosts: observed,
      unreached: seen.unreached,
      ...(cluster && { cluster }),
      ...(clients && { clients }),
    };
  } catch (error) {
    clients?.close();
    throw error;
  }
}

function planOf(
  { members, absent, controlPlane, unreached }: Seen,
  cluster: ClusterFacts | undefined,
  { operation, settings, context }: Running,
): Plan {
  const { archive, backup, newToken, startedAt } = context;
  const clients: ObservedControlPlane = { hosts: controlPlane, unreached };
  return operation.plan({
    settings,
    members,
    absent,
    controlPlane: clients,
    newToken,
    now: startedAt,
    ...(cluster && { cluster }),
    ...(archive && { archive }),
    ...(backup && { backup }),
  });
}

async function planUnderLock(seen: Seen, running: Running): Promise<PlanOutcome> {
  const { context } = running;
  const locks = await takeLocks(seen, running);
  context.record.takenOver = locks.takenOver;
  try {
    const planned = await plan(refreshedUnder(locks, seen), running);
    try {
      return await executePlan(planned, locks);
    } finally {
      planned.clients?.close();
    }
  } finally {
    await locks.release();
  }
}

async function takeLocks(
  { members, controlPlane }: Seen,
  { settings, context }: Running,
): Promise<HeldLocks> {
  const { log, timeline, signal, random, startedAt } = context;
  const { run, lockTimeoutSeconds } = settings;
  context.beforeLock();
  const again = refreshScript(settings);
  return timeline.record({ stage: 'Lock', title: 'take the locks, look again', changes: false }, () =>
    acquireLocks({
      transports: members.map(({ transport }) => transport),
      // the cluster does not wait for its clients
      optional: controlPlane.map(({ transport }) => transport),
      owner: { id: run.id, run: run.url, actor: run.actor, startedAt: startedAt.toISOString() },
      waitMs: lockTimeoutSeconds * 1000,
      signal,
      log,
      random,
      then: () => again,
    }),
  );
}

/** The observations, updated under the lock. Hosts of the control plane that could not be locked are reported at the end. */
function refreshedUnder({ answers, leftOut }: HeldLocks, seen: Seen): Seen {
  const upToDate = (host: ObservedHost): ObservedHost =>
    refreshed(host, answers.get(host.transport.name) ?? Buffer.alloc(0));
  return {
    members: seen.members.map(upToDate),
    absent: seen.absent,
    controlPlane: seen.controlPlane
      .filter(({ transport }) => !leftOut.some(({ host }) => host === transport.name))
      .map(upToDate),
    unreached: [...seen.unreached, ...leftOut.flatMap(({ host, error }) => findingsOf(error, host, 'lock'))],
  };
}
