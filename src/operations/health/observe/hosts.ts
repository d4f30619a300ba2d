import type { RunContext } from '../../../engine/context.ts';
import { nameOf, timed, understood } from '../../../engine/observe.ts';
import { parseRelease, problemOf } from '../../../etcd/releases.ts';
import type { Observed } from '../../../etcd/health/observation.ts';
import type { StandingFacts } from '../../../facts/host.ts';
import { errorMessage, type Explanation } from '../../../findings.ts';
import { BastionError, HostError, lastWords } from '../../../hosts/host-error.ts';
import {
  type HealthAnswer,
  healthProbe,
  ProbeFormatError,
  parseHealthProbe,
  PROBE_REFUSED,
} from '../../../hosts/probe/health-probe.ts';
import { queryKubeadm, parseKubeadmAnswer } from '../../../hosts/probe/sections.ts';
import type { RemoteResult, Transport } from '../../../hosts/transport.ts';
import type { Settings } from '../../../inputs/settings.ts';
import { parseEtcdManifest } from '../../../kubeadm/etcd-manifest.ts';
import { ETCD_MANIFEST, placesOf } from '../../../kubeadm/paths.ts';
import type { Host } from '../../../run/host.ts';

/** A host as far as it could be reached. */
export interface ExaminedHost extends Host {
  /** Absent: there is no connection. */
  readonly transport?: Transport;
  readonly observed: Observed<HealthAnswer, Explanation>;
  /** See `shippedImage`; absent: the host was not examined. */
  readonly shippedImage?: Promise<string | undefined>;
}

const STAGE = 'Observe';

/**
 * Connects to a host and runs the probe there. Does not throw: the reason why a host could not be examined is part of the observation.
 * @param signal ends the wait.
 */
export async function examineHost(
  host: Host,
  settings: Settings,
  { connect, timeline, maskSecret }: Pick<RunContext, 'connect' | 'timeline' | 'maskSecret'>,
  signal: AbortSignal,
): Promise<ExaminedHost> {
  const recorded = { stage: STAGE, changes: false, host: host.name };
  const connecting = timeline.record({ ...recorded, title: 'connect' }, () => connect(host.settings));
  let transport: Transport;
  try {
    transport = await beforeAbort(signal, connecting);
  } catch (error) {
    // close one that comes too late
    void connecting.then((late) => late.close()).catch(() => undefined);
    return { ...host, observed: { failure: why(error) } };
  }
  try {
    const probing = timeline.record({ ...recorded, title: 'probe' }, () =>
      probeHost(host, transport, settings),
    );
    const answer = await beforeAbort(signal, probing);
    if (answer.clientKey !== undefined) maskSecret(answer.clientKey.toString('utf8'));
    return {
      ...host,
      name: nameOf(host, answer.facts),
      transport,
      observed: { seen: answer },
      shippedImage: shippedImage(answer.facts, transport, signal),
    };
  } catch (error) {
    return { ...host, transport, observed: { failure: why(error) } };
  }
}

function why(error: unknown): Explanation {
  if (error instanceof HostError) {
    const { code, host = '', fact: seen, cause, fix } = error.finding;
    const fact = error instanceof BastionError ? `${host}: ${seen}` : seen;
    return { code, fact, ...(cause !== undefined && { cause }), ...(fix !== undefined && { fix }) };
  }
  const code = error instanceof WaitEndedError ? 'host-too-slow' : 'unexpected-error';
  return { code, fact: errorMessage(error) };
}

const INSTALL = 'Install the program and its rule on that host as docs/least-privilege.md says.';

/**
 * Runs the health probe on a host.
 * @throws HostError when it cannot be run, or its answer not be read.
 */
export async function probeHost(
  { role }: Pick<Host, 'role'>,
  transport: Transport,
  settings: Settings,
): Promise<HealthAnswer> {
  const { probe } = settings.health;
  // Members are asked with it; on a host of the control plane it would be that of another etcd.
  const clientKey = role === 'member';
  const question = { ...placesOf(settings), clientKey };
  const script = healthProbe(question, probe === undefined ? {} : { program: probe });
  const { result, timing } = await timed(() => transport.run(script));
  if (probe !== undefined && result.code !== 0) throw notRun(transport.name, probe, result);
  try {
    return parseHealthProbe(result.stdout.toString('utf8'), timing);
  } catch (error) {
    if (error instanceof ProbeFormatError) throw otherFormat(transport.name, probe, error);
    return understood(transport.name, result, () => {
      throw error;
    });
  }
}

function notRun(host: string, program: string, { code, stderr }: RemoteResult): HostError {
  if (code === PROBE_REFUSED) {
    return new HostError({
      code: 'health-probe-place-refused',
      host,
      at: 'health-probe',
      fact: `${program} does not look there: ${lastWords(stderr, 3)}`,
      cause: 'A folder of `data-dir` or `wal-dir` is a link, or others than root may write in it.',
      fix: "Give the paths without links, and let each folder of them be root's alone; docs/least-privilege.md says why.",
    });
  }
  return new HostError({
    code: 'health-probe-unusable',
    host,
    at: 'health-probe',
    fact: `${program} could not be run by sudo (exit code ${code ?? 'none'}): ${lastWords(stderr, 3)}`,
    cause: 'It is not installed there, or sudoers does not allow it to this user.',
    fix: INSTALL,
  });
}

function otherFormat(host: string, program: string | undefined, error: ProbeFormatError): HostError {
  return new HostError({
    code: 'health-probe-unusable',
    host,
    at: 'health-probe',
    fact: `${program ?? 'the probe'}: ${error.message}.`,
    cause: 'It was installed for another release of the action.',
    fix: INSTALL,
  });
}

/**
 * The etcd image that a host's kubeadm asks for. It is asked, which takes a processor a while, only where something is known
 * against the release that the host has: this shows whether it is its own or kubeadm's.
 * @param signal ends the wait.
 * @returns undefined where it was not asked, or did not answer. Does not throw.
 */
async function shippedImage(
  { files }: StandingFacts,
  transport: Transport,
  signal: AbortSignal,
): Promise<string | undefined> {
  const image = parseEtcdManifest(files.get(ETCD_MANIFEST)?.text ?? '')?.image;
  const release = parseRelease(image?.split(':').at(-1) ?? '');
  if (release === undefined || problemOf(release) === undefined) return undefined;
  try {
    const { stdout } = await beforeAbort(signal, transport.run(queryKubeadm()));
    return parseKubeadmAnswer(stdout.toString('utf8')).etcdImage;
  } catch {
    return undefined;
  }
}

/** The wait ended before the answer came. */
export class WaitEndedError extends Error {
  override name = 'WaitEndedError';
}

/**
 * Returns what the promise gives, unless the signal is aborted first; the work then continues, and its result is dropped.
 * @throws WaitEndedError when the signal is aborted; what the promise rejects with.
 */
export async function beforeAbort<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  const over = Promise.withResolvers<never>();
  const end = (): void =>
    over.reject(new WaitEndedError('it did not answer within the time limit of the check'));
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
