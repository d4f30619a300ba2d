import { copyFileSync, cpSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import type { HostProgram } from '../programs/families.ts';
import { hostProgramsFor, type Programs } from '../programs/programs.ts';
import { diskSize, type KubernetesVersion } from '../settings.ts';

/** What a host has in /usr/bin; etcd lives in its container image only. */
const installedPrograms: readonly HostProgram[] = [
  'kubeadm',
  'kubelet',
  'crictl',
  'containerd',
  'containerd-shim-runc-v2',
  'ctr',
];

const diskFile = 'disk.ext4';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Gives the disk that a host of this version starts its life with, made first if the cache lacks it. */
export async function ensureGoldenDisk(version: KubernetesVersion, progress: Progress): Promise<string> {
  const [base, programs, tools] = await Promise.all([
    ensureBaseRoot(progress),
    hostProgramsFor(version, progress),
    ensureCTools(progress),
  ]);
  const sources = ['host-files', 'golden.sh', 'golden.ts', '../images'].map((name) => digestOf(here(name)));
  const folder = await ensureLayer(
    {
      name: `golden-${version}`,
      inputs: [basename(dirname(base)), ...programs.identity, ...sources, String(diskSize)],
      make: (layer) =>
        stage(progress, `making the disk of a fresh host (Kubernetes ${version})`, () =>
          makeGoldenDisk(join(layer, diskFile), base, programs.paths, tools.pause),
        ),
    },
    progress,
  );
  return join(folder, diskFile);
}

/** Lays out what golden.sh puts on the disk, and runs it. */
async function makeGoldenDisk(
  disk: string,
  base: string,
  programs: Programs['paths'],
  pause: string,
): Promise<void> {
  const scaffold = (name: string) => `${disk}.${name}`;
  const images = await hostImages(programs, pause);

  const files = scaffold('files');
  cpSync(here('host-files'), files, { recursive: true });
  const containerdConfig = join(files, 'etc/containerd/config.toml');
  const text = readFileSync(containerdConfig, 'utf8');
  writeFileSync(containerdConfig, text.replace('@PAUSE_IMAGE@', images.pause.tag));

  const binaries = scaffold('programs');
  mkdirSync(binaries);
  for (const name of installedPrograms) placeAt(programs[name], join(binaries, name));

  const archives = scaffold('images');
  mkdirSync(archives);
  await writeImageArchive(images.etcd, join(archives, 'etcd.tar'));
  await writeImageArchive(images.pause, join(archives, 'pause.tar'));

  await must(alone(['bash', here('golden.sh'), disk, base, files, binaries, archives, String(diskSize)]));
  for (const folder of [files, binaries, archives]) rmSync(folder, { recursive: true });
}

/** A second name for the file where the file system allows it, else a copy. */
function placeAt(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
