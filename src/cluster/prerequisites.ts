import type { Finding } from '../findings.ts';
import { essentialFindings } from './essentials.ts';
import type { HostFacts } from './host-facts.ts';
import type { Member } from './members.ts';
import { takenPorts, type PortSettings } from './ports.ts';

/**
 * What the guide asks of a host before it begins: systemd, kubelet, kubeadm, a container runtime, free ports, and hosts that reach
 * each other on the client and peer ports.
 */
export function missingPrerequisites(member: Member, settings: PortSettings): Finding[] {
  const { name, facts } = member;
  // Links and mounts that a run would fail on belong here too: placeFindings(facts) of places.ts.
  const ofNetwork = [...foreignAddress(facts), ...unreachablePeers(facts)];
  return [
    ...essentialFindings(member),
    ...ofNetwork.map((finding) => ({ ...finding, host: name })),
    ...takenPorts(member, settings),
  ];
}

/** What has to be there on the host of a member that was set up before, so that it can be compared and mended. */
export function missingEssentials(member: Member): Finding[] {
  return essentialFindings(member);
}

/** Where the addresses were not seen, nothing is said of them. */
function foreignAddress({ address, addresses, unseen }: HostFacts): Finding[] {
  if (addresses.includes(address) || unseen.some(({ what }) => what === 'addresses')) return [];
  return [
    {
      at: 'hosts',
      fact: `the address ${address} is not on any of its interfaces (${addresses.join(', ')}).`,
      cause:
        'It is a NAT or floating address; etcd must listen on it and its peers check it in certificates.',
      fix: "Give the host's own address, one that the other members reach.",
    },
  ];
}

function unreachablePeers({ address: own, reach }: HostFacts): Finding[] {
  return reach
    .filter(({ outcome }) => outcome !== 'open' && outcome !== 'refused')
    .map(({ address, port, outcome, words }) =>
      outcome === 'unknown'
        ? {
            at: 'network',
            fact: `it could not be found out whether it reaches ${address} on TCP port ${port}${words === undefined ? '' : `: ${words}`}.`,
            fix: `Try it on the host (\`timeout 5 bash -c 'exec 3<> /dev/tcp/${address}/${port}'\`: "Connection refused" is good), mend what it says, and run again.`,
          }
        : {
            at: 'network',
            fact: `it cannot reach ${address} on TCP port ${port} (${outcome}).`,
            cause: 'A firewall or security group between the members drops these packets.',
            fix: `Allow TCP ${port} from ${own} to ${address}, and likewise between all members.`,
          },
    );
}

/**
 * Members whose kubeadm asks for different etcd releases must not found one cluster. A kubeadm that named none asks for no other: that
 * it did not answer is a finding of its own.
 */
export function differentImages(
  members: readonly Member[],
  image: (facts: HostFacts) => string | undefined,
): Finding[] {
  const wanted = Map.groupBy(members, ({ facts }) => image(facts));
  wanted.delete(undefined);
  if (wanted.size <= 1) return [];
  const list = [...wanted].map(
    ([name, group]) => `${group.map((member) => member.name).join(', ')}: ${name ?? ''}`,
  );
  return [
    {
      at: 'etcd-image-tag',
      fact: `the hosts' kubeadm ask for different etcd images (${list.join('; ')}).`,
      cause: 'kubeadm is not of the same release on all hosts.',
      fix: 'Install one release of kubeadm on all hosts, or set `etcd-image-tag`.',
    },
  ];
}
