import type { HostKindName } from '../settings.ts';
import type { HostPlace } from '../place.ts';
import { container } from './container/container.ts';
import type { HostKind } from './kind.ts';
import { vm } from './vm/vm.ts';

const kinds: Readonly<Record<HostKindName, HostKind>> = { container, vm };

/** Returns the kind of this name. */
export function kindNamed(name: HostKindName): HostKind {
  return kinds[name];
}

/** Returns the kind of this host. */
export function kindOf(host: HostPlace): HostKind {
  return kinds[host.kind];
}
