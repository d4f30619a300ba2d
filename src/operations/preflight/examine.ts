import { RESOLV_CONF } from '../../checks/network.ts';
import type { ObservedControlPlane } from '../../cluster/control-plane/resolve.ts';
import type { ClusterFacts } from '../../cluster/gates.ts';
import { queryCluster } from '../../engine/cluster.ts';
import { findingsOf } from '../../engine/collect.ts';
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
import { HostError } from '../../hosts/host-error.ts';
import { parsePreflightProbe } from '../../hosts/probe/parse-preflight.ts';
import { preflightProbe } from '../../hosts/probe/preflight-script.ts';
import type { RemoteResult, RemoteScript, TransportStatistics } from '../../hosts/transport.ts';
import type { Settings } from '../../inputs/settings.ts';
import { placesOf } from '../../kubeadm/paths.ts';
import { listHosts, type ObservedHost, withRole } from '../../run/host.ts';
import { parsePatchTrial, patchTrials, tryPatches } from './patch-trial.ts';

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
  readonly controlPlane: ObservedControlPlane;
  /** Why other hosts could not be observed, or the members not be asked: no deploy can be decided then. */
  readonly failed: readonly Finding[];
  /** Why hosts that could be observed could not be examined further, or not be tested. */
  readonly untested: readonly Finding[];
  /** Absent where no member could be asked, or a host could not be observed. */
  readonly cluster?: ClusterFacts;
  readonly connections: readonly ({ readonly host: string } & TransportStatistics)[];
}

/**
 * Observes everything that a preflight judges. Nothing is changed: a disk test, if the user asked for it, and a trial of
 * patches remove what they have written. A host that cannot be reached, or does not answer a script, is a finding; the
 * others are examined all the same.
 * @throws what the signal of the run is aborted with.
 */
export async function examine(settings: Settings, context: RunContext): Promise<Examined> {
  const { timeline, log, signal } = context;
  const listed = listHosts(settings);
  log.info(`Connecting to ${listed.map(({ name }) => name).join(', ')}`);
  const connected = await connectHosts(listed, context);
  return withConnections(connected.hosts, signal, async (hosts) => {
    const probed = await observeHosts(hosts, settings, { membersReach: true, sandbox: true }, timeline);
    signal.throwIfAborted();
    const members = withRole(probed.hosts, 'member');
    const absent = [...connected.absent, ...probed.absent];
    const unreached = absenceReasons(withRole(absent, 'member'));
    const preflight = await examineEach(settings, members, context);
    signal.throwIfAborted();
    const answering = members.filter(({ address }) => preflight.facts.has(address));
    const trials = await tryEach(settings, answering, context);
    signal.throwIfAborted();
    const tests = await testDisks(settings, answering, context);
    signal.throwIfAborted();
    const asked = unreached.length === 0 ? await askMembers(settings, members, context) : NOT_ASKED;
    signal.throwIfAborted();
    return {
      members,
      preflight: preflight.facts,
      controlPlane: {
        hosts: withRole(probed.hosts, 'control-plane'),
        unreached: absenceReasons(withRole(absent, 'control-plane')),
      },
      diskTests: tests.facts,
      patchTrials: trials.facts,
      failed: [...unreached, ...asked.failures],
      untested: [...preflight.failures, ...trials.failures, ...tests.failures],
      ...(asked.cluster && { cluster: asked.cluster }),
      connections: connectionsOf(probed.hosts),
    };
  });
}

/** What the members have answered, or why they could not be asked. */
interface Asked {
  readonly cluster?: ClusterFacts;
  readonly failures: readonly Finding[];
}

const NOT_ASKED: Asked = { failures: [] };

async function askMembers(
  settings: Settings,
  members: readonly ObservedHost[],
  context: RunContext,
): Promise<Asked> {
  try {
    const asked = await queryCluster(settings, members, [], context);
    asked?.clients.close();
    return { ...(asked && { cluster: asked.cluster }), failures: [] };
  } catch (error) {
    if (error instanceof HostError) return { failures: [error.finding] };
    if (error instanceof RunError) return { failures: error.findings };
    throw error;
  }
}

/** What hosts have answered, by address, and why others have not. */
interface Answers<F> {
  readonly facts: ReadonlyMap<string, F>;
  readonly failures: readonly Finding[];
}

/** What a host is asked. */
interface Question<F> {
  /** Of the step in the timeline. */
  readonly title: string;
  /** Of a failure. */
  readonly at: string;
  readonly script: RemoteScript;
  /** Returns undefined for an end that only `explainUnknown` can explain. @throws HostError if the answer is cut off. */
  readonly read: (answer: RemoteResult) => F | undefined;
}

/** Asks one host. Does not throw: why it has not answered is a finding, and the other hosts keep theirs. */
async function askHost<F>(
  { address, transport }: ObservedHost,
  { title, at, script, read }: Question<F>,
  { timeline }: RunContext,
): Promise<Answers<F>> {
  const host = transport.name;
  try {
    const what = { stage: 'Observe', title, changes: false, host };
    return await timeline.record(what, async () => {
      const answer = await transport.run(script);
      const fact = read(answer);
      return fact === undefined
        ? { facts: new Map(), failures: [{ host, at, ...explainUnknown(answer) }] }
        : { facts: new Map([[address, fact]]), failures: [] };
    });
  } catch (error) {
    return { facts: new Map(), failures: findingsOf(error, host, at) };
  }
}

function together<F>(answers: readonly Answers<F>[]): Answers<F> {
  return {
    facts: new Map(answers.flatMap(({ facts }) => [...facts])),
    failures: answers.flatMap(({ failures }) => failures),
  };
}

async function examineEach(
  settings: Settings,
  members: readonly ObservedHost[],
  context: RunContext,
): Promise<Answers<PreflightFacts>> {
  const answers = members.map((member) => {
    const { address, transport } = member;
    const script = preflightProbe({
      address,
      peers: settings.hosts.map((host) => host.address).filter((other) => other !== address),
      ports: [settings.clientPort, settings.peerPort],
      metricsPort: settings.metricsPort,
      resolvConf: resolvConfOf(settings),
      ...placesOf(settings),
    });
    const read = (answer: RemoteResult): PreflightFacts =>
      understood(transport.name, answer, () => parsePreflightProbe(answer.stdout.toString('utf8')));
    return askHost(member, { title: 'preflight probe', at: 'probe', script, read }, context);
  });
  return together(await Promise.all(answers));
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
  context: RunContext,
): Promise<Answers<PatchTrialFact>> {
  if (!settings.patchTrial) return together([]);
  const trials = patchTrials(members, settings, context.newToken);
  const answers = members.flatMap((member) => {
    const trial = trials.get(member.address);
    if (trial === undefined) return [];
    const script = tryPatches(trial);
    return [askHost(member, { title: script.title, at: 'patches', script, read: parsePatchTrial }, context)];
  });
  return together(await Promise.all(answers));
}

/** One host after the other: hosts may share a disk, and none of them is to be slowed for longer than it takes. */
async function testDisks(
  settings: Settings,
  members: readonly ObservedHost[],
  context: RunContext,
): Promise<Answers<DiskTestFact>> {
  if (!settings.diskTest) return together([]);
  const script = diskTest(settings.walDir ?? settings.dataDir);
  const answers: Answers<DiskTestFact>[] = [];
  for (const member of members) {
    context.signal.throwIfAborted();
    const question = { title: script.title, at: 'disk-test', script, read: parseDiskTest };
    answers.push(await askHost(member, question, context));
  }
  return together(answers);
}

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
