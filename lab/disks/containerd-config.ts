/** A value that is changed: the key, what `containerd config default` has, and what the host gets. */
type Change = readonly [key: string, from: string, to: string];

/**
 * What kubeadm's guide has people change (Container Runtimes, "Configuring the systemd cgroup driver"), and what a machine
 * without CAP_SYS_RESOURCE takes: it cannot lower oom_score_adj, and runc then dies with "can't get final child's PID from
 * pipe: EOF". On a machine with that capability the second changes nothing.
 */
const changes: readonly Change[] = [
  ['SystemdCgroup', 'false', 'true'],
  ['restrict_oom_score_adj', 'false', 'true'],
];

/**
 * /etc/containerd/config.toml of a host. @param defaults what `containerd config default` prints.
 * @throws Error if a key that is changed is not there once, with the value that it had.
 */
export function containerdConfig(defaults: string): string {
  return changes.reduce((config, [key, from, to]) => {
    const parts = config.split(`${key} = ${from}\n`);
    if (parts.length !== 2) throw new Error(`containerd config default has not one "${key} = ${from}"`);
    return parts.join(`${key} = ${to}\n`);
  }, defaults);
}

/** The image that this containerd makes its sandboxes of. @param config a config.toml of version 2 or 3. */
export function sandboxImage(config: string): string {
  const inVersion3 = /\.pinned_images\]\n\s*sandbox = '([^']+)'/.exec(config)?.[1];
  const image = inVersion3 ?? /^ *sandbox_image = "([^"]+)"/m.exec(config)?.[1];
  if (image === undefined) throw new Error('containerd config default names no sandbox image');
  return image;
}
