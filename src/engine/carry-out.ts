import type { HealthReport } from '../etcd/health/health.ts';
import { type Finding, Refusal } from '../findings.ts';
import type { HeldLocks } from '../hosts/lock/acquire-locks.ts';
import type { Settings } from '../inputs/settings.ts';
import { CA_CERTIFICATE } from '../kubeadm/paths.ts';
import type { Plan, Stage } from '../plan/plan.ts';
import { ClusterClients } from '../run/cluster-clients.ts';
import { type KeyStock, type Material, prepareMaterial } from '../run/issued-certificates.ts';
import type { ActContext } from './apply-context.ts';
import { act } from './apply.ts';
import { auditRecord, healthyRecords, leaveAudit } from './audit.ts';
import type { Look, Outcome, Surroundings } from './context.ts';
import { CLIENT_CERTIFICATE, credentialsFromHosts } from './credentials.ts';
import { hostProgress } from './host-progress.ts';
import { connectionsOf } from './observe.ts';
import { ProofFailed, prove } from './verify.ts';

/** A decided plan, and what it takes to carry it out. */
export interface Work extends Look {
  readonly settings: Settings;
  readonly surroundings: Surroundings;
  readonly keys: KeyStock;
  /** Absent where nothing is changed. */
  readonly locks?: HeldLocks;
}

/** Acts, proves, and writes down what was done; a plan without steps is only proven. */
export async function carryOut(work: Work): Promise<Outcome> {
  const { plan, document, settings, surroundings, keys, locks, hosts, facts } = work;
  const { log, timeline, maskSecret, chance, record } = surroundings;
  const material = prepareMaterial({ plan, settings, hosts, facts, now: chance.now, keys, maskSecret });
  const opened: ClusterClients[] = [];
  const context: ActContext = {
    plan,
    hosts,
    material,
    ...(settings.registry === undefined ? {} : { registry: settings.registry }),
    ...(surroundings.archive === undefined ? {} : { archive: surroundings.archive }),
    cluster: once(async () => {
      const clients = await clientsFor(work, material);
      opened.push(clients);
      return clients;
    }),
    guard: (script) => locks?.guard(script) ?? script,
    maskSecret,
    now: chance.now,
    log,
    timeline,
    record,
    signal: locks === undefined ? surroundings.signal : AbortSignal.any([surroundings.signal, locks.lost]),
  };
  let outcome: 'succeeded' | 'failed' | 'interrupted' = 'failed';
  try {
    await act(plan.stages, context);
    const health = await proveOnce(work, context).catch(async (error: unknown) => {
      if (error instanceof ProofFailed) await act(healthyRecords(plan, facts, error.health), context);
      throw error;
    });
    await act(plan.afterProof, context);
    outcome = 'succeeded';
    return {
      plan,
      document,
      dryRun: false,
      changed: stepsOf(plan).length > 0,
      unfinished: [...plan.leftOut, ...work.unreached, ...record.unfinished],
      health,
      authority: await material.authority,
      publicFiles: material.publicFiles,
      connections: connectionsOf(hosts),
    };
  } catch (error) {
    if (surroundings.signal.aborted) outcome = 'interrupted';
    record.progress = hostProgress(plan, timeline);
    throw error;
  } finally {
    for (const clients of opened) if (clients !== work.clients) clients.close();
    if (locks !== undefined && record.steps.length > 0) {
      const ended = { startedAt: chance.now, endedAt: surroundings.now(), outcome };
      record.audit = auditRecord(settings, record, ended);
      await leaveAudit(record.audit, membersOf(plan), locks, log);
    }
  }
}

/** The action leaves nothing of its own on hosts of the control plane. */
function membersOf({ shape }: Plan): ReadonlySet<string> {
  return new Set(shape.members.map(({ name }) => name));
}

/** What was seen when nothing has been changed since is proof enough. */
async function proveOnce({ cluster, plan, surroundings }: Work, context: ActContext): Promise<HealthReport> {
  if (plan.stages.length === 0 && cluster?.health.healthy === true) return cluster.health;
  const { log, timeline } = surroundings;
  const away = new Set(plan.shape.members.map(({ name }) => name).filter((name) => !context.hosts.has(name)));
  return prove({ cluster: await context.cluster(), away, log, timeline, signal: context.signal });
}

function stepsOf({ stages, afterProof }: Plan): Stage['steps'] {
  return [...stages, ...afterProof].flatMap(({ steps }) => steps);
}

/** With the healthcheck client's pair of this run, if it makes one: one that lies on a host may have ended. */
async function clientsFor(work: Work, material: Material): Promise<ClusterClients> {
  const { plan, hosts, settings, surroundings, clients, observed } = work;
  const { members } = plan.shape;
  const { clientPort, peerPort } = settings;
  const access = { members, clientPort, peerPort, hosts, now: surroundings.now };
  const made = await madeCredentials(material);
  if (made !== undefined) return new ClusterClients({ ...access, credentials: made });
  if (clients !== undefined) return clients;
  let first: ClusterClients | undefined;
  for await (const credentials of credentialsFromHosts(observed, settings, surroundings)) {
    const opened = new ClusterClients({ ...access, credentials });
    if (!(await opened.isRefused())) {
      first?.close();
      return opened;
    }
    if (first === undefined) first = opened;
    else opened.close();
  }
  if (first === undefined) throw new Refusal('the cluster could not be asked', [WITHOUT_PAIR]);
  return first;
}

const WITHOUT_PAIR: Finding = {
  at: 'read',
  fact: `no host has a healthcheck client's pair that can be used (${CLIENT_CERTIFICATE} with its key, and ${CA_CERTIFICATE}).`,
  cause: 'The key was replaced without its certificate, or has changed since the run looked at it.',
  fix: 'Run again. If that does not help, move both files of the pair to a safe place on one host: the next run issues a new pair there.',
};

async function madeCredentials({
  leaves,
  authority,
}: Material): Promise<ClusterClients['credentials'] | undefined> {
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
