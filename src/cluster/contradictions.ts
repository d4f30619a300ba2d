import type { Finding } from '../findings.ts';
import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import type { Member } from './members.ts';

/**
 * Refusals where two sources contradict each other about what runs: the container runtime shows no etcd, and its member
 * answers, or something listens on its client port. Whichever is right, a member must not be started on the word of
 * one of them.
 */
export function contradictionFindings(
  members: readonly Member[],
  cluster: ClusterFacts | undefined,
  clientPort: number,
): Finding[] {
  return members
    .filter(({ facts }) => !facts.containers.some(({ running }) => running))
    .flatMap((member) => {
      const answering = answers(member.name, cluster);
      if (answering !== undefined) return [answersUnseen(member.name, answering)];
      const program = member.facts.listeners.get(clientPort);
      return program === undefined || !holdsMember(member)
        ? []
        : [listensUnseen(member.name, program, clientPort)];
    });
}

/** The client URL at which a member has answered; undefined where none has. */
function answers(name: string, cluster: ClusterFacts | undefined): string | undefined {
  const endpoint = cluster?.health.endpoints.find((one) => one.name === name);
  return endpoint === undefined || endpoint.memberId === null ? undefined : endpoint.endpoint;
}

/** On an empty host another program has the port; that is told as a port that is taken. */
function holdsMember({ facts: { state, files, dataDir } }: Member): boolean {
  return typeof state === 'object' || files.has(ETCD_MANIFEST) || dataDir.hasLog;
}

function answersUnseen(host: string, endpoint: string): Finding {
  return {
    host,
    at: 'host',
    fact: `\`crictl ps\` shows no container of etcd that runs, and a member answers at ${endpoint}.`,
    cause:
      'etcd runs under another container runtime than the one that crictl was pointed to, or as a service; or it has just been started.',
    fix: 'Run `crictl ps -a` on that host and see which runtime it asks (/etc/crictl.yaml names it). Run again when it shows the etcd that runs.',
  };
}

function listensUnseen(host: string, program: string, port: number): Finding {
  return {
    host,
    at: 'host',
    fact: `\`crictl ps\` shows no container of etcd that runs, and "${program}" listens on its client port, ${port}.`,
    cause:
      'etcd runs under another container runtime than the one that crictl was pointed to, or as a service; or another program has taken the port.',
    fix: `Run \`ss -ltnp 'sport = :${port}'\` and \`crictl ps -a\` on that host. If it is etcd, see which runtime crictl asks (/etc/crictl.yaml names it); if it is another program, give it another port. Then run again.`,
  };
}
