import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Observations from inside a Node process. */
export interface Observation {
  /** Value of `process.hrtime.bigint()`, whose clock all processes share, at the first read of an input. */
  readonly firstInputReadNs: bigint;
  /** VmHWM of proc_pid_status(5), in KiB. */
  readonly peakMemory: number;
}

/** Runs `work`, which has to start the action with these variables, and returns the observations from inside it. */
export async function observe<T>(
  work: (environment: Readonly<Record<string, string>>) => Promise<T>,
): Promise<[T, Observation]> {
  const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-bench-'));
  try {
    const file = join(folder, 'observed.json');
    const observer = pathToFileURL(join(import.meta.dirname, 'observer.js')).href;
    const result = await work({ NODE_OPTIONS: `--import=${observer}`, BENCH_OBSERVED: file });
    const seen = JSON.parse(readFileSync(file, 'utf8')) as { firstInputReadNs: string; peakMemory: number };
    return [result, { firstInputReadNs: BigInt(seen.firstInputReadNs), peakMemory: seen.peakMemory }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
