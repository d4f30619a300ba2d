import type { Trait } from './trait.ts';

/** Every trait that a host can have, in the order in which they are laid over its disk. */
export const traits: readonly Trait[] = [
  { name: 'opt-programs', flag: { choice: 'programs', value: 'opt' } },
  { name: 'local-programs', flag: { choice: 'programs', value: 'local' } },
  { name: 'data-disk', flag: { switch: 'data-disk' } },
  { name: 'hardened', flag: { switch: 'hardened' } },
];
