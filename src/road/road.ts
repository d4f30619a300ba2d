import type { HostFacts } from '../cluster/host-facts.ts';
import type { Plan } from '../cluster/plan.ts';
import type { HealthReport } from '../etcd/health.ts';
import { STATE_FILE } from '../kubeadm/paths.ts';
import type { Log } from '../log.ts';
import type { Transport, TransportStatistics } from '../hosts/transport.ts';
import type { Authority } from '../pki/authority.ts';
import type { Settings } from '../settings/settings.ts';
import { act } from './act.ts';
import { prepareMaterial } from './material.ts';
import { connectAll, hostLabel, observeAll, type Connector, type Observed } from './observe.ts';
import { prove } from './prove.ts';
import type { Timeline } from './timeline.ts';

/** One operation: how it decides, from what was seen. It has no road of its own. */
export interface Operation {
  /**
   * A pure function.
   * @param facts in the order of `settings.hosts`.
   * @throws Refusal with all findings that make the plan impossible.
   */
  decide(settings: Settings, facts: readonly HostFacts[], chance: Chance): Plan;
}

/** What a decision may need that is different in every run. */
export interface Chance {
  /** Token for a cluster that does not exist yet. */
  readonly freshToken: string;
  readonly now: Date;
}

/** The world outside, handed in. */
export interface Surroundings {
  readonly connect: Connector;
  readonly log: Log;
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly now: () => Date;
  /** Masks a secret in everything that is printed from then on. */
  readonly maskSecret: (secret: string) => void;
  /** Aborted when the run is cancelled or its time is over: all connections are closed then. */
  readonly signal: AbortSignal;
}

/** What a finished run has to tell. */
export interface Outcome {
  readonly plan: Plan;
  readonly changed: boolean;
  readonly health: HealthReport;
  readonly authority: Authority;
  /** Public files as they lie on each host, by member name and path. */
  readonly publicFiles: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly connections: readonly ({ readonly host: string } & TransportStatistics)[];
}

/**
 * The one road under every operation: observe, decide, act, prove.
 * @throws Refusal (in words for the user) wherever it ends early; all connections are closed in any case.
 */
export async function travel(
  operation: Operation,
  settings: Settings,
  surroundings: Surroundings,
): Promise<Outcome> {
  const { log, timeline, signal } = surroundings;
  log.info(`Connecting to ${settings.hosts.map(hostLabel).join(', ')}`);
  const transports = await connectAll(settings.hosts, surroundings.connect, timeline);
  const closeAll = (): Promise<unknown> => Promise.all(transports.map((transport) => transport.close()));
  const abandon = (): void => void closeAll();
  signal.addEventListener('abort', abandon, { once: true });
  try {
    signal.throwIfAborted();
    const observed = await observeAll(settings, transports, timeline);
    const plan = operation.decide(
      settings,
      observed.map(({ facts }) => facts),
      surroundings.chance,
    );
    log.info(`Verdict: ${plan.verdict} (${plan.reasons.join('; ')})`);
    return await carryOut(plan, settings, observed, surroundings);
  } finally {
    signal.removeEventListener('abort', abandon);
    await closeAll();
  }
}

async function carryOut(
  plan: Plan,
  settings: Settings,
  observed: readonly Observed[],
  surroundings: Surroundings,
): Promise<Outcome> {
  const { log, timeline, maskSecret, chance } = surroundings;
  const hosts = byMember(plan, observed, ({ transport }): Transport => transport);
  const material = prepareMaterial({
    plan,
    settings,
    hosts,
    recorded: byMember(plan, observed, ({ facts }) =>
      typeof facts.state === 'string' ? {} : facts.state.files,
    ),
    found: byMember(plan, observed, ({ facts }) => publicTexts(facts)),
    now: chance.now,
    maskSecret,
  });
  const context = {
    plan,
    hosts,
    material,
    kubernetesVersions: byMember(plan, observed, ({ facts }) => recordedVersion(facts)),
    now: chance.now,
    log,
    timeline,
  };
  await act(plan.stages, context);
  const health = await prove({ ...context, shape: plan.shape, maskSecret, now: surroundings.now });
  await act(plan.afterProof, context);
  return {
    plan,
    changed: plan.stages.length + plan.afterProof.length > 0,
    health,
    authority: await material.authority,
    publicFiles: material.publicFiles,
    connections: [...hosts].map(([host, transport]) => ({ host, ...transport.statistics() })),
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

/** A member keeps the release it was set up with on record; only a host without a record gets today's. */
function recordedVersion({ state, kubeadmVersion }: HostFacts): string {
  return typeof state === 'string' || state.kubernetesVersion === ''
    ? (kubeadmVersion?.text ?? '')
    : state.kubernetesVersion;
}

function publicTexts(facts: HostFacts): Map<string, string> {
  return new Map(
    [...facts.files.values()].flatMap(({ path, text }) =>
      text === undefined || path === STATE_FILE ? [] : [[path, text] as const],
    ),
  );
}
