import type { Finding } from '../../findings.ts';
import type { MemberIdentity } from '../../kubeadm/kubeadm-config.ts';
import type { LeafProfileName } from '../../pki/leaf-profiles.ts';
import type { Member } from '../members.ts';
import type { Stage } from '../plan.ts';
import { describeHandOver, handOverTo, isHandedOver, type HandOverInput } from './hand-over.ts';
import { resolveControlPlane, type ControlPlaneHost, type ControlPlaneLook } from './resolve.ts';
import { handOverStages } from './stages.ts';

/** What a plan does for the hosts of the control plane. */
export interface ControlPlanePlan {
  readonly hosts: readonly MemberIdentity[];
  /** What makes any plan impossible. */
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** What is lacking where; for the plan's reasons. */
  readonly reasons: readonly string[];
  readonly issue: ReadonlyMap<string, readonly LeafProfileName[]>;
  /** After the cluster has been proven healthy. */
  readonly stages: readonly Stage[];
}

/** Decides what the control plane's hosts get. A host that could not be looked at gets nothing and is told of. */
export function decideControlPlane(
  look: ControlPlaneLook,
  members: readonly Member[],
  input: HandOverInput,
): ControlPlanePlan {
  const { hosts, findings } = resolveControlPlane(look, members);
  const answers = hosts.map((host) => handOverTo(host, input));
  const handOvers = answers.map(({ handOver }) => handOver);
  return {
    hosts: hosts.map(({ name, address }) => ({ name, address })),
    findings: [...findings, ...answers.flatMap((answer) => answer.findings)],
    warnings: warningsOf(look, hosts),
    reasons: handOvers
      .filter((handOver) => !isHandedOver(handOver))
      .map((handOver) => `${handOver.name}: ${describeHandOver(handOver).join('; ')}`),
    issue: new Map(
      handOvers
        .filter(({ pair }) => pair.length > 0)
        .map(({ name }) => [name, ['apiserverEtcdClient']] as const),
    ),
    stages: handOverStages(handOvers),
  };
}

/** What deserves a look where nothing is decided. */
export function controlPlaneWarnings(look: ControlPlaneLook): Finding[] {
  return warningsOf(look, resolveControlPlane(look, []).hosts);
}

function warningsOf({ unreached }: ControlPlaneLook, hosts: readonly ControlPlaneHost[]): Finding[] {
  return [...unreached, ...hosts.flatMap(unreachableMembers)];
}

/** `kubeadm init` would wait for it. Whether a member listens is another matter: there may be none yet. */
function unreachableMembers({ name, facts }: ControlPlaneHost): Finding[] {
  return facts.reach
    .filter(({ outcome }) => outcome === 'timeout' || outcome === 'unreachable')
    .map(({ address, port, outcome }) => ({
      host: name,
      at: 'network',
      fact: `it cannot reach ${address} on TCP port ${port} (${outcome}).`,
      cause: 'A firewall or security group between control plane and members drops these packets.',
      fix: `Allow TCP ${port} from the control plane to every member.`,
    }));
}
