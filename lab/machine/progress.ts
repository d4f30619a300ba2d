/** Receives one line of progress; the lab reports nothing in another way while it works. */
export type Progress = (line: string) => void;

const heartbeatMs = 15_000;

/**
 * Runs one stage of the work and reports its start, heartbeats and duration. The stage can report details through
 * `note`; the next heartbeat shows the latest note.
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
