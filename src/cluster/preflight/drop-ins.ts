import { basename } from 'node:path/posix';
import { KUBELET_DROP_IN } from '../../kubeadm/paths.ts';
import type { ExaminedMember } from './examined.ts';
import type { SevereFinding } from './severe-finding.ts';

/**
 * Drop-ins of kubelet.service that set ExecStart after ours. systemd reads drop-ins of all folders in the order of
 * their file names alone (systemd.unit(5)).
 */
export function laterDropIns({ name: host, seen }: ExaminedMember): SevereFinding[] {
  const own = basename(KUBELET_DROP_IN);
  return seen.execStartDropIns
    .filter((path) => basename(path) > own)
    .map((path) => ({
      severity: 'fail',
      host,
      at: 'kubelet',
      fact: `${path} sets ExecStart of kubelet and beats ${own}, by which this action starts it.`,
      cause: 'systemd reads drop-ins in the order of their names, and the last ExecStart counts.',
      fix: `Remove the file or its ExecStart, or give it a name that sorts before ${own}; then \`systemctl daemon-reload\`.`,
    }));
}
