import { holdsMember, type ExaminedMember, type PreflightSettings } from './examined.ts';
import type { SevereFinding } from './severe-finding.ts';

/** kubelet's default ports (pkg/cluster/ports/ports.go): its API, and the health check that the action asks. */
const KUBELET_PORT = 10250;
const KUBELET_HEALTHZ_PORT = 10248;

/** Ports that etcd and kubelet need and somebody else has. */
export function takenPorts(member: ExaminedMember, settings: PreflightSettings): SevereFinding[] {
  const { name: host, facts } = member;
  const api = settings.kubeletConfig['port'];
  const kubeletPorts = [typeof api === 'number' ? api : KUBELET_PORT, KUBELET_HEALTHZ_PORT];
  const wanted = [
    ...[settings.clientPort, settings.peerPort, settings.metricsPort].map((port) => ({
      port,
      owner: 'etcd',
    })),
    ...kubeletPorts.map((port) => ({ port, owner: 'kubelet' })),
  ];
  return wanted.flatMap(({ port, owner }): SevereFinding[] => {
    const program = facts.listeners.get(port);
    const own = program === owner && (owner === 'kubelet' || holdsMember(member));
    if (program === undefined || own) return [];
    return [
      {
        severity: 'fail',
        host,
        at: 'ports',
        fact: `TCP port ${port}, which ${owner} needs, is taken by "${program}".`,
        cause:
          program === owner
            ? 'Another etcd, which this action did not set up, runs on this host.'
            : 'Another service runs on this host.',
        fix:
          owner === 'kubelet'
            ? `Stop it or move it to another port (\`ss -ltnp 'sport = :${port}'\` shows it).`
            : `Stop it if it is not needed (\`ss -ltnp 'sport = :${port}'\` shows it), or choose other ports.`,
      },
    ];
  });
}
