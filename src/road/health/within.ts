/** What was waited for had not come when the time was over. */
export class TimeIsOver extends Error {
  override name = 'TimeIsOver';
}

/**
 * What the promise gives, unless the signal is aborted first; the work itself goes on, and its end is of no interest then.
 * @throws TimeIsOver when the signal is aborted; what the promise rejects with.
 */
export async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  const over = Promise.withResolvers<never>();
  const end = (): void => over.reject(new TimeIsOver('it did not answer in the time that the check has'));
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
