import type { AbsentHost } from '../cluster/absent-members.ts';
import { resolveMembers } from '../cluster/members.ts';
import { type Finding, Refusal, Refused } from '../findings.ts';
import { acquireLocks, type HeldLocks } from '../hosts/lock/acquire-locks.ts';
import { named, type Transport } from '../hosts/transport.ts';
import type { HostSettings, Settings } from '../inputs/settings.ts';
import { describePlan } from '../plan/describe-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { KeyStock, publicTexts } from '../run/issued-certificates.ts';
import { refuseUnapproved } from './approval.ts';
import { carryOut } from './carry-out.ts';
import { askCluster, lookBehind } from './cluster.ts';
import { findingsOf } from './collect.ts';
import { withConnections } from './connections.ts';
import type { Decide, Look, Outcome, Surroundings } from './context.ts';
import { controlPlaneLook, observeControlPlane, type ObservedControlPlane } from './control-plane.ts';
import {
  connectEach,
  type Connected,
  connectionsOf,
  hostLabel,
  lookedAgain,
  type Observed,
  observeEach,
  secondLook,
} from './observe.ts';

/**
 * The one road under every operation: observe, decide, act, prove. What changes anything is done under a lock on every
 * host, after looking and deciding again.
 * @throws Refusal (in words for the user) wherever it ends early; all connections are closed in any case.
 */
export async function travel(decide: Decide, listed: Settings, surroundings: Surroundings): Promise<Outcome> {
  const { log, timeline, signal } = surroundings;
  log.info(`Connecting to ${[...listed.hosts, ...listed.controlPlane].map(hostLabel).join(', ')}`);
  const connected = await connect(listed, surroundings);
  const reached = { ...listed, hosts: connected.members.reached };
  return withConnections(reached, signal, connected.opened, async (transports) => {
    const count = reached.hosts.length;
    const [{ observed: members, failures }, controlPlane] = await Promise.all([
      observeEach(reached, transports.slice(0, count), timeline),
      observeControlPlane(reached, connected.controlPlane, transports.slice(count), timeline),
    ]);
    signal.throwIfAborted();
    if (members.length === 0)
      throw new Refusal('no host could be examined, so nothing was changed on any', [
        ...connected.members.findings,
        ...[...failures.values()].flat(),
      ]);
    const settings = { ...reached, hosts: reached.hosts.filter((host) => !failures.has(host)) };
    const absent = absentOf(listed, new Map([...connected.members.failures, ...failures]));
    const seen: Seen = { members, absent, controlPlane };
    const keys = new KeyStock();
    const look = await firstLook(decide, settings, seen, surroundings);
    if (look === undefined) return await underLock(decide, settings, seen, keys, surroundings);
    try {
      if (settings.dryRun) return planned(look, settings);
      // a lock that a killed run has left is cleared away under a lock
      if (isDone(look.plan) && lockedHosts(seen).length === 0)
        return await carryOut({ ...look, settings, surroundings, keys });
      keys.prepare(newKeys(look.plan), look.plan.certificates.keyAlgorithm);
    } finally {
      look.clients?.close();
    }
    return await underLock(decide, settings, seen, keys, surroundings);
  });
}

/** Everything that was looked at. */
interface Seen {
  readonly members: readonly Observed[];
  /** Listed members whose hosts could not be reached, or not be looked at. */
  readonly absent: readonly AbsentHost[];
  readonly controlPlane: ObservedControlPlane;
}

function everyHost({ members, controlPlane }: Seen): Observed[] {
  return [...members, ...controlPlane.observed];
}

/** What a run is connected to. */
interface ConnectedAll {
  readonly opened: Transport[];
  readonly members: Connected;
  readonly controlPlane: Connected;
}

/**
 * Connects to all hosts at once. Whether the run can do without a member's host is decided from what the others tell.
 * @throws Refusal if no member's host could be reached.
 */
async function connect(settings: Settings, surroundings: Surroundings): Promise<ConnectedAll> {
  const [members, controlPlane] = await Promise.all([
    connectEach(settings.hosts, surroundings.connect, surroundings.timeline),
    connectEach(settings.controlPlane, surroundings.connect, surroundings.timeline),
  ]);
  const opened = [...members.transports, ...controlPlane.transports];
  if (members.reached.length === 0) {
    await Promise.all(opened.map((transport) => transport.close()));
    throw new Refusal('not every host could be reached, so nothing was changed on any', members.findings);
  }
  return { opened, members, controlPlane };
}

/** A host that lets in and cannot be looked at is as good as one that is down: nothing of it is known. */
function absentOf(
  { hosts }: Settings,
  failures: ReadonlyMap<HostSettings, readonly Finding[]>,
): readonly AbsentHost[] {
  return hosts.flatMap((host, position) => {
    const why = failures.get(host);
    return why === undefined ? [] : [{ host, position, why }];
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
  seen: Seen,
  surroundings: Surroundings,
): Promise<Look | undefined> {
  try {
    return await lookAndDecide(decide, settings, seen, surroundings);
  } catch (error) {
    const locked = lockedHosts(seen);
    if (!(error instanceof Refused) || locked.length === 0 || settings.dryRun) throw error;
    surroundings.log.info(
      `${locked.join(', ')}: locked by another run; this one decides when it has the lock`,
    );
    return undefined;
  }
}

function lockedHosts(seen: Seen): string[] {
  return everyHost(seen)
    .filter(({ facts }) => facts.locked)
    .map(({ transport }) => transport.name);
}

/** How many private keys a plan takes. */
function newKeys({ authority, issue }: Plan): number {
  return [...issue.values()].reduce((sum, leaves) => sum + leaves.length, Number(authority.from === 'made'));
}

/** Whether the plan has nothing to do. */
function isDone({ stages, afterProof }: Plan): boolean {
  return stages.length + afterProof.length === 0;
}

async function lookAndDecide(
  decide: Decide,
  settings: Settings,
  { members: seenBefore, absent, controlPlane }: Seen,
  surroundings: Surroundings,
): Promise<Look> {
  const { log, chance, record, archive } = surroundings;
  const { clients, cluster } = (await askCluster(settings, seenBefore, absent, surroundings)) ?? {};
  try {
    const observed = cluster
      ? await lookBehind(seenBefore, cluster, settings, surroundings.timeline)
      : seenBefore;
    const plan = decide({
      settings,
      facts: observed.map(({ facts }) => facts),
      absent,
      controlPlane: controlPlaneLook(controlPlane),
      chance,
      ...(cluster && { cluster }),
      ...(archive && { archive }),
    });
    const seen = byName(plan, observed, controlPlane);
    const facts = new Map([...seen].map(([name, one]) => [name, one.facts]));
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
    return {
      plan,
      document,
      observed,
      unreached: controlPlane.unreached,
      hosts: new Map([...seen].map(([name, { transport }]) => [name, transport])),
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
  seen: Seen,
  keys: KeyStock,
  surroundings: Surroundings,
): Promise<Outcome> {
  const { log, timeline, signal, record, random, chance } = surroundings;
  surroundings.beforeLock();
  const { members } = resolveMembers(
    settings.hosts,
    seen.members.map(({ facts }) => facts),
  );
  const observed = seen.members.map((one, index) => ({
    ...one,
    transport: named(one.transport, members[index]?.name ?? one.transport.name),
  }));
  const again = secondLook(settings);
  const { run } = settings;
  const locks = await timeline.record(
    { stage: 'Lock', title: 'take the locks, look again', changes: false },
    () =>
      acquireLocks({
        transports: observed.map(({ transport }) => transport),
        // the cluster does not wait for its clients
        optional: seen.controlPlane.observed.map(({ transport }) => transport),
        owner: { id: run.id, run: run.url, actor: run.actor, startedAt: chance.now.toISOString() },
        waitMs: settings.lockTimeoutSeconds * 1000,
        signal,
        log,
        random,
        then: () => again,
      }),
  );
  record.takenOver = locks.takenOver;
  try {
    const upToDate = (one: Observed): Observed => lookedAgain(one, answerOf(locks, one));
    const controlPlane = lockedOnly(seen.controlPlane, locks);
    const look = await lookAndDecide(
      decide,
      settings,
      {
        members: observed.map(upToDate),
        absent: seen.absent,
        controlPlane: { ...controlPlane, observed: controlPlane.observed.map(upToDate) },
      },
      surroundings,
    );
    try {
      return await carryOut({ ...look, settings, surroundings, keys, locks });
    } finally {
      look.clients?.close();
    }
  } finally {
    await locks.release();
  }
}

/** Hosts of the control plane that could be locked; why others could not is told at the end of the run. */
function lockedOnly(
  { observed, unreached }: ObservedControlPlane,
  { leftOut }: HeldLocks,
): ObservedControlPlane {
  return {
    observed: observed.filter(({ transport }) => !leftOut.some(({ host }) => host === transport.name)),
    unreached: [...unreached, ...leftOut.flatMap(({ host, error }) => findingsOf(error, host, 'lock'))],
  };
}

function answerOf({ answers }: HeldLocks, { transport }: Observed): Buffer {
  return answers.get(transport.name) ?? Buffer.alloc(0);
}

/** A dry run ends here. */
function planned({ plan, document, cluster, facts, hosts, unreached }: Look, settings: Settings): Outcome {
  return {
    plan,
    document,
    dryRun: settings.dryRun,
    changed: false,
    unfinished: [...plan.leftOut, ...unreached],
    ...(cluster === undefined ? {} : { health: cluster.health }),
    publicFiles: new Map([...facts].map(([name, seen]) => [name, publicTexts(seen)])),
    connections: connectionsOf(hosts),
  };
}

/** What was seen, by the plan's names. */
function byName(
  { shape, controlPlane: hosts }: Plan,
  observed: readonly Observed[],
  controlPlane: ObservedControlPlane,
): Map<string, Observed> {
  const byAddress = new Map(observed.map((one) => [one.host.address, one]));
  const named = [
    ...shape.members.map(({ name, address }) => [name, byAddress.get(address)] as const),
    ...hosts.map(({ name }, index) => [name, controlPlane.observed[index]] as const),
  ];
  return new Map(named.flatMap(([name, seen]) => (seen === undefined ? [] : [[name, seen]])));
}
