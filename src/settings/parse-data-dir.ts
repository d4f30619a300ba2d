import type { Finding } from '../findings.ts';
import { quote } from './quote.ts';

const example = 'for example data-dir: /var/lib/etcd.';

/** Folders below which nothing of etcd may lie, and why. */
const closed: readonly { readonly folders: readonly string[]; readonly why: string }[] = [
  { folders: ['/tmp', '/var/tmp'], why: 'is emptied by the system' },
  { folders: ['/run', '/var/run', '/dev'], why: 'is in memory and lost when the host restarts' },
  { folders: ['/proc', '/sys'], why: 'belongs to the kernel' },
  { folders: ['/etc', '/boot', '/usr', '/bin', '/sbin', '/lib', '/lib64'], why: 'belongs to the system' },
  { folders: ['/var/log', '/var/cache'], why: 'is cleaned up by the system' },
  {
    folders: [
      '/var/lib/kubelet',
      '/var/lib/containerd',
      '/var/lib/containers',
      '/var/lib/docker',
      '/var/lib/dockershim',
    ],
    why: 'belongs to the kubelet or the container runtime',
  },
];

/** Folders that others use too: kubeadm gives the data dir mode 0700, which would lock them out. */
const shared: readonly string[] = [
  '/',
  '/home',
  '/media',
  '/mnt',
  '/opt',
  '/root',
  '/srv',
  '/var',
  '/var/lib',
  '/var/spool',
];

/**
 * Reads the path of etcd's data dir: absolute, clean, and in a place that keeps what it is given. The characters
 * are those that mean the same to bash, systemd (RequiresMountsFor), YAML and the kubelet.
 */
export function parseDataDir(value: string, findings: Finding[]): string | undefined {
  const fact = problemOf(value);
  if (fact === undefined) return value;
  findings.push({
    at: 'data-dir',
    fact: `${quote(value)} ${fact}`,
    fix: `use a folder of etcd's own, ${example}`,
  });
  return undefined;
}

function problemOf(path: string): string | undefined {
  if (!path.startsWith('/')) return 'is not an absolute path.';
  if (!/^[A-Za-z0-9._/@+-]*$/.test(path))
    return 'holds characters other than letters, digits and . _ - + @ /.';
  if (shared.includes(path))
    return 'is shared with others, who would be locked out: etcd wants its folder for itself (mode 0700).';
  const parts = path.slice(1).split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return 'is not a clean path: it holds //, . or .., or ends with /.';
  }
  const found = closed
    .flatMap(({ folders, why }) => folders.map((folder) => ({ folder, why })))
    .find(({ folder }) => path === folder || path.startsWith(`${folder}/`));
  return found === undefined ? undefined : `lies in ${found.folder}, which ${found.why}.`;
}
