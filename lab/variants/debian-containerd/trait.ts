import { debianContainerd as runtime } from '../../runtimes/containerd.ts';
import type { Trait } from '../trait.ts';

/** containerd as Debian packages it: 1.6 on bookworm, 1.7 on trixie; both read configurations of version 2. */
export const debianContainerd: Trait = {
  name: 'debian-containerd',
  flag: { choice: 'runtime', value: runtime.name },
  runtime,
  distributions: ['bookworm', 'trixie'],
  packages: ['containerd'],
};
