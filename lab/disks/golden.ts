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
import type { HostProgram } from '../programs/families.ts';
import { hostProgramsFor, type Programs } from '../programs/programs.ts';
import { diskSize, type KubernetesVersion } from '../settings.ts';
import type { Trait } from '../variants/trait.ts';
import { nameOf, traitsOf, type Variant } from '../variants/variant.ts';
import { containerdConfig, sandboxImage } from './containerd-config.ts';
import { packagedPaths, packageLists } from './package-lists.ts';

const diskFile = 'disk.ext4';
const addedFile = 'added.txt';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const traitFolder = ({ name }: Trait) => here(`../variants/${name}`);

/** Gives the disk that a host of this version and variant starts its life with, made first if the cache lacks it. */
export async function ensureGoldenDisk(
  version: KubernetesVersion,
  variant: Variant,
  progress: Progress,
): Promise<string> {
  return join(await ensureGolden(version, variant, progress), diskFile);
}

/** A path that a fresh host has beyond the distribution, or otherwise than it. */
export interface AddedPath {
  readonly path: string;
  /** Permission bits, octal; of a link what `find` says of it. */
  readonly mode: string;
  /** As `find -printf %y` has it: `f`, `d`, `l`. */
  readonly type: string;
  readonly size: number;
}

/** Everything that a fresh host has beyond the distribution, down to the folders of containerd's store, which are left out. */
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
  const its = await programsOfTraits(traits, progress);
  const sources = [
    'host-files',
    'package-files',
    'package-lists.ts',
    'containerd-config.ts',
    'golden.sh',
    'golden.ts',
    '../images',
  ].map((name) => digestOf(here(name)));
  const kind = nameOf(variant);
  return ensureLayer(
    {
      name: `golden-${version}-${kind}`,
      inputs: [
        basename(dirname(base)),
        ...programs.identity,
        ...its.values(),
        ...sources,
        ...traits.map((trait) => digestOf(traitFolder(trait))),
        String(diskSize),
      ],
      make: (layer) =>
        stage(progress, `making the disk of a fresh host (Kubernetes ${version}, ${kind})`, () =>
          makeGoldenDisk(layer, base, programs.paths, tools.pause, traits, its),
        ),
    },
    progress,
  );
}

/** Builds the programs of traits: path on the host, and where the program lies on this machine. */
async function programsOfTraits(
  traits: readonly Trait[],
  progress: Progress,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { families = [], programs = {} } of traits) {
    const folders: string[] = [];
    for (const family of families) folders.push(await buildFamily(family, progress));
    for (const [path, name] of Object.entries(programs)) {
      const built = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
      if (built === undefined) throw new Error(`${folders.join(', ')} lacks ${name}`);
      found.set(path, built);
    }
  }
  return found;
}

/** Lays out what golden.sh puts on the disk, and runs it. */
async function makeGoldenDisk(
  layer: string,
  base: string,
  programs: Programs['paths'],
  pause: string,
  traits: readonly Trait[],
  programsOfTheirs: ReadonlyMap<string, string>,
): Promise<void> {
  const disk = join(layer, diskFile);
  const scaffold = (name: string) => `${disk}.${name}`;
  const images = await hostImages(programs, pause);

  const files = scaffold('files');
  layPackages(files, programs);
  const config = containerdConfig(await must([programs.containerd, 'config', 'default']));
  writeFileSync(join(files, 'etc/containerd/config.toml'), config);
  cpSync(here('host-files'), files, { recursive: true });
  const modes = scaffold('modes');
  writeFileSync(modes, packagedPaths.map(({ mode, path }) => `${mode} ${path}\n`).join(''));

  for (const [path, program] of programsOfTheirs) {
    mkdirSync(dirname(join(files, path)), { recursive: true });
    placeAt(program, join(files, path));
    appendFileSync(modes, `755 ${path}\n`);
  }
  const setups = scaffold('setups');
  mkdirSync(setups);
  for (const [index, trait] of traits.entries()) layTrait(trait, index, files, modes, setups);

  const archives = scaffold('images');
  mkdirSync(archives);
  await writeImageArchive(images.etcd, join(archives, 'etcd.tar'));
  await writeImageArchive(images.pause, join(archives, 'pause.tar'));
  // containerd may make its sandboxes of another release of it than kubeadm asks for, and there is no registry.
  const sandbox = sandboxImage(config);
  if (sandbox !== images.pause.tag) {
    await writeImageArchive({ ...images.pause, tag: sandbox }, join(archives, 'sandbox.tar'));
  }

  const added = join(layer, addedFile);
  const scaffolds = [files, modes, archives, setups];
  await must(alone(['bash', here('golden.sh'), disk, base, ...scaffolds, added, String(diskSize)]));
  for (const path of scaffolds) rmSync(path, { recursive: true });
}

/** Lays out what a trait's folder has; its setup gets the trait's place in the order as its name. */
function layTrait(trait: Trait, index: number, files: string, modes: string, setups: string): void {
  const from = (name: string) => join(traitFolder(trait), name);
  if (existsSync(from('files'))) cpSync(from('files'), files, { recursive: true, verbatimSymlinks: true });
  if (existsSync(from('modes'))) appendFileSync(modes, readFileSync(from('modes')));
  if (existsSync(from('setup.sh'))) {
    copyFileSync(from('setup.sh'), join(setups, `${String(index).padStart(2, '0')}-${trait.name}`));
  }
}

/** Lays out what the packages leave; their modes come later, because a folder of the machine may not be able to have them. */
function layPackages(files: string, programs: Programs['paths']): void {
  for (const [name, paths] of Object.entries(packageLists)) {
    for (const { path, kind } of paths) {
      const target = join(files, path);
      mkdirSync(kind === 'folder' ? target : dirname(target), { recursive: true });
      if (kind === 'program') placeAt(programs[basename(path) as HostProgram], target);
      if (kind === 'text') copyFileSync(here(`package-files/${name}${path}`), target);
      if (kind === 'empty') writeFileSync(target, '');
    }
  }
}

/** A second name for the file where the file system allows it, else a copy. */
function placeAt(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
