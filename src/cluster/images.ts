import type { HostFacts } from './host-facts.ts';

/** What the user set about etcd's image. */
export interface ImageSettings {
  readonly imageRepository?: string;
  readonly etcdImageTag?: string;
}

/**
 * The image that kubeadm will write into this host's manifest (cmd/kubeadm/app/images/images.go): its own default,
 * unless the user named a repository or a tag.
 */
export function etcdImage(settings: ImageSettings, facts: HostFacts): string | undefined {
  if (facts.etcdImage === undefined) return undefined;
  const colon = facts.etcdImage.lastIndexOf(':');
  const repository = facts.etcdImage.slice(0, colon).replace(/\/etcd$/, '');
  const tag = facts.etcdImage.slice(colon + 1);
  return `${settings.imageRepository ?? repository}/etcd:${settings.etcdImageTag ?? tag}`;
}
