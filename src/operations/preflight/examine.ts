import { RESOLV_CONF } from '../../checks/network.ts';
import type { ControlPlaneLook } from '../../cluster/control-plane/resolve.ts';
import type { ClusterFacts } from '../../cluster/gates.ts';
import { askCluster } from '../../engine/cluster.ts';
import { allOrFindings } from '../../engine/collect.ts';
import { withConnections } from '../../engine/connections.ts';
import type { RunContext } from '../../engine/context.ts';
import {
  absenceReasons,
  connectHosts,
  connectionsOf,
  observeHosts,
  understood,
} from '../../engine/observe.ts';
import type { DiskTestFact, PatchTrialFact, PreflightFacts } from '../../facts/preflight.ts';
import { type Finding, RunError } from '../../findings.ts';
import { explainUnknown } from '../../hosts/explain-unknown.ts';
import { parsePreflightProbe } from '../../hosts/probe/parse-preflight.ts';
import { preflightProbe } from '../../hosts/probe/preflight-script.ts';
import type { Effect, TransportStatistics } from '../../hosts/transport.ts';
import type { Settings } from '../../inputs/settings.ts';
import { placesOf } from '../../kubeadm/paths.ts';
import { listHosts, type ObservedHost, withRole } from '../../run/host.ts';
import { diskTest, parseDiskTest } from './disk-test.ts';
import { patchTrials } from './patch-trial.ts';
import { parsePatchTrial, tryPatches } from './try-patches.ts';

/** Everything that a preflight is judged from. */
export interface Examined {
  /** Hosts of members that could be reached, in the order of the inputs. */
  readonly members: readonly Pick<ObservedHost, 'name' | 'address' | 'facts'>[];
  /** By address. */
  readonly preflight: ReadonlyMap<string, PreflightFacts>;
  /** By address; of hosts on which a write test was made. */
  readonly diskTests: ReadonlyMap<string, DiskTestFact>;
  /** By address; of hosts whose kubeadm has tried the patches. */
  readonly patchTrials: ReadonlyMap<string, PatchTrialFact>;
  readonly controlPlane: ControlPlaneLook;
  /** Why other hosts could not be reached, or not be tested. */
  readonly failed: readonly Finding[];
  /** Absent where no member could be asked, or a host could not be reached. */
  readonly cluster?: ClusterFacts;
  readonly connections: readonly ({ readonly host: string } & TransportStatistics)[];
}

/**
 * Observes everything that a preflight judges. Nothing is changed: a disk test, if the user asked for it, and a trial of
 * patches remove what they have written. A host that cannot be reached is a finding; the others are examined all the same.
 * @throws RunError if a host that was reached cannot be probed.
 */
export async function examine(effect: Effect, settings: Settings, context: RunContext): Promise<Examined> {
  const { timeline, log, signal } = context;
  const listed = listHosts(settings);
  log.info(`Connecting to ${listed.map(({ name }) => name).join(', ')}`);
  const connected = await connectHosts(listed, context);
  return withConnections(connected.hosts, effect, signal, async (hosts) => {
    const probed = await observeHosts(hosts, settings, { membersReach: true, sandbox: true }, timeline);
    const unprobed = absenceReasons(withRole(probed.absent, 'member'));
    if (unprobed.length > 0)
      throw new RunError('not every host could be examined, so nothing was changed on any', unprobed);
    const members = withRole(probed.hosts, 'member');
    const absent = [...connected.absent, ...probed.absent];
    const unreached = absenceReasons(withRole(absent, 'member'));
    const preflight = await examineEach(settings, members, context);
    const trials = await tryEach(settings, members, context);
    const tests = settings.diskTest ? await testDisks(settings, members, context) : NO_TESTS;
    const asked = unreached.length === 0 ? await askCluster(settings, members, [], context) : undefined;
    asked?.clients.close();
    return {
      members,
      preflight,
      controlPlane: {
        hosts: withRole(probed.hosts, 'control-plane'),
        unreached: absenceReasons(withRole(absent, 'control-plane')),
      },
      diskTests: tests.facts,
      patchTrials: trials.facts,
      failed: [...unreached, ...tests.failures, ...trials.failures],
      ...(asked && { cluster: asked.cluster }),
      connections: connectionsOf(probed.hosts),
    };
  });
}

async function examineEach(
  settings: Settings,
  members: readonly ObservedHost[],
  { timeline }: RunContext,
): Promise<Map<string, PreflightFacts>> {
  const work = members.map(({ name, address, transport }) => {
    const probe = preflightProbe({
      address,
      peers: settings.hosts.map((host) => host.address).filter((other) => other !== address),
      ports: [settings.clientPort, settings.peerPort],
      metricsPort: settings.metricsPort,
      resolvConf: resolvConfOf(settings),
      ...placesOf(settings),
    });
    const what = { stage: 'Observe', title: 'preflight probe', changes: false, host: name };
    const result = timeline.record(what, async () => {
      const answer = await transport.run(probe);
      const facts = understood(name, answer, () => parsePreflightProbe(answer.stdout.toString('utf8')));
      return [address, facts] as const;
    });
    return { host: name, at: 'probe', result };
  });
  return new Map(await allOrFindings('not every host could be examined', work));
}

/** The file that kubelet will read resolvers from. */
function resolvConfOf({ kubeletConfig }: Settings): string {
  const { resolvConf } = kubeletConfig;
  return typeof resolvConf === 'string' ? resolvConf : RESOLV_CONF;
}

/** Has the kubeadm of each host render the manifest aside with the patches, if there are any. */
async function tryEach(
  settings: Settings,
  members: readonly ObservedHost[],
  { timeline, newToken }: RunContext,
): Promise<Tests<PatchTrialFact>> {
  const trials = patchTrials(members, settings, newToken);
  const facts = new Map<string, PatchTrialFact>();
  const failures: Finding[] = [];
  const work = members.flatMap(({ name, address, transport }) => {
    const trial = trials.get(address);
    if (trial === undefined) return [];
    const what = { stage: 'Observe', title: 'try the patches', changes: false, host: name };
    const result = timeline.record(what, async () => {
      const answer = await transport.run(tryPatches(trial));
      const fact = parsePatchTrial(answer);
      if (fact !== undefined) facts.set(address, fact);
      else failures.push({ host: name, at: 'patches', ...explainUnknown(answer) });
    });
    return [{ host: name, at: 'patches', result }];
  });
  await allOrFindings('not every host could try the patches', work);
  return { facts, failures };
}

/** One host after the other: hosts may share a disk, and none of them is to be slowed for longer than it takes. */
async function testDisks(
  settings: Settings,
  members: readonly ObservedHost[],
  { timeline, signal }: RunContext,
): Promise<Tests<DiskTestFact>> {
  const facts = new Map<string, DiskTestFact>();
  const failures: Finding[] = [];
  for (const { name, address, transport } of members) {
    signal.throwIfAborted();
    const what = { stage: 'Observe', title: 'disk test', changes: false, host: name };
    const result = await timeline.record(what, () =>
      transport.run(diskTest(settings.walDir ?? settings.dataDir)),
    );
    const fact = parseDiskTest(result);
    if (fact !== undefined) facts.set(address, fact);
    else failures.push({ host: name, at: 'disk-test', ...explainUnknown(result) });
  }
  return { facts, failures };
}

interface Tests<F> {
  readonly facts: ReadonlyMap<string, F>;
  readonly failures: readonly Finding[];
}

const NO_TESTS: Tests<DiskTestFact> = { facts: new Map(), failures: [] };
