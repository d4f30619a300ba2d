import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Progress } from '../machine/progress.ts';
import type { KubernetesVersion } from '../settings.ts';
import { buildFamily } from './build.ts';
import { familiesOf, type HostProgram, hostPrograms } from './families.ts';

/** Where each program of a host lies on this machine. */
export interface Programs {
  readonly paths: Readonly<Record<HostProgram, string>>;
  /** Changes whenever any of the programs does. */
  readonly identity: readonly string[];
}

/** Gives a host's programs: those of $LAB_BIN_DIR if it is set, else built from the pins of this Kubernetes version. */
export async function hostProgramsFor(version: KubernetesVersion, progress: Progress): Promise<Programs> {
  const ready = process.env['LAB_BIN_DIR'];
  if (ready !== undefined && ready !== '') return readyPrograms(ready);
  const folders: string[] = [];
  // One after the other: each compiler run uses all processors by itself.
  for (const family of familiesOf[version]) folders.push(await buildFamily(family, progress));
  return { paths: locate(folders), identity: folders.map((folder) => basename(folder)) };
}

function readyPrograms(folder: string): Programs {
  const paths = locate([folder]);
  const identity = Object.values(paths).map((path) => {
    const { size, mtimeMs } = statSync(path);
    return `${path} ${size} ${mtimeMs}`;
  });
  return { paths, identity };
}

function locate(folders: readonly string[]): Programs['paths'] {
  const found = hostPrograms.map((name) => {
    const path = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
    return [name, path] as const;
  });
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length > 0) throw new Error(`${folders.join(', ')} lacks ${missing.join(', ')}`);
  return Object.fromEntries(found) as Programs['paths'];
}
