import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes the folders of this process's user whose names begin so. A folder of another user stays: in a place that users
 * share anyone can make one of that name. What cannot be removed keeps nothing else from being removed. Does not throw.
 * @param base the folder that they are in; it may be missing.
 */
export async function removeOwnFolders(base: string, prefix: string): Promise<void> {
  const names = await readdir(base).catch(() => []);
  const paths = names.filter((name) => name.startsWith(prefix)).map((name) => join(base, name));
  await Promise.allSettled(
    paths.map(async (path) => {
      const status = await lstat(path);
      if (!status.isDirectory() || status.uid !== process.getuid?.()) return;
      await rm(path, { recursive: true, force: true });
    }),
  );
}
