import type { ExaminedMember } from './examined.ts';
import type { SevereFinding } from './severe-finding.ts';

/** Where kubelet reads the resolvers of its pods from, unless its configuration says otherwise (its default resolvConf). */
export const RESOLV_CONF = '/etc/resolv.conf';

/** kubelet's file of resolvers, without which it starts no pod, though etcd asks for no name. */
export function resolvConf({ name: host, seen }: ExaminedMember): SevereFinding[] {
  const { state, path, target } = seen.resolvConf ?? { state: 'file' };
  if (state === 'file') return [];
  const what = {
    missing: `${path} is not there`,
    dangling: `${path} is a link to ${target ?? 'a file'}, which is not there`,
    other: `${path} is not a file`,
  }[state];
  return [
    {
      severity: 'fail',
      host,
      at: 'resolv-conf',
      fact: `${what}; kubelet starts no pod without it.`,
      cause:
        state === 'dangling'
          ? 'The service that writes that file (systemd-resolved, resolvconf, NetworkManager) does not run.'
          : 'The host was set up without resolvers, or the file was removed.',
      fix: `Start the service that writes it (\`systemctl enable --now systemd-resolved\`), or write ${path}: an empty file is enough for etcd.`,
    },
  ];
}
