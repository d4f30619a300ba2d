import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Lab } from '../../../lab/client.ts';
import { etcdctl } from './etcd.ts';
import { Recorder } from './recorder.ts';
import type { WriterRecord, WriterSettings } from './writer-process.ts';

/** Options of a writer. */
export interface WriterOptions {
  /** From the start of one write to the start of the next; default 10. */
  readonly intervalMs?: number;
  /** Timeout after which the next endpoint is tried; default 300. */
  readonly timeoutMs?: number;
  /** Host from which the CA and the pair of the healthcheck client are read; default: the first. */
  readonly credentialsFrom?: string;
}

/** A stretch of time without an acknowledged write; times are milliseconds since 1970. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly ms: number;
}

/** The observations of a writer. */
export interface WriterReport {
  /** Keys of all writes that a member has acknowledged, in order. */
  readonly acknowledged: readonly string[];
  readonly longestGapMs: number;
  /** Gaps of more than 100 ms, also those at the beginning and at the end. */
  readonly gaps: readonly Gap[];
  readonly errors: WriterRecord['errors'];
}

/**
 * Writes a new key every 10 ms from the runner's side of the lab, as an API server would: through one endpoint, and
 * through the next if that fails.
 */
export class Writer {
  readonly #recorder: Recorder<WriterRecord>;

  private constructor(recorder: Recorder<WriterRecord>) {
    this.#recorder = recorder;
  }

  /**
   * Resolves once the first write is acknowledged.
   * @throws Error if there is none within 15 s.
   */
  static async start(lab: Lab, options: WriterOptions = {}): Promise<Writer> {
    return new Writer(
      await Recorder.start(lab, {
        name: 'the writer',
        script: join(import.meta.dirname, 'writer-process.ts'),
        settings: await settingsOf(lab, options),
        recordMs: 15_000,
      }),
    );
  }

  /** Stops writing and returns the observations. */
  async stop(): Promise<WriterReport> {
    return reportOf(await this.#recorder.stop());
  }
}

async function settingsOf(lab: Lab, options: WriterOptions): Promise<WriterSettings> {
  const host = options.credentialsFrom ?? lab.hosts[0]?.name ?? '';
  const read = (file: string): Promise<string> => lab.sh(host, `cat /etc/kubernetes/pki/etcd/${file}`);
  return {
    endpoints: lab.hosts.map(({ address }) => `https://${address}:2379`),
    ca: await read('ca.crt'),
    cert: await read('healthcheck-client.crt'),
    key: await read('healthcheck-client.key'),
    prefix: `writer/${randomUUID()}/`,
    intervalMs: options.intervalMs ?? 10,
    timeoutMs: options.timeoutMs ?? 300,
  };
}

function reportOf({ startedMs, endedMs, acknowledged, errors }: WriterRecord): WriterReport {
  const times = [startedMs, ...acknowledged.map(({ atMs }) => atMs), endedMs];
  const stretches = times.slice(1).map((toMs, index): Gap => {
    const fromMs = times[index] ?? toMs;
    return { fromMs, toMs, ms: toMs - fromMs };
  });
  return {
    acknowledged: acknowledged.map(({ key }) => key),
    longestGapMs: Math.max(...stretches.map(({ ms }) => ms)),
    gaps: stretches.filter(({ ms }) => ms > 100),
    errors,
  };
}

/**
 * Returns acknowledged writes that a member lacks, as `HOST lacks KEY`. Reads from each member itself, after it has
 * caught up with the majority (a linearizable read), so all of them must be up.
 */
export async function lostWrites(lab: Lab, acknowledged: readonly string[]): Promise<string[]> {
  if (acknowledged.length === 0) throw new Error('nothing was acknowledged, so the test shows nothing');
  const prefixes = new Set(acknowledged.map((key) => key.slice(0, key.lastIndexOf('/') + 1)));
  const lost = await Promise.all(
    lab.hosts.map(async ({ name, address }) => {
      const present = new Set<string>();
      for (const prefix of prefixes) {
        const keys = await lab.sh(
          name,
          `${etcdctl(address)} get --command-timeout=30s --prefix ${prefix} --keys-only`,
        );
        for (const key of keys.split('\n')) present.add(key);
      }
      return acknowledged.filter((key) => !present.has(key)).map((key) => `${name} lacks ${key}`);
    }),
  );
  return lost.flat();
}
