import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemPath } from '../../machine/run.ts';

/** Longest wait for the host's shell, in ms. */
const patienceMs = 60_000;

/** Prints that it is ready, waits for the time, in seconds since 1970, and sets the clock to it. */
const setter = 'echo ready; read -r time && date --utc --set "@$time" > /dev/null';

/**
 * Sets a clock to the machine's plus this many milliseconds. `entering` returns the command that runs another as root
 * on the clock's host. The remaining error is the transit time of one line, not the duration of a login.
 * @throws Error if the host refuses the time.
 */
export async function setClock(
  entering: (argv: readonly string[]) => string[],
  aheadMs: number,
): Promise<void> {
  const [program = '', ...args] = entering(['bash', '-c', setter]);
  const child = spawn(program, args, {
    env: { ...process.env, PATH: systemPath },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: patienceMs,
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  // The exit code of a failed shell is reported below.
  child.stdin.on('error', () => undefined);
  child.stdout.once('data', () => {
    child.stdin.end(`${((Date.now() + aheadMs) / 1000).toFixed(3)}\n`);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the clock could not be set: ${complaint.trim() || 'no answer'}`);
}
