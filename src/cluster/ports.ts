import { type HostFacts, memberManifest } from '../facts/host.ts';
import type { Finding } from '../findings.ts';
import type { Settings } from '../inputs/settings.ts';
import type { Member } from './members.ts';

/** kubelet's default ports (pkg/cluster/ports/ports.go): its API, and the health check that the action requests. */
const KUBELET_PORT = 10250;
const KUBELET_HEALTHZ_PORT = 10248;

/** The name for a port whose program `ss` does not name. */
const UNNAMED = 'unknown';

/** The inputs that determine the needed ports. */
export type PortSettings = Pick<Settings, 'clientPort' | 'peerPort' | 'metricsPort' | 'kubeletConfig'>;

/**
 * Reports whether etcd belongs on this host already: the action set it up, or it runs from a manifest written by hand.
 */
export function holdsMember({ facts }: { readonly facts: HostFacts }): boolean {
  if (facts.state !== 'absent') return true;
  const manifest = memberManifest(facts);
  return manifest !== undefined && facts.containers.some(({ running }) => running);
}

/**
 * Reports ports that etcd and kubelet need and another program uses. A deploy refuses them, and a preflight reports
 * them in the same words. A program without a name may be etcd or kubelet if these belong on the host already.
 */
export function takenPorts(member: Member, settings: PortSettings): Finding[] {
  const { name: host, facts } = member;
  const api = settings.kubeletConfig['port'];
  const wanted = [
    ...[settings.clientPort, settings.peerPort, settings.metricsPort].map((port) => ({
      port,
      owner: 'etcd',
    })),
    ...[typeof api === 'number' ? api : KUBELET_PORT, KUBELET_HEALTHZ_PORT].map((port) => ({
      port,
      owner: 'kubelet',
    })),
  ];
  return wanted.flatMap(({ port, owner }): Finding[] => {
    const program = facts.listeners.get(port);
    if (program === undefined || isOwn(program, owner, member)) return [];
    const look = `\`ss -ltnp 'sport = :${port}'\` shows it`;
    return [
      {
        code: 'port-taken',
        host,
        at: 'ports',
        fact: `TCP port ${port}, which ${owner} needs, is taken by "${program}".`,
        cause:
          program === owner
            ? 'Another etcd, which this action did not set up, runs on this host.'
            : 'Another service runs on this host.',
        fix:
          owner === 'kubelet'
            ? `Stop it or move it to another port (${look}).`
            : `Stop it if it is not needed (${look}), or choose other ports.`,
      },
    ];
  });
}

function isOwn(program: string, owner: string, member: Member): boolean {
  if (program === UNNAMED) return owner === 'kubelet' ? member.facts.kubelet.active : holdsMember(member);
  return program === owner && (owner === 'kubelet' || holdsMember(member));
}
