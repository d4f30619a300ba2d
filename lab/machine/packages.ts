import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { must, systemPath } from './run.ts';
import { type Progress, stage } from './progress.ts';

/** A requirement of the machine, as a program on PATH or an absolute path, and its package. */
export type Need = readonly [what: string, packageName: string];

/** The requirements of every lab. */
const always: readonly Need[] = [
  ['systemd-nspawn', 'systemd-container'],
  ['debootstrap', 'debootstrap'],
  ['/usr/share/keyrings/debian-archive-keyring.gpg', 'debian-archive-keyring'],
  ['nft', 'nftables'],
  ['ip', 'iproute2'],
  ['ssh', 'openssh-client'],
  ['ssh-keygen', 'openssh-client'],
  ['gcc', 'gcc'],
  ['/usr/include/stdio.h', 'libc6-dev'],
  ['mkfs.ext4', 'e2fsprogs'],
  ['mount', 'mount'],
  ['strace', 'strace'],
  ['faketime', 'faketime'],
  ['flock', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['tar', 'tar'],
];

/** Installs missing requirements through apt. Throws if there is no apt. */
export async function installMissingPackages(
  progress: Progress,
  needed: readonly Need[] = always,
): Promise<void> {
  const missing = [...new Set(needed.filter(([what]) => !isThere(what)).map(([, name]) => name))];
  if (missing.length === 0) return;
  if (!isThere('apt-get')) {
    throw new Error(
      `the lab needs ${missing.join(', ')} (Debian's names), and this machine has no apt-get to install them; install them by hand`,
    );
  }
  await stage(progress, `installing ${missing.join(', ')}`, async () => {
    await updatePackageListsOnce();
    // Another lab may be installing too.
    const patient = ['-o', 'DPkg::Lock::Timeout=600'];
    const install = (): Promise<string> =>
      must(['apt-get', ...patient, 'install', '--yes', '--no-install-recommends', ...missing], {
        env: { ...process.env, PATH: systemPath, DEBIAN_FRONTEND: 'noninteractive' },
      });
    try {
      await install();
    } catch {
      // Outdated lists name versions that the archive no longer has.
      await must(['apt-get', ...patient, 'update']);
      await install();
    }
  });
}

/** Fetches apt's package lists if the machine has none yet. */
export async function updatePackageListsOnce(): Promise<void> {
  const folder = '/var/lib/apt/lists';
  const present = existsSync(folder) && readdirSync(folder).some((name) => name.includes('_Packages'));
  if (!present) await must(['apt-get', 'update']);
}

function isThere(what: string): boolean {
  if (what.startsWith('/')) return existsSync(what);
  return systemPath.split(':').some((folder) => existsSync(join(folder, what)));
}
