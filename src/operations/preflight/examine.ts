import { RESOLV_CONF } from '../../checks/network.ts';
import type { ControlPlaneLook } from '../../cluster/control-plane/resolve.ts';
import type { ClusterFacts } from '../../cluster/gates.ts';
import { askCluster } from '../../engine/cluster.ts';
import { allOrFindings } from '../../engine/collect.ts';
import type { RunContext } from '../../engine/context.ts';
import {
  absenceReasons,
  connectHosts,
  connectionsOf,
  observeHosts,
  understood,
  withConnections,
} from '../../engine/observe.ts';
import type { DiskTestFact, PatchTrialFact, PreflightFacts } from '../../facts/preflight.ts';
import { type Finding, RunError } from '../../findings.ts';
import { quoteBash } from '../../hosts/bash.ts';
import { explainUnknown } from '../../hosts/explain-unknown.ts';
import { lastWords } from '../../hosts/host-error.ts';
import { parsePreflightProbe } from '../../hosts/probe/parse-preflight.ts';
import { preflightProbe } from '../../hosts/probe/preflight-script.ts';
import { parseRendered, RENDER } from '../../hosts/render-manifest.ts';
import type { Effect, RemoteResult, RemoteScript, TransportStatistics } from '../../hosts/transport.ts';
import type { Settings } from '../../inputs/settings.ts';
import { placesOf } from '../../kubeadm/paths.ts';
import { listHosts, type ObservedHost, withRole } from '../../run/host.ts';
import { type PatchTrial, patchTrials } from './patch-trial.ts';

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

/** Bytes of one write: what etcd's fio recipe takes (https://etcd.io/docs/latest/op-guide/hardware/). */
const WRITE_BYTES = 2300;
const MOST_WRITES = 200;
/** No write begins later than this many seconds. */
const WRITE_FOR_SECONDS = 3;
/** Below this much free space nothing is written. */
const LEAST_FREE_MIB = 64;

/** Exit codes of the script for why it did not write. */
const MOUNT_POINT = 3;
const NO_SPACE = 4;

/**
 * A short write test of the filesystem on which the log is or will be: up to {@link MOST_WRITES} synced writes
 * of {@link WRITE_BYTES} bytes into one file, in about {@link WRITE_FOR_SECONDS} s at most. The file is beside that folder, never in it, and has lost its name before the first write: whatever ends the script, nothing of it stays. It is
 * preallocated as etcd's log is (client/pkg/fileutil/preallocate.go).
 * @param folder the data dir, or the folder of the log where it has one of its own.
 */
export function diskTest(folder: string): RemoteScript {
  return {
    title: 'disk test',
    effect: 'writes-aside',
    timeoutMs: 30_000,
    script: `
data_dir=${quoteBash(folder)}
parent() { folder=\${1%/*}; folder=\${folder:-/}; }
parent "$data_dir"
while [ ! -d "$folder" ]; do parent "$folder"; done
if [ -d "$data_dir" ] && [ "$(stat -Lc %d -- "$data_dir")" != "$(stat -c %d -- "$folder")" ]; then exit ${MOUNT_POINT}; fi
free=$(stat -fc '%a %S' -- "$folder")
if [ $((\${free% *} * \${free#* })) -lt $((${LEAST_FREE_MIB} << 20)) ]; then exit ${NO_SPACE}; fi
file=$(mktemp -p "$folder" .etcd-ha-action-disk-test.XXXXXXXX)
at_exit 'rm -f -- "$file"'
exec 3<> "$file"
rm -f -- "$file"
fallocate -l $((${MOST_WRITES} * ${WRITE_BYTES})) /dev/fd/3 2>/dev/null || true
SECONDS=0
for ((i = 0; i < ${MOST_WRITES} && SECONDS < ${WRITE_FOR_SECONDS}; i++)); do
  dd if=/dev/urandom of=/dev/fd/3 bs=${WRITE_BYTES} count=1 seek="$i" conv=notrunc oflag=dsync
done
`,
  };
}

/** Returns the result of the test; undefined if it ended in a way that only `explainUnknown` can explain. */
export function parseDiskTest(result: RemoteResult): DiskTestFact | undefined {
  if (result.code === MOUNT_POINT) return { outcome: 'mount-point' };
  if (result.code === NO_SPACE) return { outcome: 'no-space' };
  if (result.code !== 0) return undefined;
  // dd takes the time between opening its files and closing them, so its own start does not count
  const times = [...result.stderr.matchAll(/copied, ([\d.e-]+) s/g)]
    .map(([, seconds]) => Number(seconds) * 1000)
    .toSorted((a, b) => a - b);
  const maxMs = times.at(-1);
  if (maxMs === undefined) return undefined;
  return {
    outcome: 'measured',
    writes: times.length,
    p50Ms: rank(0.5, times),
    p99Ms: rank(0.99, times),
    maxMs,
  };
}

/** The nearest rank: the smallest time that at least this share of all does not exceed. */
function rank(share: number, sorted: readonly number[]): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}

/** Exit codes of the script for what kubeadm refuses. */
const CONFIGURATION_REFUSED = 3;
const PATCHES_REFUSED = 4;

/**
 * Has the host's kubeadm render the manifest as a deploy would have it, with the patches and without them. Everything is in a private
 * folder of memory, which is removed in the end: nothing of it stays.
 */
export function tryPatches({ configuration, folder, patches }: PatchTrial): RemoteScript {
  const files = patches.map(
    ({ name, text }) => `printf %s ${quoteBash(text)} > "$scratch/patches/"${quoteBash(name)}`,
  );
  return {
    title: 'try the patches',
    effect: 'writes-aside',
    timeoutMs: 180_000,
    script: `
scratch=$(mktemp -d /run/etcd-ha-action.XXXXXXXX)
at_exit 'rm -rf -- "$scratch"'
${RENDER}
mkdir -- "$scratch/patches"
${files.join('\n')}
configuration=${quoteBash(configuration)}
configuration=\${configuration//${folder.replaceAll('/', '\\/')}/$scratch/patches}
printf %s "$configuration" > "$scratch/configuration.yaml"
render_plain "$scratch/configuration.yaml" "$scratch/plain" || exit ${CONFIGURATION_REFUSED}
plain=("\${text[@]}")
render "$scratch/configuration.yaml" "$scratch/patched" || exit ${PATCHES_REFUSED}
printf %s "\${text[@]}"
printf '\\0%s' "\${plain[@]}"
`,
  };
}

/** Returns the result; undefined if the trial ended in a way that only `explainUnknown` can explain. */
export function parsePatchTrial(result: RemoteResult): PatchTrialFact | undefined {
  const said = lastWords(result.stderr, 5);
  if (result.code === CONFIGURATION_REFUSED) return { outcome: 'configuration-refused', said };
  if (result.code === PATCHES_REFUSED) return { outcome: 'patches-refused', said };
  if (result.code !== 0) return undefined;
  const { text, plain = '' } = parseRendered(result.stdout);
  return { outcome: 'rendered', patched: text, plain };
}
