import type { Finding } from '../findings.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import type { ConvergedMember } from './converge-stages.ts';
import { gateFindings } from './gates.ts';
import { gateBefore, isTakenDown } from './restart-stages.ts';

/** Whether the cluster can spare each running member that has to be taken down, and whether that is known. */
export function quorumFindings(
  all: readonly ConvergedMember[],
  cluster: ClusterFacts | undefined,
): Finding[] {
  const taken = all.filter(isTakenDown);
  if (taken.length === 0 || all.length === 1) return [];
  if (cluster === undefined) {
    return [
      {
        at: 'gate',
        fact: `${taken.map(({ name }) => name).join(', ')} would have to be restarted, and no member could be asked how the cluster is.`,
        cause: 'The members do not answer, or their client certificates have expired.',
        fix: 'See that etcd answers on the hosts. If its client certificates have expired or are gone, run once with the inputs as the cluster is, which renews them; then run again with the change.',
      },
    ];
  }
  // they are started and ready before the first that runs is touched
  const idle = new Set(all.filter(({ etcdRuns }) => !etcdRuns).map(({ name }) => name));
  const findings = taken.flatMap((member) => {
    const gate = gateBefore(member, all.length);
    return gate === undefined ? [] : gateFindings(gate, cluster.health, idle);
  });
  // the same fact for several members is told once
  return [...new Map(findings.map((finding) => [`${finding.host ?? ''} ${finding.fact}`, finding])).values()];
}
