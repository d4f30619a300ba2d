import { crio } from './crio/trait.ts';
import { debianContainerd } from './debian-containerd/trait.ts';
import { dockerContainerd } from './docker-containerd/trait.ts';
import type { Trait } from './trait.ts';

/** Every trait that a host can have, in the order in which they are laid over its disk. */
export const traits: readonly Trait[] = [crio, debianContainerd, dockerContainerd];
