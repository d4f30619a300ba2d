import type { Finding } from '../findings.ts';
import { isTakenDown, kubeletEndsEtcd } from './disruption.ts';
import type { EstablishedMember } from './planned-members.ts';
import { distinctFacts } from './restart-findings.ts';

/** Where a finding belongs that says what a run leaves undone. */
export const LEFT_OUT = 'left out';

/** Members as the run brings them on, and what it leaves undone for now. */
export interface Held {
  readonly members: readonly EstablishedMember[];
  readonly leftOut: readonly Finding[];
}

/**
 * Leaves out the restarts that the cluster cannot spare now, with everything that only a restart puts into effect, so that the
 * rest of the plan (certificates, modes, kubelet, records) need not wait for them. If one member cannot be spared, none is
 * restarted: one that is not healthy itself could be, but would most likely not come back with the others as they are.
 * @param shut why the gate of a member's restart is shut, by the member's name; no entry: it is open.
 */
export function holdRestarts(
  members: readonly EstablishedMember[],
  shut: ReadonlyMap<string, readonly Finding[]>,
): Held {
  if (shut.size === 0) return { members, leftOut: [] };
  const others = distinctFacts([...shut.values()].flat());
  return {
    members: members.map((member) => (isTakenDown(member) ? withoutRestart(member) : member)),
    leftOut: members
      .filter(isTakenDown)
      .map((member) => heldRestart(member, shut.get(member.name) ?? others)),
  };
}

/**
 * Leaves out certificates that are due and cannot be signed now.
 * @param why what keeps the CA from signing.
 */
export function holdLeaves(members: readonly EstablishedMember[], why: readonly Finding[]): Held {
  return {
    members: members.map((member) => ({
      ...member,
      differences: { ...member.differences, leaves: new Map() },
    })),
    leftOut: members
      .filter(({ differences }) => differences.leaves.size > 0)
      .map(({ name, differences }) => ({
        host: name,
        at: LEFT_OUT,
        fact: `its certificates are not renewed (${[...differences.leaves.values()].join('; ')}): ${facts(why, name)}`,
        cause: 'A host that is away may be the one that keeps the key of the CA.',
        fix: 'Bring the host back, or give `ca-certificate` and `ca-key`, and run again before the certificates end.',
      })),
  };
}

function withoutRestart(member: EstablishedMember): EstablishedMember {
  const isHeld = kubeletEndsEtcd(member);
  const differences = { ...member.differences, manifest: [], kubeadmConfig: [] };
  return { ...member, isHeld, differences: isHeld ? { ...differences, kubelet: [] } : differences };
}

function heldRestart(member: EstablishedMember, why: readonly Finding[]): Finding {
  const { name, differences } = member;
  const { kubelet, kubeadmConfig, manifest } = differences;
  const changes = [...(kubeletEndsEtcd(member) ? kubelet : []), ...kubeadmConfig, ...manifest];
  return {
    host: name,
    at: LEFT_OUT,
    fact: `it is not restarted, so it goes on with what it runs (${changes.join('; ') || 'kubelet would end it when it starts'}): ${facts(why, name)}`,
    cause: 'A restart takes the member away for seconds, and the cluster cannot spare it now.',
    fix: 'Bring the members back that are named here, then run again.',
  };
}

/** The facts in one line; the host's own need not name it again. */
function facts(findings: readonly Finding[], of: string): string {
  return findings
    .map(({ host, fact }) => (host === undefined || host === of ? fact : `${host}: ${fact}`))
    .join(' ');
}
