import { must } from '../machine/run.ts';
import { containerdConfig, sandboxImage } from '../disks/containerd-config.ts';
import type { Runtime } from './runtime.ts';

const configFile = '/etc/containerd/config.toml';

const common = {
  unit: 'containerd.service',
  socket: '/run/containerd/containerd.sock',
  importImages: 'import-containerd.sh',
  importTools: [],
  loadImages: ['ctr', '--namespace', 'k8s.io', 'images', 'import', '-'],
} as const;

/** The runtime of the ordinary host: the lab's own containerd, configured as in kubeadm's guide. */
export const containerd: Runtime = {
  ...common,
  name: 'containerd',
  servesCri: true,
  package: 'containerd',
  setup: async ({ programs }) => configured(await must([programs.containerd, 'config', 'default'])),
};

/** The distribution's package, configured in the same way. */
export const debianContainerd: Runtime = {
  ...common,
  name: 'debian-containerd',
  servesCri: true,
  setup: async ({ base }) => configured(await must(['chroot', base, 'containerd', 'config', 'default'])),
};

/** The lab's own containerd with the configuration of Docker's package, which disables the CRI. */
export const dockerContainerd: Runtime = {
  ...common,
  name: 'docker-containerd',
  servesCri: false,
  package: 'containerd',
  setup: async ({ programs }) => ({
    config: {},
    sandboxImage: sandboxImage(await must([programs.containerd, 'config', 'default'])),
  }),
};

function configured(defaults: string): { config: Record<string, string>; sandboxImage: string } {
  const config = containerdConfig(defaults);
  return { config: { [configFile]: config }, sandboxImage: sandboxImage(config) };
}
