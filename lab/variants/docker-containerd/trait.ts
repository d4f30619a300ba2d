import { dockerContainerd as runtime } from '../../runtimes/containerd.ts';
import type { Trait } from '../trait.ts';

/** containerd as Docker's package (containerd.io) configures it: without the CRI. */
export const dockerContainerd: Trait = {
  name: 'docker-containerd',
  flag: { choice: 'runtime', value: runtime.name },
  runtime,
};
