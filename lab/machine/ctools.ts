import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf, ensureLayer } from './layer.ts';
import type { Progress } from './progress.ts';
import { must } from './run.ts';

const sources = {
  pause: new URL('../images/pause.c', import.meta.url),
  relay: new URL('../network/relay.c', import.meta.url),
  powerCut: new URL('../faults/power-cut.c', import.meta.url),
  vmInit: new URL('../hosts/vm/init.c', import.meta.url),
};

/** Paths of the lab's own small programs in C. */
export type CTools = Readonly<Record<keyof typeof sources, string>>;

/**
 * Returns the paths of these programs, compiled if the cache lacks them. Static: the image of pause holds nothing else.
 */
export async function ensureCTools(progress: Progress): Promise<CTools> {
  const files = Object.entries(sources).map(([name, url]) => [name, fileURLToPath(url)] as const);
  const program = (path: string) => basename(path, '.c');
  const folder = await ensureLayer(
    {
      name: 'c-tools',
      inputs: files.map(([, path]) => digestOf(path)),
      make: async (layer) => {
        for (const [, path] of files) {
          await must([
            'gcc',
            '-O2',
            '-Wall',
            '-Wextra',
            '-Werror',
            '-static',
            '-s',
            '-o',
            join(layer, program(path)),
            path,
          ]);
        }
      },
    },
    progress,
  );
  return Object.fromEntries(files.map(([name, path]) => [name, join(folder, program(path))])) as CTools;
}
