import { resolveMembers } from '../cluster/members.ts';
import { describePlan } from '../cluster/plan-document/describe-plan.ts';
import type { Plan } from '../cluster/plan.ts';
import { Refused } from '../findings.ts';
import { acquireLocks, type HeldLocks } from '../hosts/lock/acquire-locks.ts';
import { named } from '../hosts/named.ts';
import type { Settings } from '../settings/settings.ts';
import { refuseUnapproved } from './approval.ts';
import { carryOut } from './carry-out.ts';
import { publicTexts } from './material.ts';
import { withConnections } from './connections.ts';
import {
  connectAll,
  connectionsOf,
  hostLabel,
  lookedAgain,
  observeAll,
  secondLook,
  type Observed,
} from './observe.ts';
import type { Decide, Look, Outcome, Surroundings } from './road.ts';
import { reachCluster, watchCluster } from './watch-cluster.ts';

/**
 * The one road under every operation: observe, decide, act, prove. What changes anything is done under a lock on every
 * host, after looking and deciding again.
 * @throws Refusal (in words for the user) wherever it ends early; all connections are closed in any case.
 */
export async function travel(
  decide: Decide,
  settings: Settings,
  surroundings: Surroundings,
): Promise<Outcome> {
  const { log, timeline, connect, signal } = surroundings;
  log.info(`Connecting to ${settings.hosts.map(hostLabel).join(', ')}`);
  const opened = await connectAll(settings.hosts, connect, timeline);
  return withConnections(settings, signal, opened, async (transports) => {
    const observed = await observeAll(settings, transports, timeline);
    signal.throwIfAborted();
    const look = await firstLook(decide, settings, observed, surroundings);
    if (look === undefined) return await underLock(decide, settings, observed, surroundings);
    try {
      if (settings.dryRun) return planned(look, settings);
      // a lock that a killed run has left is cleared away under a lock
      if (isDone(look.plan) && lockedHosts(observed).length === 0)
        return await carryOut({ ...look, settings, surroundings });
    } finally {
      look.clients?.close();
    }
    return await underLock(decide, settings, observed, surroundings);
  });
}

/**
 * What was seen and decided first. Hosts that another run is just changing may look as if nothing could be done with
 * them: that is decided only once that run has ended.
 * @returns undefined where nothing can be decided before.
 */
async function firstLook(
  decide: Decide,
  settings: Settings,
  observed: readonly Observed[],
  surroundings: Surroundings,
): Promise<Look | undefined> {
  try {
    return await lookAndDecide(decide, settings, observed, surroundings);
  } catch (error) {
    const locked = lockedHosts(observed);
    if (!(error instanceof Refused) || locked.length === 0 || settings.dryRun) throw error;
    surroundings.log.info(
      `${locked.join(', ')}: locked by another run; this one decides when it has the lock`,
    );
    return undefined;
  }
}

function lockedHosts(observed: readonly Observed[]): string[] {
  return observed.filter(({ facts }) => facts.locked).map(({ transport }) => transport.name);
}

/** Whether the plan has nothing to do. */
function isDone({ stages, afterProof }: Plan): boolean {
  return stages.length + afterProof.length === 0;
}

async function lookAndDecide(
  decide: Decide,
  settings: Settings,
  observed: readonly Observed[],
  surroundings: Surroundings,
): Promise<Look> {
  const { log, chance, record, archive } = surroundings;
  const clients = await reachCluster(settings, observed, surroundings);
  const cluster = clients && (await watchCluster(clients, surroundings));
  try {
    const seen = {
      settings,
      facts: observed.map(({ facts }) => facts),
      chance,
      ...(cluster && { cluster }),
      ...(archive && { archive }),
    };
    const plan = decide(seen);
    const facts = byMember(plan, observed, (one) => one.facts);
    const document = describePlan({
      plan,
      operation: settings.operation,
      facts,
      ...(settings.authority === undefined ? {} : { broughtCertificate: settings.authority.certificatePem }),
    });
    // the second look, under the lock, most often finds what the first has found
    if (record.document?.digest !== document.digest) {
      log.info(`Verdict: ${plan.verdict} (${plan.reasons.join('; ')})`);
    }
    record.document = document;
    refuseUnapproved(settings.approvedPlan, document);
    const hosts = byMember(plan, observed, ({ transport }) => transport);
    return {
      plan,
      document,
      observed,
      hosts,
      facts,
      ...(cluster && { cluster }),
      ...(clients && { clients }),
    };
  } catch (error) {
    clients?.close();
    throw error;
  }
}

async function underLock(
  decide: Decide,
  settings: Settings,
  seen: readonly Observed[],
  surroundings: Surroundings,
): Promise<Outcome> {
  const { log, timeline, signal, record, random, chance } = surroundings;
  surroundings.beforeLock();
  const { members } = resolveMembers(
    settings.hosts,
    seen.map(({ facts }) => facts),
  );
  const observed = seen.map((one, index) => ({
    ...one,
    transport: named(one.transport, members[index]?.name ?? one.transport.name),
  }));
  const scripts = new Map(
    observed.map(({ host, transport }) => [transport.name, secondLook(settings, host)]),
  );
  const { run } = settings;
  const locks = await timeline.record(
    { stage: 'Lock', title: 'take the locks, look again', changes: false },
    () =>
      acquireLocks({
        transports: observed.map(({ transport }) => transport),
        owner: { id: run.id, run: run.url, actor: run.actor, startedAt: chance.now.toISOString() },
        waitMs: settings.lockTimeoutSeconds * 1000,
        signal,
        log,
        random,
        then: (host) => ({
          title: 'look again',
          effect: 'reads',
          script: scripts.get(host) ?? '',
          timeoutMs: 30_000,
        }),
      }),
  );
  record.takenOver = locks.takenOver;
  try {
    const again = observed.map((one) => lookedAgain(one, answerOf(locks, one)));
    const look = await lookAndDecide(decide, settings, again, surroundings);
    try {
      return await carryOut({ ...look, settings, surroundings, locks });
    } finally {
      look.clients?.close();
    }
  } finally {
    await locks.release();
  }
}

function answerOf({ answers }: HeldLocks, { transport }: Observed): Buffer {
  return answers.get(transport.name) ?? Buffer.alloc(0);
}

/** A dry run ends here. */
function planned({ plan, document, cluster, facts, hosts }: Look, settings: Settings): Outcome {
  return {
    plan,
    document,
    dryRun: settings.dryRun,
    changed: false,
    ...(cluster === undefined ? {} : { health: cluster.health }),
    publicFiles: new Map([...facts].map(([name, seen]) => [name, publicTexts(seen)])),
    connections: connectionsOf(hosts),
  };
}

/** The plan's members are in the order of the observed hosts, which is that of the inputs. */
function byMember<T>(
  plan: Plan,
  observed: readonly Observed[],
  value: (seen: Observed) => T,
): Map<string, T> {
  return new Map(
    plan.shape.members.flatMap(({ name }, index) => {
      const seen = observed[index];
      return seen === undefined ? [] : [[name, value(seen)] as const];
    }),
  );
}
