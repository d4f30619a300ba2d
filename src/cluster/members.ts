import type { HostFacts } from '../facts/host.ts';
import type { Finding } from '../findings.ts';
import type { MemberSettings } from '../inputs/settings.ts';
import type { MemberIdentity } from '../kubeadm/kubeadm-config.ts';

/** A member of the cluster, with what was seen on its host. */
export interface Member extends MemberIdentity {
  readonly facts: HostFacts;
}

/** kubeadm's rule for nodeRegistration.name: an RFC 1123 subdomain. */
const NODE_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The name of a member: the one that the inputs give, else the host's own short hostname. */
export function memberName(
  { name }: Pick<MemberSettings, 'name'>,
  { hostname }: Pick<HostFacts, 'hostname'>,
): string {
  return name ?? hostname;
}

/** Why hosts cannot be members of one cluster: names that kubeadm refuses, names and machines that are listed twice. */
export function memberFindings(members: readonly NamedMachine[]): Finding[] {
  return [...badNames(members), ...sameNames(members), ...sameMachines(members)];
}

interface NamedMachine extends MemberIdentity {
  readonly facts: Pick<HostFacts, 'bootId'>;
}

/** Reports whether kubeadm accepts it as the name of a node. */
export function isNodeName(name: string): boolean {
  return name.length <= 253 && NODE_NAME.test(name);
}

function badNames(members: readonly MemberIdentity[]): Finding[] {
  return members
    .filter(({ name }) => !isNodeName(name))
    .map(({ name, address }) => ({
      code: 'hostname-unusable',
      host: address,
      at: 'names',
      fact: `its short hostname "${name}" cannot be a member's name.`,
      cause:
        'kubeadm and kubelet accept only lower-case letters, digits, "-" and ".", also in the name of the host.',
      fix: 'Rename the host: `hostnamectl hostname NAME`. Another name for the member (`names`) does not help: kubeadm also checks the name of the host.',
    }));
}

function sameNames(members: readonly MemberIdentity[]): Finding[] {
  return groups(members, ({ name }) => name).map((group) => ({
    code: 'same-host-twice',
    at: 'names',
    fact: `${group.map(({ address }) => address).join(' and ')} have the same name "${group[0]?.name ?? ''}".`,
    cause: 'The hosts were cloned and share one hostname.',
    fix: 'Name each member: `names: infra0, infra1, infra2`, or `name` in the inventory.',
  }));
}

/** The same boot id behind two addresses is one machine, whatever it is called. */
function sameMachines(members: readonly NamedMachine[]): Finding[] {
  return groups(members, ({ facts }) => facts.bootId).map((group) => ({
    code: 'same-host-twice',
    at: 'hosts',
    fact: `${group.map(({ address }) => address).join(' and ')} are the same machine (boot id ${group[0]?.facts.bootId ?? ''}).`,
    cause: 'One host is listed twice, by two of its addresses.',
    fix: 'List each machine once, by the address that the other members can reach.',
  }));
}

/**
 * Reports clones of one image, which share a machine id; systemd and some networks derive addresses and names from it.
 */
export function clonedMachines(members: readonly Member[]): Finding[] {
  return groups(members, ({ facts }) => facts.machineId)
    .filter((group) => group.every(({ facts }) => facts.machineId !== ''))
    .map((group) => ({
      code: 'machine-id-shared',
      at: 'hosts',
      fact: `${group.map(({ name }) => name).join(' and ')} have the same machine id (${group[0]?.facts.machineId ?? ''}).`,
      cause: 'They were cloned from one image.',
      fix: 'Give each its own: `rm /etc/machine-id; systemd-machine-id-setup`, then reboot that host, one at a time.',
    }));
}

function groups<M>(members: readonly M[], key: (member: M) => string): M[][] {
  const byKey = Map.groupBy(members, key);
  return [...byKey.values()].filter((group) => group.length > 1);
}
