import type { Finding } from '../findings.ts';
import type { ClusterShape } from '../kubeadm/kubeadm-config.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { gateBefore, isTakenDown } from './disruption.ts';
import { gateFindings } from './gates.ts';
import type { EstablishedMember } from './planned-members.ts';

/** Why the cluster cannot spare a running member that has to be taken down, or why that is unknown; by the member's name. */
export function shutGates(
  all: readonly EstablishedMember[],
  { members }: ClusterShape,
  cluster: ClusterFacts | undefined,
): Map<string, readonly Finding[]> {
  const taken = all.filter(isTakenDown);
  if (members.length === 1) return new Map();
  if (cluster === undefined) {
    const unknown = {
      at: 'gate',
      fact: `${taken.map(({ name }) => name).join(', ')} would have to be restarted, and no member could be asked how the cluster is.`,
      cause: 'The members do not answer, or their client certificates have expired.',
      fix: 'See that etcd answers on the hosts. If its client certificates have expired or are gone, run once with the inputs as the cluster is, which renews them; then run again with the change.',
    };
    return new Map(taken.map(({ name }) => [name, [unknown]]));
  }
  // they are started and ready before the first that runs is touched
  const idle = new Set(all.filter(({ etcdRuns }) => !etcdRuns).map(({ name }) => name));
  return new Map(
    taken.flatMap((member) => {
      const gate = gateBefore(member, members.length);
      const findings = gate === undefined ? [] : gateFindings(gate, cluster.health, idle);
      return findings.length === 0 ? [] : [[member.name, findings] as const];
    }),
  );
}

/** The same fact for several members is told once. */
export function distinctFacts(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [`${finding.host ?? ''} ${finding.fact}`, finding])).values()];
}
