import { createHash, createPublicKey } from 'node:crypto';
import type { ContainerFact, StandingFacts } from '../../cluster/host-facts.ts';
import type { FilesystemFact } from '../../cluster/preflight/preflight-facts.ts';
import type { HealthHostFacts, PodContainer } from '../../health/facts.ts';
import { fieldsIn, fieldsOf, numberIn, textIn } from '../../json-fields.ts';
import { isCrictlWarning } from '../crictl-warning.ts';
import { clockIn, type ProbeTiming } from './parse-clock.ts';
import { parseFilesystem } from './parse-filesystem.ts';
import { HEALTH_PROBE_FORMAT } from './health-probe.ts';
import { parseStanding } from './parse-probe.ts';
import { parseContainers } from './parse-runtime.ts';
import { programAnswer, readSections, type Sections } from './sections.ts';

/** What the health probe has brought from a host. */
export interface HealthAnswer {
  readonly facts: StandingFacts;
  readonly more: HealthHostFacts;
  /** PEM. Secret. */
  readonly clientKey?: Buffer;
}

/** The probe that is installed on the host is of another release of the action. */
export class OtherFormat extends Error {}

/**
 * Facts from the answer of the health probe.
 * @throws IncompleteProbe when its last section is missing or it does not tell the time; OtherFormat when it is not of this release's form.
 */
export function parseHealth(answer: string, timing: ProbeTiming): HealthAnswer {
  const sections = readSections(answer);
  const get = (name: string): string => sections.get(name)?.trim() ?? '';
  if (get('health.format') !== String(HEALTH_PROBE_FORMAT)) {
    throw new OtherFormat(
      `the probe's answer is of form ${get('health.format') || '(none)'}, and this release reads form ${HEALTH_PROBE_FORMAT}`,
    );
  }
  const filesystem = filesystemIn('', get);
  const walFilesystem = filesystemIn('wal-', get);
  const healthz = get('health.healthz');
  const clientKey = sections.get('health.client-key');
  const standing = parseStanding(sections);
  const containers = parseContainers(sections, 'health.containers');
  return {
    facts: 'seen' in containers ? standing : { ...standing, unseen: [...standing.unseen, containers.unseen] },
    more: {
      clock: clockIn(sections, timing),
      ...(filesystem && { filesystem }),
      ...(walFilesystem && { walFilesystem }),
      ...(healthz !== '' && { kubeletHealthz: healthz }),
      containers: ('seen' in containers ? containers.seen : []).map((container, at) =>
        withEnd(container, programAnswer(sections, `health.container.${at}`).text),
      ),
      lastLog: get('health.log')
        .split('\n')
        .filter((line) => line !== '' && !isCrictlWarning(line)),
      publicKeys: new Map(named('health.public-key:', sections).flatMap(digestOfKey)),
    },
    ...(clientKey !== undefined && { clientKey: Buffer.from(clientKey) }),
  };
}

function filesystemIn(prefix: string, get: (name: string) => string): FilesystemFact | undefined {
  const used = parseInt(get(`health.${prefix}used`)) || 0;
  return parseFilesystem(get(`health.${prefix}mount`), get(`health.${prefix}blocks`), used);
}

/** What the sections whose names begin so hold, by the rest of their names. */
function named(prefix: string, sections: Sections): [string, string][] {
  return [...sections]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, text]) => [name.slice(prefix.length), text]);
}

/** A key that openssl could not read has an empty section. */
function digestOfKey([path, pem]: [string, string]): [string, string][] {
  try {
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    return [[path, createHash('sha256').update(der).digest('hex')]];
  } catch {
    return [];
  }
}

/** A container of the list with what `crictl inspect -o json` says of it; only of the newest ones it is asked. */
function withEnd({ id, running, attempt }: ContainerFact, text: string): PodContainer {
  // without it, only when and how the container ended stays untold
  const status = fieldsIn(fieldsOf(text)?.['status']);
  const startedAt = moment(textIn(status['startedAt']));
  const finishedAt = running ? undefined : moment(textIn(status['finishedAt']));
  const exitCode = numberIn(status['exitCode']);
  const reason = textIn(status['reason']);
  return {
    id,
    running,
    attempt,
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(!running && exitCode !== undefined && { exitCode }),
    ...(!running && reason !== '' && { reason }),
  };
}

/** What has not happened has the time zero of Go, or of Unix. */
function moment(text: string): string | undefined {
  const time = Date.parse(text);
  return time > 0 ? new Date(time).toISOString() : undefined;
}
