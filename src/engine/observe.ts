import type { HostFacts } from '../facts/host.ts';
import { errorMessage, type Finding } from '../findings.ts';
import { knownReason } from '../hosts/explain-unknown.ts';
import { HostError, lastWords } from '../hosts/host-error.ts';
import { parseProbe } from '../hosts/probe/parse-probe.ts';
import { type ProbeQuestion, probeScript, volatileProbeScript } from '../hosts/probe/probe-script.ts';
import type { ProbeTiming } from '../hosts/probe/sections.ts';
import {
  PROBE_OUTPUT,
  type RemoteResult,
  type RemoteScript,
  type Transport,
  type TransportStatistics,
} from '../hosts/transport.ts';
import type { HostSettings, MemberSettings, Settings } from '../inputs/settings.ts';
import { placesOf } from '../kubeadm/paths.ts';
import type { Timeline } from '../run/timeline.ts';
import { findingsOf, settleAll } from './collect.ts';

/** Opens the one connection to a host. */
export type Connector = (host: HostSettings) => Promise<Transport>;

/** A host that is connected, and what the probe saw. */
export interface Observed {
  readonly host: MemberSettings;
  readonly transport: Transport;
  readonly facts: HostFacts;
  /** The probe's own words, for a second look that asks only for what may have changed. */
  readonly answer: string;
  /** When it was asked, and had answered. */
  readonly timing: ProbeTiming;
}

const STAGE = 'Observe';
const PROBE_TIMEOUT_MS = 60_000;

/** How a host is called before its member name is known. */
export function hostLabel(host: MemberSettings): string {
  return host.name ?? host.address;
}

/** Hosts as far as they could be reached. */
export interface Connected {
  readonly reached: readonly HostSettings[];
  /** In the order of these hosts. */
  readonly transports: Transport[];
  /** Why others could not be reached, each reason once. */
  readonly findings: readonly Finding[];
  /** The same by host. */
  readonly failures: ReadonlyMap<HostSettings, readonly Finding[]>;
}

/** Connects to all hosts at once, and tells why some could not be reached. */
export async function connectEach(
  hosts: readonly HostSettings[],
  connect: Connector,
  timeline: Timeline,
): Promise<Connected> {
  const results = await Promise.allSettled(
    hosts.map((host) => {
      const what = { stage: STAGE, title: 'connect', changes: false, host: hostLabel(host) };
      return timeline.record(what, () => connect(host));
    }),
  );
  const failures = new Map(
    results.flatMap((result, index) => {
      const host = hosts[index];
      return result.status === 'rejected' && host !== undefined
        ? [[host, findingsOf(result.reason, hostLabel(host), 'connect')] as const]
        : [];
    }),
  );
  return {
    reached: hosts.filter((host) => !failures.has(host)),
    transports: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    findings: distinct([...failures.values()].flat()),
    failures,
  };
}

/** A bastion that fails is told once, and not again for each host behind it. */
function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Set(findings)];
}

/** Probes all hosts at once, each with one read-only script. */
export async function observeAll(
  settings: Settings,
  transports: readonly Transport[],
  timeline: Timeline,
): Promise<Observed[]> {
  const work = probesOf(settings, transports, timeline).map(({ host, result }) => ({
    host: hostLabel(host),
    at: 'probe',
    result,
  }));
  return settleAll('not every host could be examined, so nothing was changed on any', work);
}

/** Hosts as far as they could be looked at. */
export interface ObservedEach {
  readonly observed: readonly Observed[];
  /** Why others could not. */
  readonly failures: ReadonlyMap<HostSettings, readonly Finding[]>;
}

/** The same, and tells which hosts could not be looked at: one whose disk hangs lets in, and answers nothing. */
export async function observeEach(
  settings: Settings,
  transports: readonly Transport[],
  timeline: Timeline,
): Promise<ObservedEach> {
  const work = probesOf(settings, transports, timeline);
  const results = await Promise.allSettled(work.map(({ result }) => result));
  return {
    observed: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    failures: new Map(
      results.flatMap((result, index) => {
        const host = work[index]?.host;
        return result.status === 'rejected' && host !== undefined
          ? [[host, findingsOf(result.reason, hostLabel(host), 'probe')] as const]
          : [];
      }),
    ),
  };
}

function probesOf(
  settings: Settings,
  transports: readonly Transport[],
  timeline: Timeline,
): { readonly host: HostSettings; readonly result: Promise<Observed> }[] {
  return settings.hosts.flatMap((host, index) => {
    const transport = transports[index];
    if (transport === undefined) return [];
    const what = { stage: STAGE, title: 'probe', changes: false, host: hostLabel(host) };
    return [{ host, result: timeline.record(what, () => probe(settings, host, transport)) }];
  });
}

/** Runs the read-only probe on a host. @throws HostError when its answer cannot be read. */
export async function probe(
  settings: Settings,
  host: MemberSettings,
  transport: Transport,
): Promise<Observed> {
  const script = probeScript(questionFor(settings, host));
  const { result, timing } = await timed(() =>
    transport.run({
      title: 'probe',
      effect: 'reads',
      script,
      timeoutMs: PROBE_TIMEOUT_MS,
      mostOutput: PROBE_OUTPUT,
    }),
  );
  const answer = result.stdout.toString('utf8');
  return understood(transport.name, result, () => ({
    host,
    transport,
    facts: parseProbe(host.address, answer, { timing }),
    answer,
    timing,
  }));
}

/** The look again at what may have changed since the first one. */
export function secondLook(settings: Settings): RemoteScript {
  return {
    title: 'look again',
    effect: 'reads',
    script: volatileProbeScript(settings),
    timeoutMs: 30_000,
    mostOutput: PROBE_OUTPUT,
  };
}

/** What was seen, brought up to date by the answer of the second look. */
export function lookedAgain(seen: Observed, answer: Buffer): Observed {
  const text = answer.toString('utf8');
  return understood(seen.transport.name, { code: 0, stderr: text.slice(-300) }, () => ({
    ...seen,
    facts: parseProbe(seen.host.address, seen.answer, { timing: seen.timing, later: text }),
  }));
}

/** A host of the control plane is a client of all members, and no peer of any. */
function questionFor(settings: Settings, host: MemberSettings): ProbeQuestion {
  const { hosts, clientPort, peerPort } = settings;
  const others = hosts.filter(({ address }) => address !== host.address);
  return {
    ...placesOf(settings),
    membersReach: settings.operation === 'preflight',
    peers: others.map(({ address }) => address),
    ports: others.length === hosts.length ? [clientPort] : [clientPort, peerPort],
    sandbox: settings.imageArchive !== undefined || settings.operation === 'preflight',
  };
}

/** Reads what a host has answered. @throws HostError when the answer was cut off. */
export function understood<T>(host: string, result: Pick<RemoteResult, 'code' | 'stderr'>, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new HostError({
      host,
      at: 'probe',
      fact: `${errorMessage(error)} (exit code ${result.code ?? 'none'}): ${lastWords(result.stderr, 3)}`,
      ...(knownReason(result.stderr) ?? {
        fix: 'Log in to the host, see whether `sudo bash -c true` works, and run again.',
      }),
    });
  }
}

/** What went over each connection, by the name that each host has by now. */
export function connectionsOf(
  hosts: ReadonlyMap<string, Transport>,
): ({ readonly host: string } & TransportStatistics)[] {
  return [...hosts].map(([host, transport]) => ({ host, ...transport.statistics() }));
}

/** Runs something, with the times at which it was begun and was over. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; timing: ProbeTiming }> {
  const sentMs = runnerTime();
  const result = await work();
  return { result, timing: { sentMs, receivedMs: runnerTime() } };
}

/** Milliseconds since 1970 that no step of the system's clock moves in the middle of a measurement. */
function runnerTime(): number {
  return performance.timeOrigin + performance.now();
}
