import { selinux } from './selinux/trait.ts';
import type { Trait } from './trait.ts';

/** Every trait that a host can have, in the order in which they are laid over its disk. */
export const traits: readonly Trait[] = [
  // The last one: it labels what the others have laid down.
  selinux,
];
