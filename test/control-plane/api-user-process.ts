/**
 * The process of a user of an API server, which shares nothing with the action: plain HTTPS. It reads its settings as
 * one line of JSON from standard input, writes `working` after the first write was read back, works until its input
 * ends, and writes its observations as one line of JSON.
 */
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** The settings of the user. */
export interface ApiUserSettings {
  /** `https://ADDRESS:PORT` of the API server. */
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly configMap: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** The observations of the user; times are milliseconds since 1970. */
export interface ApiUserRecord {
  readonly startedMs: number;
  readonly endedMs: number;
  /** Times at which writes were acknowledged and read back. */
  readonly writtenMs: readonly number[];
  /** Times of requests to /readyz, and whether it answered 200. */
  readonly ready: readonly { readonly atMs: number; readonly isReady: boolean }[];
  readonly errors: readonly { readonly atMs: number; readonly message: string }[];
}

const MAPS = '/api/v1/namespaces/default/configmaps';

/** Returns wall-clock time that no adjustment of the clock changes during the run. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function ask(
  { server, timeoutMs }: ApiUserSettings,
  agent: Agent,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const text = body === undefined ? '' : JSON.stringify(body);
  const outgoing = request(
    `${server}${path}`,
    {
      method,
      agent,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      signal: AbortSignal.timeout(timeoutMs),
    },
    (answer) => {
      let told = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (told += chunk));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: told }));
    },
  );
  outgoing.on('error', reject);
  outgoing.end(text);
  return promise;
}

async function must(asking: Promise<Answer>): Promise<string> {
  const { status, text } = await asking;
  if (status < 200 || status > 299) throw new Error(`${status} ${text}`);
  return text;
}

async function work(settings: ApiUserSettings, stopped: AbortSignal): Promise<ApiUserRecord> {
  const { ca, cert, key, configMap, intervalMs } = settings;
  const agent = new Agent({ keepAlive: true, ca, cert, key });
  const startedMs = now();
  const writtenMs: number[] = [];
  const ready: { atMs: number; isReady: boolean }[] = [];
  const errors: { atMs: number; message: string }[] = [];
  const map = (value: string): unknown => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: configMap },
    data: { value },
  });
  const writing = async (): Promise<void> => {
    await must(ask(settings, agent, 'POST', MAPS, map('')));
    for (let count = 1; !stopped.aborted; count += 1) {
      const nextMs = now() + intervalMs;
      try {
        await must(ask(settings, agent, 'PUT', `${MAPS}/${configMap}`, map(String(count))));
        // Without a resource version the answer comes from etcd, through its majority, and not from a cache.
        const read = JSON.parse(await must(ask(settings, agent, 'GET', `${MAPS}/${configMap}`))) as {
          data: { value: string };
        };
        if (read.data.value !== String(count)) throw new Error(`wrote ${count}, read ${read.data.value}`);
        writtenMs.push(now());
        if (writtenMs.length === 1) process.stdout.write('working\n');
      } catch (error) {
        errors.push({ atMs: now(), message: error instanceof Error ? error.message : String(error) });
      }
      await delay(Math.max(0, nextMs - now()));
    }
  };
  const watching = async (): Promise<void> => {
    while (!stopped.aborted) {
      const isReady = await must(ask(settings, agent, 'GET', '/readyz')).then(
        () => true,
        () => false,
      );
      ready.push({ atMs: now(), isReady });
      await delay(intervalMs);
    }
  };
  await Promise.all([writing(), watching()]);
  agent.destroy();
  return { startedMs, endedMs: now(), writtenMs, ready, errors };
}

const stop = new AbortController();
const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  void work(JSON.parse(line) as ApiUserSettings, stop.signal).then((record) => {
    process.stdout.write(`${JSON.stringify(record)}\n`);
  });
});
lines.once('close', () => {
  stop.abort();
});
