import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Progress } from './progress.ts';

export interface LockOptions {
  /** `shared` lets other shared holders in; `exclusive` (the default) nobody. */
  mode?: 'shared' | 'exclusive';
  /** Told once when another process holds the lock and this one has to wait. */
  progress?: Progress | undefined;
  /** What the lock guards, for that line. */
  subject: string;
  /** Remove the file at the end. For exclusive locks only. */
  removeFile?: boolean;
}

const patienceMs = 1_000;

/**
 * Takes the lock, says whether the file is still the one that others will lock, and holds on until its stdin closes.
 * $1 is the file, $2 the mode.
 */
const hold = `
  exec 9>> "$1" && flock "$2" 9 || exit 1
  if [ "$1" -ef /proc/self/fd/9 ]; then echo held; else echo stale; fi
  read -r _ || exit 0`;

/**
 * Runs `body` while holding flock(2) on `file`.
 * Node has no flock, so a shell holds it for us; it ends, and lets go, as soon as its stdin closes. So a lab command
 * that is killed never leaves a lock behind.
 */
export async function withLock<T>(file: string, options: LockOptions, body: () => Promise<T>): Promise<T> {
  const patience = setTimeout(() => {
    options.progress?.(`waiting for another command that holds ${options.subject} …`);
  }, patienceMs);
  let release: (() => Promise<unknown>) | undefined;
  try {
    // A file that its last holder removed is nobody's lock any more: take the new one.
    while (!release) release = await tryLock(file, options.mode ?? 'exclusive');
    clearTimeout(patience);
    return await body();
  } finally {
    clearTimeout(patience);
    if (options.removeFile === true) rmSync(file, { force: true });
    await release?.();
  }
}

/** Waits for the lock. Gives what releases it, or undefined if the file was removed meanwhile. */
async function tryLock(file: string, mode: string): Promise<(() => Promise<unknown>) | undefined> {
  mkdirSync(dirname(file), { recursive: true });
  const holder = spawn('sh', ['-c', hold, 'sh', file, `--${mode}`], {
    // A group of its own: a Ctrl-C that we outlive for cleaning up must not let go of the lock.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'close');
  const release = () => {
    holder.stdin.end();
    return ended;
  };
  const answer = await Promise.race([
    once(holder.stdout, 'data').then(([data]) => String(data).trim()),
    ended.then(() => 'ended'),
  ]);
  if (answer === 'held') return release;
  await release();
  // The folder too may go with the last lock in it.
  if (answer === 'stale' || !existsSync(dirname(file))) return undefined;
  throw new Error(`cannot lock ${file}`);
}
