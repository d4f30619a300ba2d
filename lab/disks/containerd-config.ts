/** A changed value: the key, the value in `containerd config default`, and the host's value. */
type Change = readonly [key: string, from: string, to: string];

/**
 * The change that kubeadm's guide requires (Container Runtimes, "Configuring the systemd cgroup driver"), and one for
 * machines without CAP_SYS_RESOURCE: these cannot lower oom_score_adj, and runc then dies with "can't get final child's
 * PID from pipe: EOF". On a machine with that capability the second has no effect.
 */
const changes: readonly Change[] = [
  ['SystemdCgroup', 'false', 'true'],
  ['restrict_oom_score_adj', 'false', 'true'],
];

/**
 * Returns the /etc/containerd/config.toml of a host.
 * @param defaults output of `containerd config default`.
 * @throws Error if a changed key does not occur exactly once with its default value.
 */
export function containerdConfig(defaults: string): string {
  return changes.reduce((config, [key, from, to]) => {
    const parts = config.split(`${key} = ${from}\n`);
    if (parts.length !== 2) throw new Error(`containerd config default has not one "${key} = ${from}"`);
    return parts.join(`${key} = ${to}\n`);
  }, defaults);
}

/**
 * Returns the image of this containerd's sandboxes.
 * @param config a config.toml of version 2 or 3.
 */
export function sandboxImage(config: string): string {
  const inVersion3 = /\.pinned_images\]\n\s*sandbox = '([^']+)'/.exec(config)?.[1];
  const image = inVersion3 ?? /^ *sandbox_image = "([^"]+)"/m.exec(config)?.[1];
  if (image === undefined) throw new Error('containerd config default names no sandbox image');
  return image;
}
