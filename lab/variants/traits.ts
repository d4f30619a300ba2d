import { crio } from './crio/trait.ts';
import { debianContainerd } from './debian-containerd/trait.ts';
import { dockerContainerd } from './docker-containerd/trait.ts';
import { selinux } from './selinux/trait.ts';
import type { Trait } from './trait.ts';

/** uutils and sudo-rs in the place of GNU's coreutils and of sudo. */
const rustUserland: Trait = {
  name: 'rust-userland',
  flag: { choice: 'userland', value: 'rust' },
  distributions: ['trixie'],
  packages: ['rust-coreutils', 'sudo-rs'],
};

/** `cp` and `mv` with the exit code that only coreutils 9.2 to 9.4 have. */
const cp94: Trait = { name: 'cp-9.4', flag: { choice: 'userland', value: 'cp-9.4' } };

/** Every trait that a host can have, in the order in which they are laid over its disk. */
export const traits: readonly Trait[] = [
  rustUserland,
  cp94,
  crio,
  debianContainerd,
  dockerContainerd,
  { name: 'opt-programs', flag: { choice: 'programs', value: 'opt' } },
  { name: 'local-programs', flag: { choice: 'programs', value: 'local' } },
  // Its disk is made by mkfs.ext4, which a minimal trixie has no more.
  { name: 'data-disk', flag: { switch: 'data-disk' }, packages: ['e2fsprogs'] },
  { name: 'hardened', flag: { switch: 'hardened' } },
  // The last one: it labels what the others have laid down.
  selinux,
];
