/** Takes one line of progress; the lab has no other way of speaking while it works. */
export type Progress = (line: string) => void;

const heartbeatMs = 15_000;

/**
 * Runs one stage of the work and says when it begins, that it is still alive, and how long it took.
 * The stage can say through `note` what it is doing; the next heartbeat shows the latest note.
 */
export async function stage<T>(
  progress: Progress,
  title: string,
  body: (note: (text: string) => void) => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const elapsed = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  let latest = '';
  progress(`${title} …`);
  const heartbeat = setInterval(() => {
    progress(`${title} … ${elapsed()}${latest && ` (${latest})`}`);
  }, heartbeatMs);
  try {
    const result = await body((text) => {
      latest = text;
    });
    progress(`${title}: done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
