import { type Effect, limitedTo } from '../hosts/transport.ts';
import type { ConnectedHost } from '../run/host.ts';

/** A step that has begun may come to its end for so long after a cancellation; the runner gives 7.5 s in all. */
const GRACE_MS = 4_000;

/**
 * Works with connected hosts, and closes their connections whichever way the work ends.
 * @param effect the most that the connections let pass, see {@link limitedTo}.
 */
export async function withConnections<T>(
  opened: readonly ConnectedHost[],
  effect: Effect,
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
    return await work(opened.map((host) => ({ ...host, transport: limitedTo(effect, host.transport) })));
  } finally {
    signal.removeEventListener('abort', abandon);
    clearTimeout(timer);
    await closeAll();
  }
}
