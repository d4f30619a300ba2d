import { controlPlaneName } from '../cluster/control-plane/resolve.ts';
import { memberName } from '../cluster/members.ts';
import type { HostFacts } from '../facts/host.ts';
import { quorumOf } from '../etcd/quorum.ts';
import { errorMessage, type Finding, RunError } from '../findings.ts';
import { knownReason } from '../hosts/explain-unknown.ts';
import { HostError, lastWords } from '../hosts/host-error.ts';
import { parseHostProbe } from '../hosts/probe/parse-probe.ts';
import { probeScript, type ProbeScriptOptions, volatileProbeScript } from '../hosts/probe/probe-script.ts';
import type { ProbeTiming } from '../hosts/probe/sections.ts';
import {
  MAX_PROBE_OUTPUT,
  type RemoteResult,
  type RemoteScript,
  type Transport,
  type TransportStatistics,
  withHostName,
} from '../hosts/transport.ts';
import type { HostSettings, Settings } from '../inputs/settings.ts';
import { placesOf } from '../kubeadm/paths.ts';
import { type AbsentHost, type ConnectedHost, type Host, type ObservedHost, withRole } from '../run/host.ts';
import type { Timeline } from '../run/timeline.ts';
import { findingsOf } from './collect.ts';

/** Opens the one connection to a host. */
export type Connector = (host: HostSettings) => Promise<Transport>;

/** How many of the members' hosts an operation has to reach to begin its work. */
export type Reach = 'every' | 'majority' | 'any' | 'none';

/** What a probe reads in addition to what every operation needs. */
export interface ProbeOptions {
  /** Whether each member tries to reach the others. */
  readonly membersReach: boolean;
  /** Whether to look for the image of the pod's sandbox. */
  readonly sandbox: boolean;
}

const STAGE = 'Observe';
const PROBE_TIMEOUT_MS = 60_000;

/** Hosts as far as a phase succeeded with them; `absent` are those with which it failed, and why. Both in their order. */
export interface Reached<H extends Host> {
  readonly hosts: readonly H[];
  readonly absent: readonly AbsentHost[];
}

/** Connects to all hosts at once. Never throws: a host that cannot be reached is absent. */
export async function connectHosts(
  hosts: readonly Host[],
  { connect, timeline }: { readonly connect: Connector; readonly timeline: Timeline },
): Promise<Reached<ConnectedHost>> {
  return eachOf(hosts, 'connect', timeline, async (host) => ({
    ...host,
    transport: await connect(host.settings),
  }));
}

/** Probes all hosts at once, each with one read-only script. Never throws: a host that does not answer is absent. */
export async function observeHosts(
  hosts: readonly ConnectedHost[],
  settings: Settings,
  options: ProbeOptions,
  timeline: Timeline,
): Promise<Reached<ObservedHost>> {
  return eachOf(hosts, 'probe', timeline, (host) => probe(host, questionFor(host, hosts, settings, options)));
}

async function eachOf<G extends Host, H extends Host>(
  hosts: readonly G[],
  title: string,
  timeline: Timeline,
  work: (host: G) => Promise<H>,
): Promise<Reached<H>> {
  const results = await Promise.all(
    hosts.map(async (host): Promise<{ readonly done: H } | { readonly absent: AbsentHost }> => {
      const what = { stage: STAGE, title, changes: false, host: host.name };
      try {
        return { done: await timeline.record(what, () => work(host)) };
      } catch (error) {
        const { role, name, address, settings } = host;
        return { absent: { role, name, address, settings, why: findingsOf(error, name, title) } };
      }
    }),
  );
  return {
    hosts: results.flatMap((result) => ('done' in result ? [result.done] : [])),
    absent: results.flatMap((result) => ('absent' in result ? [result.absent] : [])),
  };
}

/** Lists why hosts are absent; a bastion that failed is one reason for all hosts behind it. */
export function absenceReasons(absent: readonly AbsentHost[]): Finding[] {
  return [...new Set(absent.flatMap(({ why }) => why))];
}

/** Why an operation cannot begin with so few of the members' hosts; undefined if it can. */
export function tooFewMembers(
  reach: Reach,
  { hosts, absent }: Reached<ConnectedHost>,
  done: 'reached' | 'examined',
): RunError | undefined {
  const present = withRole(hosts, 'member').length;
  const away = withRole(absent, 'member');
  const total = present + away.length;
  const needed = { every: total, majority: quorumOf(total), any: 1, none: 0 }[reach];
  if (present >= needed) return undefined;
  const title =
    present > 0 || done === 'examined'
      ? `${present === 0 ? 'no host' : `${present} of ${total} hosts`} could be ${done}`
      : 'not every host could be reached';
  return new RunError(`${title}, so nothing was changed on any`, absenceReasons(away));
}

/** Runs the read-only probe on a host. @throws HostError when its answer cannot be read. */
export async function probe(host: ConnectedHost, question: ProbeScriptOptions): Promise<ObservedHost> {
  const { transport, address } = host;
  const { result, timing } = await timed(() =>
    transport.run({
      title: 'probe',
      effect: 'reads',
      script: probeScript(question),
      timeoutMs: PROBE_TIMEOUT_MS,
      maxOutput: MAX_PROBE_OUTPUT,
    }),
  );
  const answer = result.stdout.toString('utf8');
  return understood(transport.name, result, () => {
    const facts = parseHostProbe(address, answer, { timing });
    const name = nameOf(host, facts);
    // a host without a readable hostname keeps its label in messages
    const label = name === '' ? host.name : name;
    return { ...host, name, transport: withHostName(transport, label), facts, answer, timing };
  });
}

/**
 * Returns the name of a host once its facts are known: as the inputs name it, else its own hostname. It is empty if the
 * hostname could not be read. Its address must not take its place: each operation refuses a host without a name.
 */
export function nameOf({ role, settings }: Host, facts: Pick<HostFacts, 'hostname'>): string {
  return role === 'member' ? memberName(settings, facts) : controlPlaneName(settings, facts);
}

/** A script that probes again what may have changed since the first probe. */
export function refreshScript(settings: Settings): RemoteScript {
  return {
    title: 'look again',
    effect: 'reads',
    script: volatileProbeScript(settings),
    timeoutMs: 30_000,
    maxOutput: MAX_PROBE_OUTPUT,
  };
}

/** Updates the facts with the answer of {@link refreshScript}. @throws HostError if the answer was cut off. */
export function refreshed(host: ObservedHost, answer: Buffer): ObservedHost {
  const text = answer.toString('utf8');
  return understood(host.transport.name, { code: 0, stderr: text.slice(-300) }, () => ({
    ...host,
    facts: parseHostProbe(host.address, host.answer, { timing: host.timing, later: text }),
  }));
}

/** A host of the control plane is a client of all members, and no peer of any. */
function questionFor(
  { role, address }: Host,
  hosts: readonly Host[],
  settings: Settings,
  options: ProbeOptions,
): ProbeScriptOptions {
  const { clientPort, peerPort } = settings;
  const members = hosts.filter((host) => host.role === 'member' && host.address !== address);
  return {
    ...placesOf(settings),
    ...options,
    peers: members.map((member) => member.address),
    ports: role === 'member' ? [clientPort, peerPort] : [clientPort],
  };
}

/** Reads what a host has answered. @throws HostError when the answer was cut off. */
export function understood<T>(host: string, result: Pick<RemoteResult, 'code' | 'stderr'>, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new HostError({
      code: 'probe-answer-incomplete',
      host,
      at: 'probe',
      fact: `${errorMessage(error)} (exit code ${result.code ?? 'none'}): ${lastWords(result.stderr, 3)}`,
      ...(knownReason(result.stderr) ?? {
        fix: 'Log in to the host, see whether `sudo bash -c true` works, and run again.',
      }),
    });
  }
}

/** Reports the traffic of each connection, by the name of its host. */
export function connectionsOf(
  hosts: readonly ConnectedHost[],
): ({ readonly host: string } & TransportStatistics)[] {
  return hosts.map(({ transport }) => ({ host: transport.name, ...transport.statistics() }));
}

/** Runs something, and returns its result with the times at which it began and ended. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; timing: ProbeTiming }> {
  const sentMs = runnerTime();
  const result = await work();
  return { result, timing: { sentMs, receivedMs: runnerTime() } };
}

/** Milliseconds since 1970 that no step of the system's clock moves in the middle of a measurement. */
function runnerTime(): number {
  return performance.timeOrigin + performance.now();
}

/** A step that has begun may come to its end for so long after a cancellation; the runner gives 7.5 s in all. */
const GRACE_MS = 4_000;

/** Works with connected hosts, and closes their connections at the end, also after an error. */
export async function withConnections<T>(
  opened: readonly ConnectedHost[],
  signal: AbortSignal,
  work: (hosts: readonly ConnectedHost[]) => Promise<T>,
): Promise<T> {
  const closeAll = (): Promise<unknown> => Promise.all(opened.map(({ transport }) => transport.close()));
  let timer: NodeJS.Timeout | undefined;
  const abandon = (): void => {
    timer = setTimeout(() => void closeAll(), GRACE_MS);
  };
  signal.addEventListener('abort', abandon, { once: true });
  try {
    signal.throwIfAborted();
    return await work(opened);
  } finally {
    signal.removeEventListener('abort', abandon);
    clearTimeout(timer);
    await closeAll();
  }
}
