import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Progress } from './progress.ts';

export interface LockOptions {
  /** `shared` admits other shared holders; `exclusive` (the default) excludes all others. */
  mode?: 'shared' | 'exclusive';
  /** Called once if another process holds the lock and this one has to wait. */
  progress?: Progress | undefined;
  /** The guarded object, for that line. */
  subject: string;
  /** Removes the file at the end. For exclusive locks only. */
  removeFile?: boolean;
}

const patienceMs = 1_000;

/**
 * Takes the lock, prints whether the file is still the one that others will lock, and holds it until its stdin closes.
 * $1 is the file, $2 the mode.
 */
const hold = `
  exec 9>> "$1" && flock "$2" 9 || exit 1
  if [ "$1" -ef /proc/self/fd/9 ]; then echo held; else echo stale; fi
  read -r _ || exit 0`;

/**
 * Runs `body` while holding flock(2) on `file`. Node has no flock, so a shell holds it; it ends, and releases the lock,
 * as soon as its stdin closes. So a killed lab command never leaves a lock behind.
 */
export async function withLock<T>(file: string, options: LockOptions, body: () => Promise<T>): Promise<T> {
  const patience = setTimeout(() => {
    options.progress?.(`waiting for another command that holds ${options.subject} …`);
  }, patienceMs);
  let release: (() => Promise<unknown>) | undefined;
  try {
    // The last holder removed the file: lock the new one.
    while (!release) release = await tryLock(file, options.mode ?? 'exclusive');
    clearTimeout(patience);
    return await body();
  } finally {
    clearTimeout(patience);
    if (options.removeFile === true) rmSync(file, { force: true });
    await release?.();
  }
}

/** Waits for the lock. Returns the function that releases it, or undefined if the file was removed meanwhile. */
async function tryLock(file: string, mode: string): Promise<(() => Promise<unknown>) | undefined> {
  mkdirSync(dirname(file), { recursive: true });
  const holder = spawn('sh', ['-c', hold, 'sh', file, `--${mode}`], {
    // A process group of its own: a Ctrl-C that this process survives to clean up must not release the lock.
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
  // The folder may be removed with the last lock in it.
  if (answer === 'stale' || !existsSync(dirname(file))) return undefined;
  throw new Error(`cannot lock ${file}`);
}
