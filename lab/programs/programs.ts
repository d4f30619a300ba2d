import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Progress } from '../machine/progress.ts';
import type { KubernetesVersion } from '../settings.ts';
import { buildFamily } from './build.ts';
import {
  controlPlaneFamilies,
  type ControlPlaneProgram,
  controlPlanePrograms,
  familiesOf,
  type Family,
  type HostProgram,
  hostPrograms,
} from './families.ts';

/** The paths of programs on this machine. */
export interface Programs<Name extends string = HostProgram> {
  readonly paths: Readonly<Record<Name, string>>;
  /** Changes whenever any of the programs changes. */
  readonly identity: readonly string[];
}

/**
 * Returns a host's programs: those of $LAB_BIN_DIR if it is set, else built from the pins of this Kubernetes version.
 */
export function hostProgramsFor(version: KubernetesVersion, progress: Progress): Promise<Programs> {
  return programsOf(hostPrograms, familiesOf[version], progress);
}

/** The same for a control plane. Throws if the lab has none of this version. */
export function controlPlaneProgramsFor(
  version: KubernetesVersion,
  progress: Progress,
): Promise<Programs<ControlPlaneProgram>> {
  const family = controlPlaneFamilies[version];
  if (family === undefined) {
    const names = Object.keys(controlPlaneFamilies).join(', ');
    throw new Error(`the lab has no control plane of Kubernetes ${version}; it has ${names}`);
  }
  return programsOf(controlPlanePrograms, [family], progress);
}

async function programsOf<Name extends string>(
  names: readonly Name[],
  families: readonly Family[],
  progress: Progress,
): Promise<Programs<Name>> {
  const ready = process.env['LAB_BIN_DIR'];
  if (ready !== undefined && ready !== '') return readyPrograms(names, ready);
  const folders: string[] = [];
  // One after the other: each compiler run uses all processors by itself.
  for (const family of families) folders.push(await buildFamily(family, progress));
  return { paths: locate(names, folders), identity: folders.map((folder) => basename(folder)) };
}

function readyPrograms<Name extends string>(names: readonly Name[], folder: string): Programs<Name> {
  const paths = locate(names, [folder]);
  const identity = names.map((name) => {
    const { size, mtimeMs } = statSync(paths[name]);
    return `${paths[name]} ${size} ${mtimeMs}`;
  });
  return { paths, identity };
}

function locate<Name extends string>(
  names: readonly Name[],
  folders: readonly string[],
): Programs<Name>['paths'] {
  const found = names.map((name) => {
    const path = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
    return [name, path] as const;
  });
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length > 0) throw new Error(`${folders.join(', ')} lacks ${missing.join(', ')}`);
  return Object.fromEntries(found) as Programs<Name>['paths'];
}
