import { crio as family } from '../../programs/families.ts';
import { crio as runtime } from '../../runtimes/crio.ts';
import type { Trait } from '../trait.ts';

/**
 * CRI-O instead of containerd, as its own Debian package (pkgs.k8s.io, addons:/cri-o) installs it, with Debian's conmon
 * and crun.
 */
export const crio: Trait = {
  name: 'crio',
  flag: { choice: 'runtime', value: runtime.name },
  runtime,
  packages: ['conmon', 'crun'],
  families: [family],
  programs: { '/usr/bin/crio': 'crio', '/usr/bin/pinns': 'pinns' },
  guide: { RUNTIME_ENDPOINT: `unix://${runtime.socket}` },
};
