import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../../lab/client.ts';
import { labKey } from './action-in-lab.ts';

/** Places that contained a piece of a private key. */
export type Sightings = Set<string>;

/** Returns the private keys of a lab after a deploy: all that the action created, and the one of the login. */
export async function privateKeys(lab: Lab): Promise<string[]> {
  const ofHosts = await Promise.all(
    lab.hosts.map(({ name }) => lab.sh(name, "find /etc/kubernetes/pki -name '*.key' -exec cat {} +")),
  );
  return [labKey(lab), ...ofHosts].flatMap((text) => text.match(/-----BEGIN[^]*?-----END[^-]*-----/g) ?? []);
}

/**
 * Returns pieces that identify a key: each line of its PEM, of the PEM in base64 and in hex. Leaves out the first line
 * and the last, which are equal in keys of one kind.
 */
export function piecesOf(keys: readonly string[]): string[] {
  return keys.flatMap((key) => {
    const body = key.split('\n').slice(2, -2);
    const whole = Buffer.from(key);
    const encoded = [whole.toString('base64'), whole.toString('hex')].map((text) => text.slice(200, 264));
    return [...body, ...encoded].filter((piece) => piece.length >= 40);
  });
}

/** Returns the pieces that a text contains. */
export function seenIn(text: string, pieces: readonly string[]): boolean {
  return pieces.some((piece) => text.includes(piece));
}

/** Returns every file below a folder that contains one of the pieces. */
export function filesWith(folder: string, pieces: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => seenIn(readFileSync(file, 'latin1'), pieces));
}

/**
 * Returns every file of a host's own disk and memory file systems that contains one of the pieces, except those of the
 * pki tree.
 */
export async function hostFilesWith(lab: Lab, host: string, pieces: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await lab.exec(
    host,
    // grep exits with 1 if nothing was found.
    `grep -rlaF --exclude-dir=proc --exclude-dir=sys --exclude-dir=pki -D skip -f - / 2>/dev/null || [ $? = 1 ] || [ $? = 2 ]`,
    { stdin: `${pieces.join('\n')}\n`, timeoutMs: 120_000 },
  );
  if (code !== 0) throw new Error(`the search on ${host} failed: ${stderr}`);
  return stdout.split('\n').filter((path) => path !== '');
}

/**
 * Collects the arguments and environments of all processes of the machine, which include those of the lab's hosts,
 * until it is stopped. Reads each process twice, because a process that is just being started still has its parent's.
 */
export function watchProcesses(): { stop(): { arguments: string; environments: string } } {
  const arguments_ = new Set<string>();
  const environments = new Set<string>();
  const timesRead = new Map<string, number>();
  const timer = setInterval(() => {
    for (const pid of readdirSync('/proc')) {
      const times = timesRead.get(pid) ?? 0;
      if (times === 2 || !/^\d+$/.test(pid)) continue;
      timesRead.set(pid, times + 1);
      arguments_.add(readProc(pid, 'cmdline'));
      const environment = readProc(pid, 'environ');
      // The runner itself passes the inputs to the action in its environment; no other process may have them.
      if (!environment.includes('INPUT_SSH-PRIVATE-KEY=')) environments.add(environment);
    }
  }, 20);
  return {
    stop() {
      clearInterval(timer);
      return { arguments: [...arguments_].join('\n'), environments: [...environments].join('\n') };
    },
  };
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return ''; // it has ended since
  }
}
