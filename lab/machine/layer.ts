import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../settings.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';

/** A folder in the cache that is built once from its inputs and never changed afterwards. */
export interface Layer {
  /** Name of its content, as in "programs-etcd-3.6.5"; part of the folder's name. */
  name: string;
  /** Everything that determines the content. Another value is another folder. */
  inputs: readonly string[];
  /** Fills the folder. It is renamed into place only if this succeeds. */
  make: (folder: string) => Promise<void>;
}

/** Number of layers of one name that stay in the cache. */
const layersKept = 3;

/** Returns the layer's folder, whether it exists or not. */
export function layerFolder(layer: Pick<Layer, 'name' | 'inputs'>): string {
  return join(cacheFolder(), `${layer.name}-${digest(layer.inputs)}`);
}

/**
 * Returns the layer's folder, built first if it does not exist. Two labs that want the same layer at once build it
 * once; a killed one leaves only a folder that the next one removes.
 */
export async function ensureLayer(layer: Layer, progress: Progress): Promise<string> {
  const folder = layerFolder(layer);
  if (isThere(folder)) return folder;
  return whileCacheIsKept(progress, () =>
    withLock(`${folder}.lock`, { progress, subject: `the making of ${layer.name}` }, async () => {
      if (isThere(folder)) return folder;
      const aside = `${folder}.unfinished`;
      rmSync(aside, { recursive: true, force: true });
      mkdirSync(aside, { recursive: true });
      try {
        await layer.make(aside);
        renameSync(aside, folder);
      } finally {
        rmSync(aside, { recursive: true, force: true });
      }
      removeOldest(layer.name);
      return folder;
    }),
  );
}

/** Reports whether the layer is in the cache; marks it as used now. */
function isThere(folder: string): boolean {
  if (!existsSync(folder)) return false;
  utimesSync(folder, new Date(), new Date());
  return true;
}

/** Keeps the layers of this name that were used last: every change of the lab itself makes new ones. */
function removeOldest(name: string): void {
  const isOfName = (entry: string) =>
    entry.startsWith(`${name}-`) && /^[0-9a-f]{16}$/.test(entry.slice(name.length + 1));
  const lastUse = (folder: string) => statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const folders = readdirSync(cacheFolder())
    .filter(isOfName)
    .map((entry) => join(cacheFolder(), entry));
  for (const folder of folders.sort((a, b) => lastUse(b) - lastUse(a)).slice(layersKept)) {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `body` while the cache cannot be cleaned. */
export function whileCacheIsKept<T>(progress: Progress, body: () => Promise<T>): Promise<T> {
  return withLock(cacheLock(), { mode: 'shared', progress, subject: 'the cache' }, body);
}

/** Removes the cache once no lab command uses it. */
export async function cleanCache(progress: Progress): Promise<void> {
  await withLock(cacheLock(), { progress, subject: 'the cache' }, () => {
    for (const entry of readdirSync(cacheFolder())) {
      if (entry !== 'lock') rmSync(join(cacheFolder(), entry), { recursive: true, force: true });
    }
    return Promise.resolve();
  });
}

function cacheLock(): string {
  return join(cacheFolder(), 'lock');
}

/** Returns a short digest of several texts; the boundaries between the texts count. */
export function digest(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${Buffer.byteLength(text)}:`).update(text);
  return hash.digest('hex').slice(0, 16);
}

/** Returns the digest of a file's content, or of a folder's names, modes and contents. */
export function digestOf(path: string): string {
  if (!statSync(path).isDirectory()) return digest([readFileSync(path, 'base64')]);
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  return digest(
    files.flatMap((name) => {
      const stat = statSync(join(path, name));
      return [name, String(stat.mode), stat.isDirectory() ? '' : readFileSync(join(path, name), 'base64')];
    }),
  );
}
