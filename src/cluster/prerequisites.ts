import type { Finding } from '../findings.ts';
import { isSupported, NEWEST_MINOR, OLDEST_MINOR } from '../kubeadm/version.ts';
import type { HostFacts } from './host-facts.ts';
import type { Member } from './members.ts';

/**
 * What the guide asks of a host before it begins: systemd, kubelet, kubeadm, a container runtime, and hosts that reach
 * each other on the client and peer ports.
 * @param ownPorts client, peer and metrics port, which must be free on a host that runs no etcd of this cluster yet.
 */
export function missingPrerequisites(member: Member, ownPorts: readonly number[]): Finding[] {
  const { name, facts } = member;
  const findings = [
    ...essentials(facts),
    ...foreignAddress(facts),
    ...unreachablePeers(facts),
    ...takenPorts(facts, ownPorts),
  ];
  return findings.map((finding) => ({ ...finding, host: name }));
}

/** What has to be there on the host of a member that was set up before, so that it can be compared and mended. */
export function missingEssentials({ name, facts }: Member): Finding[] {
  return essentials(facts).map((finding) => ({ ...finding, host: name }));
}

function essentials(facts: HostFacts): Finding[] {
  return [...missingPrograms(facts), ...unusableKubeadm(facts), ...unusableRuntime(facts)];
}

function missingPrograms(facts: HostFacts): Finding[] {
  const findings: Finding[] = [];
  if (!facts.systemd) {
    findings.push({
      at: 'prerequisites',
      fact: 'systemd is not running this host.',
      cause: 'The host is a container or uses another init system.',
      fix: 'Use hosts that systemd has booted: it keeps the kubelet, and with it etcd, running.',
    });
  }
  const programs = [
    ['kubelet', facts.kubeletPath],
    ['kubeadm', facts.kubeadmPath],
    ['crictl', facts.crictlPath],
  ] as const;
  for (const [program, path] of programs) {
    if (path !== undefined) continue;
    findings.push({
      at: 'prerequisites',
      fact: `${program} is not installed (looked in root's PATH, /usr/local/bin and /opt/bin).`,
      cause: "kubeadm's packages (kubelet, kubeadm, cri-tools) are not on this host yet.",
      fix: 'Install them as in https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/ and run again.',
    });
  }
  if (facts.kubeletPath !== undefined && !facts.kubelet.installed) {
    findings.push({
      at: 'prerequisites',
      fact: `systemd knows no kubelet.service, though ${facts.kubeletPath} is there.`,
      cause: 'The program was copied by hand, without the unit that its package brings.',
      fix: 'Install the kubelet package, or its kubelet.service.',
    });
  }
  return findings;
}

function unusableKubeadm(facts: HostFacts): Finding[] {
  if (facts.kubeadmPath === undefined) return [];
  const version = facts.kubeadmVersion;
  const range = `1.${OLDEST_MINOR} to 1.${NEWEST_MINOR}`;
  if (version === undefined) {
    return [
      {
        at: 'prerequisites',
        fact: `${facts.kubeadmPath} did not say its version.`,
        cause: 'The program is damaged or built for another machine.',
        fix: 'Run `kubeadm version -o short` on the host and install kubeadm again.',
      },
    ];
  }
  if (isSupported(version)) return facts.etcdImage === undefined ? [silentImageList(version.text)] : [];
  return [
    {
      at: 'prerequisites',
      fact: `kubeadm is ${version.text}; this action knows ${range}.`,
      cause:
        version.minor < OLDEST_MINOR
          ? 'Older releases do not read the v1beta4 configuration that the guide uses.'
          : 'This release of the action is older than the host.',
      fix: `Install kubeadm and kubelet ${range}, or a newer release of the action.`,
    },
  ];
}

function silentImageList(version: string): Omit<Finding, 'host'> {
  return {
    at: 'prerequisites',
    fact: 'kubeadm did not name the etcd image that it would use.',
    cause: 'The program is damaged or changed by its vendor.',
    fix: `Run \`kubeadm config images list --kubernetes-version ${version}\` on the host and mend what it says.`,
  };
}

function unusableRuntime(facts: HostFacts): Finding[] {
  const { runtime, sockets, problem } = facts.runtime;
  if (runtime !== undefined || facts.crictlPath === undefined) return [];
  if (sockets.length === 0) {
    return [
      {
        at: 'prerequisites',
        fact: 'no container runtime answers: none of the CRI sockets of containerd, CRI-O and cri-dockerd exists.',
        cause: 'The runtime is not installed or not running.',
        fix: 'Install and start one, e.g. `systemctl enable --now containerd`.',
      },
    ];
  }
  if (sockets.length > 1) {
    return [
      {
        at: 'prerequisites',
        fact: `there are several container runtimes: ${sockets.join(', ')}.`,
        cause: 'More than one is installed and nothing says which one kubelet shall use.',
        fix: 'Name it in /etc/crictl.yaml: `runtime-endpoint: unix:///run/containerd/containerd.sock`.',
      },
    ];
  }
  return [
    {
      at: 'prerequisites',
      fact: `the container runtime at ${sockets[0] ?? ''} did not tell its cgroup driver (${problem ?? 'no answer'}).`,
      cause: 'It is stopped, or its CRI plugin is switched off (containerd packages from Docker do that).',
      fix: 'Remove `disabled_plugins = ["cri"]` from /etc/containerd/config.toml, restart containerd, and try `crictl info`.',
    },
  ];
}

function foreignAddress(facts: HostFacts): Finding[] {
  if (facts.addresses.includes(facts.address)) return [];
  return [
    {
      at: 'hosts',
      fact: `the address ${facts.address} is not on any of its interfaces (${facts.addresses.join(', ')}).`,
      cause:
        'It is a NAT or floating address; etcd must listen on it and its peers check it in certificates.',
      fix: "Give the host's own address, one that the other members reach.",
    },
  ];
}

function unreachablePeers(facts: HostFacts): Finding[] {
  return facts.reach
    .filter(({ outcome }) => outcome !== 'open' && outcome !== 'refused')
    .map(({ address, port, outcome }) => ({
      at: 'network',
      fact: `it cannot reach ${address} on TCP port ${port} (${outcome}).`,
      cause: 'A firewall or security group between the members drops these packets.',
      fix: `Allow TCP ${port} from ${facts.address} to ${address}, and likewise between all members.`,
    }));
}

function takenPorts(facts: HostFacts, ports: readonly number[]): Finding[] {
  if (facts.state !== 'absent') return [];
  return ports.flatMap((port) => {
    const program = facts.listeners.get(port);
    return program === undefined
      ? []
      : [
          {
            at: 'prerequisites',
            fact: `TCP port ${port} is taken by "${program}".`,
            cause: 'Another etcd, or another service, runs on this host.',
            fix: `Stop it if it is not needed (\`ss -ltnp 'sport = :${port}'\` shows it), or choose other ports.`,
          },
        ];
  });
}

/** Members whose kubeadm asks for different etcd releases must not found one cluster. */
export function differentImages(
  members: readonly Member[],
  image: (facts: HostFacts) => string | undefined,
): Finding[] {
  const wanted = Map.groupBy(members, ({ facts }) => image(facts) ?? 'none');
  if (wanted.size <= 1) return [];
  const list = [...wanted].map(
    ([name, group]) => `${group.map((member) => member.name).join(', ')}: ${name}`,
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
