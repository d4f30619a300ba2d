import type { Trait } from './trait.ts';

/** Every trait that a host can have, in the order in which they are laid over its disk. */
export const traits: readonly Trait[] = [];
