/**
 * The writer's own process, which shares nothing with the action: plain HTTPS to the members' JSON gateway. It reads
 * its settings as one line of JSON from standard input, writes `writing` once the first write is acknowledged, works
 * until its input ends, and writes its observations as one line of JSON.
 */
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** The writer's settings. */
export interface WriterSettings {
  /** `https://ADDRESS:PORT` of the members. */
  readonly endpoints: readonly string[];
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Prefix of every key, followed by a number. */
  readonly prefix: string;
  readonly intervalMs: number;
  /** Timeout after which the next endpoint is tried. */
  readonly timeoutMs: number;
}

/** The writer's observations; times are milliseconds since 1970. */
export interface WriterRecord {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly acknowledged: readonly { readonly key: string; readonly atMs: number }[];
  readonly errors: readonly { readonly atMs: number; readonly endpoint: string; readonly message: string }[];
}

/** Returns wall-clock time that no adjustment of the clock changes during the run. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function put(settings: WriterSettings, agent: Agent, endpoint: string, key: string): Promise<void> {
  const body = JSON.stringify({
    key: Buffer.from(key).toString('base64'),
    value: Buffer.from(String(now())).toString('base64'),
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const outgoing = request(
    `${endpoint}/v3/kv/put`,
    {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(settings.timeoutMs),
    },
    (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(undefined);
        else reject(new Error(`${answer.statusCode ?? 0} ${text}`));
      });
    },
  );
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

async function write(settings: WriterSettings, stopped: AbortSignal): Promise<WriterRecord> {
  const { endpoints, ca, cert, key: privateKey } = settings;
  const agent = new Agent({ keepAlive: true, ca, cert, key: privateKey });
  const startedMs = now();
  const acknowledged: { key: string; atMs: number }[] = [];
  const errors: { atMs: number; endpoint: string; message: string }[] = [];
  let current = 0;
  // A failed write may have been done all the same, so every attempt has a key of its own.
  for (let count = 0; !stopped.aborted; count += 1) {
    const key = `${settings.prefix}${String(count).padStart(7, '0')}`;
    const endpoint = endpoints[current % endpoints.length] ?? '';
    const nextMs = now() + settings.intervalMs;
    try {
      await put(settings, agent, endpoint, key);
      acknowledged.push({ key, atMs: now() });
      if (acknowledged.length === 1) process.stdout.write('writing\n');
    } catch (error) {
      errors.push({ atMs: now(), endpoint, message: error instanceof Error ? error.message : String(error) });
      current += 1;
      // Tries the next endpoint at once, and pauses only after all of them failed.
      if (current % endpoints.length !== 0) continue;
    }
    await delay(Math.max(0, nextMs - now()));
  }
  agent.destroy();
  return { startedMs, endedMs: now(), acknowledged, errors };
}

const stop = new AbortController();
const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  void write(JSON.parse(line) as WriterSettings, stop.signal).then((record) => {
    process.stdout.write(`${JSON.stringify(record)}\n`);
  });
});
lines.once('close', () => {
  stop.abort();
});
