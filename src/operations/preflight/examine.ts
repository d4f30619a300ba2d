import type { ControlPlaneLook } from '../../cluster/control-plane/resolve.ts';
import type { ClusterFacts } from '../../cluster/gates.ts';
import { askCluster } from '../../engine/cluster.ts';
import { settleAll } from '../../engine/collect.ts';
import { withConnections } from '../../engine/connections.ts';
import type { Surroundings } from '../../engine/context.ts';
import { controlPlaneLook, observeControlPlane } from '../../engine/control-plane.ts';
import {
  connectEach,
  connectionsOf,
  hostLabel,
  observeAll,
  type Observed,
  understood,
} from '../../engine/observe.ts';
import type { HostFacts } from '../../facts/host.ts';
import type { DiskTestFact, PreflightFacts } from '../../facts/preflight.ts';
import type { Finding } from '../../findings.ts';
import { explainUnknown } from '../../hosts/explain-unknown.ts';
import { parsePreflight } from '../../hosts/probe/parse-preflight.ts';
import { preflightProbe } from '../../hosts/probe/preflight-script.ts';
import type { TransportStatistics } from '../../hosts/transport.ts';
import type { HostSettings, Settings } from '../../inputs/settings.ts';
import { placesOf } from '../../kubeadm/paths.ts';
import { diskTest, parseDiskTest } from './disk-test.ts';
import type { SevereFinding } from './finding.ts';
import { RESOLV_CONF } from './network.ts';

/** What an operation that only looks has to tell. */
export interface Examination {
  /** The worst first. */
  readonly findings: readonly SevereFinding[];
  readonly connections: readonly ({ readonly host: string } & TransportStatistics)[];
}

/** Everything that an examination is judged from. */
export interface Examined {
  /** The hosts that could be reached, in the order of the inputs. */
  readonly hosts: readonly HostSettings[];
  /** Of these hosts. */
  readonly facts: readonly HostFacts[];
  /** By address. */
  readonly preflight: ReadonlyMap<string, PreflightFacts>;
  /** By address; of hosts on which a write test was made. */
  readonly diskTests: ReadonlyMap<string, DiskTestFact>;
  readonly controlPlane: ControlPlaneLook;
  /** Why other hosts could not be reached, or not be tested. */
  readonly failed: readonly Finding[];
  /** Absent where no member could be asked, or a host could not be reached. */
  readonly cluster?: ClusterFacts;
}

/**
 * Looks at everything and judges it. Nothing is changed, except that a disk test writes for a moment if the user asked
 * for it. A host that cannot be reached is a finding; the others are examined all the same.
 */
export async function examine(
  judge: (examined: Examined) => readonly SevereFinding[],
  settings: Settings,
  surroundings: Surroundings,
): Promise<Examination> {
  const { timeline, connect, log, signal } = surroundings;
  log.info(`Connecting to ${[...settings.hosts, ...settings.controlPlane].map(hostLabel).join(', ')}`);
  const [{ reached, transports, findings }, connected] = await Promise.all([
    connectEach(settings.hosts, connect, timeline),
    connectEach(settings.controlPlane, connect, timeline),
  ]);
  return withConnections(settings, signal, [...transports, ...connected.transports], async (opened) => {
    const [observed, controlPlane] = await Promise.all([
      observeAll({ ...settings, hosts: reached }, opened.slice(0, transports.length), timeline),
      observeControlPlane(settings, connected, opened.slice(transports.length), timeline),
    ]);
    const preflight = await examineEach(settings, observed, surroundings);
    const tests = settings.diskTest ? await testDisks(settings, observed, surroundings) : NO_TESTS;
    const asked = findings.length === 0 ? await askCluster(settings, observed, [], surroundings) : undefined;
    try {
      return {
        findings: judge({
          hosts: reached,
          facts: observed.map(({ facts }) => facts),
          preflight,
          controlPlane: controlPlaneLook(controlPlane),
          diskTests: tests.facts,
          failed: [...findings, ...tests.failures],
          ...(asked && { cluster: asked.cluster }),
        }),
        connections: connectionsOf(
          new Map(
            [...observed, ...controlPlane.observed].map(({ transport }) => [transport.name, transport]),
          ),
        ),
      };
    } finally {
      asked?.clients.close();
    }
  });
}

async function examineEach(
  settings: Settings,
  observed: readonly Observed[],
  { timeline }: Surroundings,
): Promise<Map<string, PreflightFacts>> {
  const work = observed.map(({ host, transport }) => {
    const probe = preflightProbe({
      address: host.address,
      peers: settings.hosts.map(({ address }) => address).filter((address) => address !== host.address),
      ports: [settings.clientPort, settings.peerPort],
      metricsPort: settings.metricsPort,
      resolvConf: resolvConfOf(settings),
      ...placesOf(settings),
    });
    const what = { stage: 'Observe', title: 'preflight probe', changes: false, host: transport.name };
    const result = timeline.record(what, async () => {
      const answer = await transport.run(probe);
      const facts = understood(transport.name, answer, () => parsePreflight(answer.stdout.toString('utf8')));
      return [host.address, facts] as const;
    });
    return { host: transport.name, at: 'probe', result };
  });
  return new Map(await settleAll('not every host could be examined', work));
}

/** The file that kubelet will read resolvers from. */
function resolvConfOf({ kubeletConfig }: Settings): string {
  const { resolvConf } = kubeletConfig;
  return typeof resolvConf === 'string' ? resolvConf : RESOLV_CONF;
}

/** One host after the other: hosts may share a disk, and none of them is to be slowed for longer than it takes. */
async function testDisks(
  settings: Settings,
  observed: readonly Observed[],
  { timeline, signal }: Surroundings,
): Promise<DiskTests> {
  const facts = new Map<string, DiskTestFact>();
  const failures: Finding[] = [];
  for (const { host, transport } of observed) {
    signal.throwIfAborted();
    const what = { stage: 'Observe', title: 'disk test', changes: false, host: transport.name };
    const result = await timeline.record(what, () =>
      transport.run(diskTest(settings.walDir ?? settings.dataDir)),
    );
    const fact = parseDiskTest(result);
    if (fact !== undefined) facts.set(host.address, fact);
    else failures.push({ host: transport.name, at: 'disk-test', ...explainUnknown(result) });
  }
  return { facts, failures };
}

interface DiskTests {
  readonly facts: ReadonlyMap<string, DiskTestFact>;
  readonly failures: readonly Finding[];
}

const NO_TESTS: DiskTests = { facts: new Map(), failures: [] };
