import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from '../machine/alone.ts';
import { ensureLayer } from '../machine/layer.ts';
import { type Progress, stage } from '../machine/progress.ts';
import { must } from '../machine/run.ts';
import { type Distribution, distributionNamed, mirrorOf } from './mirror.ts';

/**
 * The packages of a freshly installed server, and the dependencies of kubelet's and containerd's Debian packages.
 * debootstrap's minbase is so small that even systemd has to be named.
 */
const packages = [
  'systemd',
  'systemd-sysv',
  'udev',
  'kmod',
  'dbus',
  'libpam-systemd',
  'openssh-server',
  'sudo',
  'ca-certificates',
  'iproute2',
  'iputils-ping',
  'procps',
  'curl',
  'jq',
  'openssl',
  'runc',
  'iptables',
  'conntrack',
  'ethtool',
  'socat',
];

/** Useless on a host that is thrown away, and half of its size. */
const ballast = ['usr/share/doc', 'usr/share/man', 'usr/share/info', 'usr/share/locale', 'var/lib/apt/lists'];

/**
 * Returns the folder `root` of the distribution that hosts are made from, fetched if the cache lacks it.
 *
 * @param codename the release in debootstrap.
 * @param more packages for these hosts besides those of every host.
 */
export async function ensureBaseRoot(
  codename: string,
  more: readonly string[],
  progress: Progress,
): Promise<string> {
  const distribution = distributionNamed(codename);
  const all = [...new Set([...packages, ...more])];
  const folder = await ensureLayer(
    {
      name: ['base', codename, ...more.toSorted()].join('-'),
      inputs: [codename, ...all, ...ballast],
      make: (layer) => bootstrap(distribution, all, layer, progress),
    },
    progress,
  );
  return join(folder, 'root');
}

async function bootstrap(
  distribution: Distribution,
  include: readonly string[],
  layer: string,
  progress: Progress,
): Promise<void> {
  const root = join(layer, 'root');
  await stage(progress, `installing ${distribution.codename} for the hosts`, async (note) => {
    const mirror = await mirrorOf(distribution);
    const debootstrap = [
      'debootstrap',
      '--variant=minbase',
      `--components=${distribution.components}`,
      `--include=${include.join(',')}`,
      distribution.codename,
      root,
      ...(mirror === undefined ? [] : [mirror]),
    ];
    await must(alone(debootstrap), { onLine: note });
  });
  for (const path of ballast) rmSync(join(root, path), { recursive: true, force: true });
  await must(['chroot', root, 'apt-get', 'clean']);
}
