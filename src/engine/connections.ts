import { readOnly, type Transport } from '../hosts/transport.ts';
import type { Settings } from '../inputs/settings.ts';
import type { Surroundings } from './context.ts';

/** A step that has begun may come to its end for so long after a cancellation; the runner gives 7.5 s in all. */
const GRACE_MS = 4_000;

/**
 * Does some work with open connections, and closes them whichever way it ends. Where nothing may be changed, what is
 * handed to the work can only look.
 */
export async function withConnections<T>(
  settings: Settings,
  signal: Surroundings['signal'],
  opened: readonly Transport[],
  work: (transports: readonly Transport[]) => Promise<T>,
): Promise<T> {
  const closeAll = (): Promise<unknown> => Promise.all(opened.map((transport) => transport.close()));
  let timer: NodeJS.Timeout | undefined;
  const abandon = (): void => {
    timer = setTimeout(() => void closeAll(), GRACE_MS);
  };
  signal.addEventListener('abort', abandon, { once: true });
  try {
    signal.throwIfAborted();
    return await work(looksOnly(settings) ? opened.map(readOnly) : opened);
  } finally {
    signal.removeEventListener('abort', abandon);
    clearTimeout(timer);
    await closeAll();
  }
}

/** Whether nothing may be changed on any host. */
function looksOnly({ dryRun, operation, diskTest }: Settings): boolean {
  return dryRun || operation === 'health' || (operation === 'preflight' && !diskTest);
}
