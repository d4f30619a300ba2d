import { crio } from './crio/trait.ts';
import { debianContainerd } from './debian-containerd/trait.ts';
import { dockerContainerd } from './docker-containerd/trait.ts';
import { selinux } from './selinux/trait.ts';
import type { Trait } from './trait.ts';

/** uutils and sudo-rs instead of GNU's coreutils and of sudo. */
const rustUserland: Trait = {
  name: 'rust-userland',
  flag: { choice: 'userland', value: 'rust' },
  distributions: ['trixie'],
  packages: ['rust-coreutils', 'sudo-rs'],
};

/**
 * The same in the version of Ubuntu 26.04: Debian 13's packages are a year older, and uutils has changed the output of
 * many programs since.
 */
const rustUserland08: Trait = {
  ...rustUserland,
  name: 'rust-userland-0.8',
  after: rustUserland.name,
  flag: { choice: 'userland', value: 'rust-0.8' },
  crates: [
    { name: 'coreutils', version: '0.8.0', features: ['unix'] },
    {
      name: 'sudo-rs',
      version: '0.2.13',
      needs: [['/usr/include/security/pam_appl.h', 'libpam0g-dev']],
    },
  ],
  programs: { '/usr/lib/cargo/bin/uutils': 'coreutils', '/usr/lib/cargo/bin/sudo': 'sudo' },
};

/** `cp` and `mv` with the exit code that only coreutils 9.2 to 9.4 have. */
const cp94: Trait = { name: 'cp-9.4', flag: { choice: 'userland', value: 'cp-9.4' } };

/** Every trait of a host, in the order in which they are laid over its disk. */
export const traits: readonly Trait[] = [
  rustUserland,
  rustUserland08,
  cp94,
  crio,
  debianContainerd,
  dockerContainerd,
  { name: 'opt-programs', flag: { choice: 'programs', value: 'opt' } },
  { name: 'local-programs', flag: { choice: 'programs', value: 'local' } },
  // Its disk is made by mkfs.ext4, which a minimal trixie lacks.
  { name: 'data-disk', flag: { switch: 'data-disk' }, packages: ['e2fsprogs'] },
  { name: 'hardened', flag: { switch: 'hardened' } },
  // Last, because it labels the files of the others.
  selinux,
];
