import type { HostFacts } from '../../cluster/host-facts.ts';
import type { FilesystemFact } from '../../cluster/preflight/preflight-facts.ts';
import type { HealthHostFacts, PodContainer } from '../../health/facts.ts';
import { clockOf, type ProbeTiming } from './parse-clock.ts';
import { parseFilesystem } from './parse-filesystem.ts';
import { HEALTH_PROBE_FORMAT } from './health-probe.ts';
import { IncompleteProbe, parseProbe, readValues } from './parse-probe.ts';

/** What the health probe has brought from a host. */
export interface HealthAnswer {
  readonly facts: HostFacts;
  readonly more: HealthHostFacts;
  /** PEM. Secret. */
  readonly clientKey?: Buffer;
}

/** The probe that is installed on the host is of another release of the action. */
export class OtherFormat extends Error {}

/**
 * Facts from the answer of the health probe.
 * @param address the address that the user gave for this host.
 * @throws IncompleteProbe when its last line is missing; OtherFormat when it is not of this release's form.
 */
export function parseHealth(address: string, answer: string, timing: ProbeTiming): HealthAnswer {
  const values = readValues(answer);
  const get = (key: string): string => values.get(key)?.trim() ?? '';
  if (get('health.format') !== String(HEALTH_PROBE_FORMAT)) {
    throw new OtherFormat(
      `the probe's answer is of form ${get('health.format') || '(none)'}, and this release reads form ${HEALTH_PROBE_FORMAT}`,
    );
  }
  const [begun, ended] = get('health.clock')
    .split(' ')
    .map((text) => Number(text) / 1000);
  if (!(begun !== undefined && ended !== undefined && begun > 0 && ended > 0)) {
    throw new IncompleteProbe('the probe did not tell the time');
  }
  const filesystem = filesystemIn(get('health.filesystem'));
  const walFilesystem = filesystemIn(get('health.wal-filesystem'));
  const healthz = get('health.healthz');
  const clientKey = values.get('health.client-key');
  return {
    facts: parseProbe(address, answer),
    more: {
      clock: clockOf(timing, { begunMs: begun, endedMs: ended }),
      ...(filesystem && { filesystem }),
      ...(walFilesystem && { walFilesystem }),
      ...(healthz !== '' && { kubeletHealthz: healthz }),
      containers: get('health.pod').split('\n').flatMap(parseContainer),
      lastLog: get('health.log')
        .split('\n')
        .filter((line) => line !== ''),
      publicKeys: new Map(get('health.public-keys').split('\n').flatMap(parseKey)),
    },
    ...(clientKey !== undefined && { clientKey: Buffer.from(clientKey) }),
  };
}

/** A line of `findmnt`, one of `stat`, and what the folder takes. */
function filesystemIn(text: string): FilesystemFact | undefined {
  const [mount = '', blocks = '', used = ''] = text.split('\n');
  return parseFilesystem(mount, blocks, parseInt(used) || 0);
}

function parseKey(line: string): [string, string][] {
  const match = /^([0-9a-f]{64}) (\/.+)$/.exec(line);
  return match === null ? [] : [[match[2] ?? '', match[1] ?? '']];
}

/** One `crictl inspect -o json`, in base64. */
function parseContainer(line: string): PodContainer[] {
  interface Inspected {
    readonly status?: {
      readonly id?: string;
      readonly state?: string;
      readonly metadata?: { readonly attempt?: number };
      readonly startedAt?: string;
      readonly finishedAt?: string;
      readonly exitCode?: number;
      readonly reason?: string;
    };
  }
  let status: Inspected['status'];
  try {
    ({ status } = JSON.parse(Buffer.from(line, 'base64').toString('utf8')) as Inspected);
  } catch {
    return [];
  }
  if (status?.id === undefined) return [];
  const running = status.state === 'CONTAINER_RUNNING';
  const startedAt = moment(status.startedAt);
  const finishedAt = running ? undefined : moment(status.finishedAt);
  return [
    {
      id: status.id,
      running,
      attempt: status.metadata?.attempt ?? 0,
      ...(startedAt !== undefined && { startedAt }),
      ...(finishedAt !== undefined && { finishedAt }),
      ...(!running && status.exitCode !== undefined && { exitCode: status.exitCode }),
      ...(!running && status.reason !== undefined && status.reason !== '' && { reason: status.reason }),
    },
  ];
}

/** What has not happened has the time zero of Go, or of Unix. */
function moment(text: string | undefined): string | undefined {
  const time = text === undefined ? NaN : Date.parse(text);
  return time > 0 ? new Date(time).toISOString() : undefined;
}
