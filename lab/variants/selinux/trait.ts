import type { Trait } from '../trait.ts';

/** SELinux enforces the distribution's own policy. */
export const selinux: Trait = {
  name: 'selinux',
  flag: { switch: 'selinux' },
  // A container has the machine's kernel, which enforces one policy for all or none.
  kinds: ['vm'],
  distributions: ['bookworm'],
  packages: ['policycoreutils', 'selinux-policy-default'],
  kernel: ['security=selinux'],
};
