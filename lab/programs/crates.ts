import { join } from 'node:path';
import { alone } from '../machine/alone.ts';
import { ensureLayer } from '../machine/layer.ts';
import { installMissingPackages, type Need } from '../machine/packages.ts';
import { type Progress, stage } from '../machine/progress.ts';
import { must, run } from '../machine/run.ts';

/** Programs in Rust that are built from one crate, with the versions of its dependencies that it was released with. */
export interface Crate {
  /**
   * Name at crates.io, where versions are immutable; cargo verifies it, and all of its Cargo.lock, by their digests.
   */
  readonly name: string;
  readonly version: string;
  readonly features?: readonly string[];
  /** Requirements of its C libraries. */
  readonly needs?: readonly Need[];
}

/** Returns the folder of the crate's programs, built if the cache lacks them. */
export async function buildCrate(crate: Crate, progress: Progress): Promise<string> {
  const layer = await ensureLayer(
    {
      name: `programs-${crate.name}-${crate.version}`,
      inputs: [JSON.stringify(crate)],
      make: (folder) => compile(crate, folder, progress),
    },
    progress,
  );
  return join(layer, 'bin');
}

async function compile(
  { name, version, features = [], needs = [] }: Crate,
  folder: string,
  progress: Progress,
): Promise<void> {
  if ((await run(['sh', '-c', 'command -v cargo'])).code !== 0)
    throw new Error(
      `the lab compiles ${name} ${version} with cargo, and there is none on PATH: install Rust 1.88 or newer (rustup), or take hosts of another kind`,
    );
  await installMissingPackages(progress, needs);
  await stage(progress, `compiling ${name} ${version}`, async (note) => {
    let compiled = 0;
    const onLine = (line: string): void => {
      if (line.trim().startsWith('Compiling ')) note(`${(compiled += 1)} crates compiled`);
    };
    const which = ['--version', version, '--locked', '--features', features.join(',')];
    const target = ['--root', folder, '--target-dir', join(folder, 'target'), '--no-track'];
    await must(alone(['cargo', 'install', name, ...which, ...target]), { onLine });
    await must(['rm', '-rf', join(folder, 'target')]);
  });
}
