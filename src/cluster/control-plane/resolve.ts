import type { Finding } from '../../findings.ts';
import type { MemberSettings } from '../../inputs/settings.ts';
import type { HostFacts } from '../../facts/host.ts';
import { isNodeName, type Member } from '../members.ts';

/** Observations of the control plane's hosts. */
export interface ObservedControlPlane {
  /** Those that could be observed, in the order of the inputs. */
  readonly hosts: readonly ControlPlaneHost[];
  /** Why others could not. */
  readonly unreached: readonly Finding[];
}

/**
 * A host of the control plane, which gets the files with which its API server connects to the cluster, and is no
 * member.
 */
export interface ControlPlaneHost {
  readonly name: string;
  readonly address: string;
  readonly facts: HostFacts;
}

/** Returns the name of a host of the control plane: from the inputs, else its short hostname, as kubeadm writes it. */
export function controlPlaneName(
  { name }: Pick<MemberSettings, 'name'>,
  { hostname }: Pick<HostFacts, 'hostname'>,
): string {
  return name ?? hostname.toLowerCase();
}

/** Returns the hosts of the control plane with their names, none of which may be a member's or another host's. */
export function resolveControlPlane(
  { hosts }: ObservedControlPlane,
  members: readonly Member[],
): { readonly hosts: readonly ControlPlaneHost[]; readonly findings: readonly Finding[] } {
  const findings = hosts.flatMap((host, index) => {
    const before = [...members, ...hosts.slice(0, index)];
    const twin = before.find(({ facts }) => facts.bootId === host.facts.bootId);
    if (twin !== undefined) return [sameMachine(host, twin, members.includes(twin))];
    if (!isNodeName(host.name)) return [noName(host)];
    const namesake = before.find(({ name }) => name === host.name);
    return namesake === undefined ? [] : [sameName(host, namesake)];
  });
  return { hosts, findings };
}

type Listed = Pick<ControlPlaneHost, 'name' | 'address' | 'facts'>;

function sameMachine(host: Listed, twin: Listed, isMember: boolean): Finding {
  return {
    code: 'same-host-twice',
    at: 'control-plane-hosts',
    fact: `${host.address} and ${twin.address} (${twin.name}) are the same machine (boot id ${host.facts.bootId}).`,
    cause: isMember
      ? 'A host of the etcd cluster is also listed for the control plane: it has these files already, and its kubelet runs only etcd.'
      : 'One host is listed twice, by two of its addresses.',
    fix: isMember ? 'Remove it from `control-plane-hosts`.' : 'List each machine once.',
  };
}

function sameName(host: Listed, namesake: Listed): Finding {
  return {
    code: 'same-host-twice',
    at: 'control-plane-hosts',
    fact: `${host.address} and ${namesake.address} have the same name "${host.name}".`,
    cause: 'The hosts were cloned and share one hostname.',
    fix: NAME_THEM,
  };
}

function noName({ name, address }: Listed): Finding {
  return {
    code: 'name-malformed',
    host: address,
    at: 'control-plane-hosts',
    fact: `its short hostname "${name}" cannot be the name of a node.`,
    cause: 'kubeadm accepts only letters, digits, "-" and ".".',
    fix: NAME_THEM,
  };
}

const NAME_THEM = 'Name them: `control-plane-hosts: cp0=10.0.0.10, cp1=10.0.0.11`.';
