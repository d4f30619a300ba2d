/**
 * `npm run test:userland [-- rust-0.8] [TESTS…]`: runs the tests of scripts for hosts (test/hosts: probes, scripts,
 * root shells with a real sudo) with uutils' coreutils and sudo-rs. They run in the root of the lab's hosts of the
 * trait `rust-userland`, or of the newer one, thrown away afterwards; nothing is booted in it. Differences from GNU's
 * programs show here in minutes, test by test, and in a lab only as a failed step.
 */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBaseRoot } from '../lab/base/root.ts';
import { installMissingPackages } from '../lab/machine/packages.ts';
import { must } from '../lab/machine/run.ts';
import { buildCrate } from '../lab/programs/crates.ts';
import { traitAskedFor } from '../lab/variants/variant.ts';
import { runInRoot } from './in-root.ts';
import { jestCommand } from './jest-command.ts';
import { whyNoLab } from './lab-possible.ts';

const checkout = join(import.meta.dirname, '..');
const progress = (line: string): void => console.error(`[userland] ${line}`);
const words = process.argv.slice(2);
const value = words[0]?.startsWith('rust') === true ? words.shift() : undefined;
const trait = traitAskedFor({ choice: 'userland', value: value ?? 'rust' });
const tests =
  words.length > 0
    ? words
    : ['probe', 'scripts', 'lock', 'root-shell', 'local'].flatMap((subject) =>
        globSync(`test/hosts/${subject}/*.test.ts`, { cwd: checkout }),
      );

const obstacle = whyNoLab();
if (obstacle !== undefined) throw new Error(`the root of a host cannot be made here: ${obstacle}`);
await installMissingPackages(progress, [['debootstrap', 'debootstrap']]);
const base = await ensureBaseRoot(trait.distributions?.[0] ?? '', trait.packages ?? [], progress);
const work = mkdtempSync('/var/tmp/etcd-ha-userland-');
const root = join(work, 'root');
try {
  await must(['cp', '-a', base, root]);
  for (const crate of trait.crates ?? []) await placePrograms(await buildCrate(crate, progress));
  for (const name of [...(trait.after === undefined ? [] : [trait.after]), trait.name]) {
    const setup = readFileSync(join(checkout, 'lab/variants', name, 'setup.sh'), 'utf8');
    await must(['chroot', root, 'bash', '-euo', 'pipefail', '-c', setup]);
  }
  const { stdout } = process;
  stdout.write(await must(['chroot', root, 'bash', '-c', 'stat --version; sudo --version 2>&1']));
  const path = `${join(checkout, 'node_modules/.bin')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  const code = await runInRoot({
    root,
    folder: checkout,
    command: ['node', ...jestCommand('unit', ['--runTestsByPath', ...tests])],
    environment: { HOME: '/root', LC_ALL: 'C.UTF-8', PATH: path },
    prepare: 'mkdir -p "$root$folder"; mount --bind "$folder" "$root$folder"',
  });
  process.exitCode = code === 0 ? 0 : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Copies the trait's programs of a folder to their paths: owned by root, with sudo's mode bits for sudo. */
async function placePrograms(folder: string): Promise<void> {
  for (const [path, name] of Object.entries(trait.programs ?? {})) {
    if (!existsSync(join(folder, name))) continue;
    const mode = name === 'sudo' ? '4755' : '755';
    await must(['install', '-o', 'root', '-g', 'root', '-m', mode, join(folder, name), join(root, path)]);
  }
}
