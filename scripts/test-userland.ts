/**
 * `npm run test:userland [-- TESTS…]`: runs the tests of what is sent to hosts (test/hosts: probes, scripts, root shells with a real
 * sudo) where coreutils are uutils' and sudo is sudo-rs. The place is the root of the lab's hosts of the trait `rust-userland`, thrown
 * away afterwards; nothing is booted in it. What those programs do otherwise than GNU's shows here in minutes, test by test, and in a
 * lab only as a step that fails.
 */
import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBaseRoot } from '../lab/base/root.ts';
import { installMissingPackages } from '../lab/machine/packages.ts';
import { must } from '../lab/machine/run.ts';
import { traitAskedFor } from '../lab/variants/variant.ts';
import { runInRoot } from './in-root.ts';
import { jestCommand } from './jest-command.ts';
import { whyNoLab } from './lab-possible.ts';

const checkout = join(import.meta.dirname, '..');
const progress = (line: string): void => console.error(`[userland] ${line}`);
const trait = traitAskedFor({ choice: 'userland', value: 'rust' });
const tests =
  process.argv.length > 2
    ? process.argv.slice(2)
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
  mkdirSync(join(root, 'root/setup'));
  copyFileSync(join(checkout, 'lab/variants', trait.name, 'setup.sh'), join(root, 'root/setup/setup.sh'));
  await must(['chroot', root, 'bash', '-euo', 'pipefail', '/root/setup/setup.sh']);
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
