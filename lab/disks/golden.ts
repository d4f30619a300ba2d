import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBaseRoot } from '../base/root.ts';
import { writeImageArchive } from '../images/archive.ts';
import { hostImages } from '../images/host-images.ts';
import { alone } from '../machine/alone.ts';
import { ensureCTools } from '../machine/ctools.ts';
import { digestOf, ensureLayer } from '../machine/layer.ts';
import { type Progress, stage } from '../machine/progress.ts';
import { must } from '../machine/run.ts';
import { buildFamily } from '../programs/build.ts';
import { buildCrate } from '../programs/crates.ts';
import type { HostProgram } from '../programs/families.ts';
import { hostProgramsFor, type Programs } from '../programs/programs.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { diskSize, type KubernetesVersion } from '../settings.ts';
import type { Trait } from '../variants/trait.ts';
import { nameOf, runtimeOf, traitsOf, type Variant } from '../variants/variant.ts';
import { type PackagedPath, type PackageName, packagesWith } from './package-lists.ts';

const diskFile = 'disk.ext4';
const addedFile = 'added.txt';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The folders of a trait, in the order in which they are laid out. */
const traitFolders = ({ name, after }: Trait) =>
  [...(after === undefined ? [] : [after]), name].map((folder) => here(`../variants/${folder}`));

/** Returns the disk from which a host of this version and variant starts, created first if the cache lacks it. */
export async function ensureGoldenDisk(
  version: KubernetesVersion,
  variant: Variant,
  progress: Progress,
): Promise<string> {
  return join(await ensureGolden(version, variant, progress), diskFile);
}

/** A path that a fresh host has in addition to the distribution, or that differs from it. */
export interface AddedPath {
  readonly path: string;
  /** Permission bits, octal; of a link, as printed by `find`. */
  readonly mode: string;
  /** As printed by `find -printf %y`: `f`, `d`, `l`. */
  readonly type: string;
  readonly size: number;
}

/**
 * Lists all paths that a fresh host has in addition to the distribution, without the contents of its runtime's store.
 */
export async function addedPaths(
  version: KubernetesVersion,
  variant: Variant,
  progress: Progress,
): Promise<AddedPath[]> {
  const golden = await ensureGolden(version, variant, progress);
  const lines = readFileSync(join(golden, addedFile), 'utf8').split('\n');
  return lines.filter(Boolean).map((line) => {
    const [type = '', mode = '', size = '', ...path] = line.split(' ');
    return { type, mode, size: Number(size), path: `/${path.join(' ')}` };
  });
}

async function ensureGolden(
  version: KubernetesVersion,
  variant: Variant,
  progress: Progress,
): Promise<string> {
  const traits = traitsOf(variant);
  const packages = traits.flatMap((trait) => trait.packages ?? []);
  const [base, programs, tools] = await Promise.all([
    ensureBaseRoot(variant.distribution, packages, progress),
    hostProgramsFor(version, progress),
    ensureCTools(progress),
  ]);
  const runtime = runtimeOf(variant);
  const its = await programsOfTraits(traits, runtime, progress);
  const sources = [
    'host-files',
    'package-files',
    'package-lists.ts',
    'containerd-config.ts',
    'golden.sh',
    'golden.ts',
    '../images',
    '../runtimes',
  ].map((name) => digestOf(here(name)));
  const kind = nameOf(variant);
  return ensureLayer(
    {
      name: `golden-${version}-${kind}`,
      inputs: [
        basename(dirname(base)),
        ...programs.identity,
        ...its.onHost.values(),
        ...its.ofImport.values(),
        ...sources,
        ...traits.flatMap(traitFolders).map(digestOf),
        String(diskSize),
      ],
      make: (layer) =>
        stage(progress, `making the disk of a fresh host (Kubernetes ${version}, ${kind})`, () =>
          makeGoldenDisk(layer, { base, programs: programs.paths, pause: tools.pause, traits, runtime, its }),
        ),
    },
    progress,
  );
}

/** Programs that were built for traits, by their paths on this machine. */
interface TraitPrograms {
  /** By their paths on the host. */
  readonly onHost: ReadonlyMap<string, string>;
  /** By their names: those that only the runtime's import needs. */
  readonly ofImport: ReadonlyMap<string, string>;
  /** Returns the path of the program with this name. Throws if there is none. */
  readonly built: (name: string) => string;
}

async function programsOfTraits(
  traits: readonly Trait[],
  { importTools }: Runtime,
  progress: Progress,
): Promise<TraitPrograms> {
  const folders: string[] = [];
  for (const family of traits.flatMap(({ families = [] }) => families)) {
    folders.push(await buildFamily(family, progress));
  }
  for (const crate of traits.flatMap(({ crates = [] }) => crates))
    folders.push(await buildCrate(crate, progress));
  const built = (name: string) => {
    const path = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
    if (path === undefined) throw new Error(`${folders.join(', ')} lacks ${name}`);
    return path;
  };
  const placed = traits.flatMap(({ programs = {} }) => Object.entries(programs));
  return {
    onHost: new Map(placed.map(([path, name]) => [path, built(name)])),
    ofImport: new Map(importTools.map((name) => [name, built(name)])),
    built,
  };
}

/** The inputs of a golden disk. */
interface Ingredients {
  readonly base: string;
  readonly programs: Programs['paths'];
  /** The program of the pause image. */
  readonly pause: string;
  readonly traits: readonly Trait[];
  readonly runtime: Runtime;
  readonly its: TraitPrograms;
}

/** Lays out the files that golden.sh puts on the disk, and runs it. */
async function makeGoldenDisk(
  layer: string,
  { base, programs, pause, traits, runtime, its }: Ingredients,
): Promise<void> {
  const disk = join(layer, diskFile);
  const scaffold = (name: string) => `${disk}.${name}`;
  const images = await hostImages(programs, pause);
  const { config, sandboxImage } = await runtime.setup({ programs, base, built: its.built });

  const files = scaffold('files');
  const packages = packagesWith(runtime.package);
  layPackages(files, programs, packages);
  for (const [path, text] of Object.entries(config)) {
    mkdirSync(dirname(join(files, path)), { recursive: true });
    writeFileSync(join(files, path), text);
  }
  cpSync(here('host-files'), files, { recursive: true });
  const modes = scaffold('modes');
  const packaged = Object.values(packages).flat();
  writeFileSync(modes, packaged.map(({ mode, path }) => `${mode} ${path}\n`).join(''));

  for (const [path, program] of its.onHost) {
    mkdirSync(dirname(join(files, path)), { recursive: true });
    placeAt(program, join(files, path));
    appendFileSync(modes, `755 ${path}\n`);
  }
  const setups = scaffold('setups');
  mkdirSync(setups);
  for (const [index, folder] of traits.flatMap(traitFolders).entries())
    layTrait(folder, index, files, modes, setups);

  const archives = scaffold('images');
  mkdirSync(archives);
  await writeImageArchive(images.etcd, join(archives, 'etcd.tar'));
  await writeImageArchive(images.pause, join(archives, 'pause.tar'));
  // The runtime may use another release of the sandbox image than kubeadm expects, and there is no registry.
  if (sandboxImage !== images.pause.tag) {
    await writeImageArchive({ ...images.pause, tag: sandboxImage }, join(archives, 'sandbox.tar'));
  }
  for (const [name, path] of its.ofImport) placeAt(path, join(archives, name));

  const added = join(layer, addedFile);
  const scaffolds = [files, modes, archives, setups];
  const importer = [runtime.unit, here(`../runtimes/${runtime.importImages}`)];
  const golden = ['bash', here('golden.sh'), disk, base, ...scaffolds, ...importer, added, String(diskSize)];
  await must(alone(golden));
  for (const path of scaffolds) rmSync(path, { recursive: true });
}

/** Lays out the files of a trait's folder; its setup is named by the folder's place in the order. */
function layTrait(folder: string, index: number, files: string, modes: string, setups: string): void {
  const from = (name: string) => join(folder, name);
  if (existsSync(from('files'))) cpSync(from('files'), files, { recursive: true, verbatimSymlinks: true });
  if (existsSync(from('modes'))) appendFileSync(modes, readFileSync(from('modes')));
  if (existsSync(from('setup.sh'))) {
    copyFileSync(from('setup.sh'), join(setups, `${String(index).padStart(2, '0')}-${basename(folder)}`));
  }
}

/**
 * Lays out the files of the packages; their modes are set later, because a folder of the machine may not support them.
 */
function layPackages(
  files: string,
  programs: Programs['paths'],
  packages: Readonly<Partial<Record<PackageName, readonly PackagedPath[]>>>,
): void {
  for (const [name, paths] of Object.entries(packages)) {
    for (const { path, kind } of paths) {
      const target = join(files, path);
      mkdirSync(kind === 'folder' ? target : dirname(target), { recursive: true });
      if (kind === 'program') placeAt(programs[basename(path) as HostProgram], target);
      if (kind === 'text') copyFileSync(here(`package-files/${name}${path}`), target);
      if (kind === 'empty') writeFileSync(target, '');
    }
  }
}

/** Links the file if the file system permits it, else copies it. */
function placeAt(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
