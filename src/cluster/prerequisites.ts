import type { ClockFact, FactName, HostFacts } from '../facts/host.ts';
import type { Finding } from '../findings.ts';
import { NEEDED_PROGRAMS } from '../hosts/bash.ts';
import { knownReason, type Reason } from '../hosts/explain-unknown.ts';
import { isSupported, NEWEST_MINOR, OLDEST_MINOR } from '../kubeadm/version.ts';
import { backdate, MILLISECONDS_A_DAY } from '../pki/certificate.ts';
import { duration } from '../text/units.ts';
import { isNodeName, type Member } from './members.ts';
import { placeFindings, type PortSettings, takenPorts } from './ports.ts';
import { unusableRuntime } from './runtime-findings.ts';

/**
 * Reports missing prerequisites of the guide: systemd, kubelet, kubeadm, a container runtime, free ports, and hosts
 * that reach each other on the client and peer ports.
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

/** Reports missing essentials on the host of an existing member, without which it cannot be compared and repaired. */
export function missingEssentials(member: Member): Finding[] {
  return essentialFindings(member);
}

/** Reports nothing if the addresses were not observed. */
function foreignAddress({ address, addresses, unseen }: HostFacts): Finding[] {
  if (addresses.includes(address) || unseen.some(({ what }) => what === 'addresses')) return [];
  return [
    {
      code: 'address-not-on-host',
      at: 'hosts',
      fact: `the address ${address} is not on any of its interfaces (${addresses.join(', ')}).`,
      cause:
        'It is a NAT or floating address; etcd must listen on the address, and its peers check it in certificates.',
      fix: "Give the host's own address, one that the other members can reach.",
    },
  ];
}

function unreachablePeers({ address: own, reach }: HostFacts): Finding[] {
  return reach
    .filter(({ outcome }) => outcome !== 'open' && outcome !== 'refused')
    .map(({ address, port, outcome, words }) =>
      outcome === 'unknown'
        ? {
            code: 'peer-port-unreachable',
            at: 'network',
            fact: `it is unknown whether it reaches ${address} on TCP port ${port}${words === undefined ? '' : `: ${words}`}.`,
            fix: `Try it on the host (\`timeout 5 bash -c 'exec 3<> /dev/tcp/${address}/${port}'\`: "Connection refused" is good), fix the error, and run again.`,
          }
        : {
            code: 'peer-port-unreachable',
            at: 'network',
            fact: `it cannot reach ${address} on TCP port ${port} (${outcome}).`,
            cause: 'A firewall or security group between the members drops these packets.',
            fix: `Allow TCP ${port} from ${own} to ${address}, and likewise between all members.`,
          },
    );
}

/**
 * Refuses members whose kubeadm releases use different etcd releases, which must not found one cluster. A kubeadm that
 * named none does not count: its missing answer is a finding of its own.
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
      code: 'etcd-images-differ',
      at: 'etcd-image-tag',
      fact: `kubeadm on the hosts uses different etcd images (${list.join('; ')}).`,
      cause: 'The hosts have different releases of kubeadm.',
      fix: 'Install one release of kubeadm on all hosts, or set `etcd-image-tag`.',
    },
  ];
}

type Essential = Omit<Finding, 'host'>;

const AT = 'prerequisites';

/**
 * Reports missing essentials of any host of a cluster: systemd, the programs of the scripts, kubelet, kubeadm and one
 * container runtime that answers. A missing answer of kubeadm or the runtime (`unseen`) is always among the findings,
 * with its words.
 */
export function essentialFindings({ name, facts }: Member): Finding[] {
  const found = [
    ...missingSystemd(facts),
    ...missingTools(facts),
    ...missingPrograms(facts),
    ...placeFindings(facts),
    ...unusableKubelet(facts),
    ...unusableKubeadm(name, facts),
    ...unusableRuntime(facts, wordsOf('runtime', facts)).map((finding) => ({ ...finding, at: AT })),
  ];
  return found.map((finding) => ({ ...finding, host: name }));
}

function missingSystemd({ systemd }: HostFacts): Essential[] {
  if (systemd) return [];
  return [
    {
      code: 'program-not-installed',
      at: AT,
      fact: 'systemd is not running this host.',
      cause: 'The host is a container or uses another init system.',
      fix: 'Use hosts that run systemd: it keeps the kubelet, and with it etcd, running.',
    },
  ];
}

function missingTools({ missingTools: missing = [] }: HostFacts): Essential[] {
  if (missing.length === 0) return [];
  const packages = [...new Set(missing.map((program) => NEEDED_PROGRAMS.get(program) ?? program))];
  return [
    {
      code: 'program-not-installed',
      at: AT,
      fact: `the host lacks programs that a deploy needs: ${missing.join(', ')}.`,
      cause: 'The image of the host is minimal, or the programs are outside the PATH of root under sudo.',
      fix: `Install ${packages.join(', ')} (\`sudo apt-get install …\`, \`sudo dnf install …\`), and run again.`,
    },
  ];
}

function missingPrograms(facts: HostFacts): Essential[] {
  const programs = [
    ['kubelet', facts.kubeletPath],
    ['kubeadm', facts.kubeadmPath],
    ['crictl', facts.crictlPath],
  ] as const;
  return programs
    .filter(([, path]) => path === undefined)
    .map(([program]) => ({
      code: 'program-not-installed',
      at: AT,
      fact: `${program} is not installed (looked in root's PATH, /usr/local/bin and /opt/bin).`,
      cause: "kubeadm's packages (kubelet, kubeadm, cri-tools) are not on this host yet.",
      fix: 'Install them as described in https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/ and run again.',
    }));
}

/** Checks the unit as systemd has loaded it; reports nothing if it was not observed. */
function unusableKubelet(facts: HostFacts): Essential[] {
  const { kubeletPath, kubelet } = facts;
  if (kubeletPath === undefined || kubelet.installed || wordsOf('kubelet', facts) !== undefined) return [];
  switch (kubelet.loadState) {
    case 'masked':
      return [
        {
          code: 'kubelet-unit-unusable',
          at: AT,
          fact: 'kubelet.service is masked, so systemd may not start it.',
          cause: 'It was masked by hand, or by a tool that disables unused services.',
          fix: 'Run `systemctl unmask kubelet` on the host, and run again.',
        },
      ];
    case 'error':
    case 'bad-setting':
      return [
        {
          code: 'kubelet-unit-unusable',
          at: AT,
          fact: `systemd cannot load kubelet.service (${kubelet.loadState}).`,
          cause: 'The unit, or a drop-in of it, has a line that systemd does not accept.',
          fix: 'Run `systemd-analyze verify kubelet.service` on the host, correct the file that it names, and run again.',
        },
      ];
    default:
      return [
        {
          code: 'program-not-installed',
          at: AT,
          fact: `systemd knows no kubelet.service, though ${kubeletPath} is there.`,
          cause: 'The program was copied by hand, without the unit from its package.',
          fix: 'Install the kubelet package, or its kubelet.service.',
        },
      ];
  }
}

function unusableKubeadm(name: string, facts: HostFacts): Essential[] {
  const { kubeadmPath, kubeadmVersion: version, hostname } = facts;
  const words = wordsOf('kubeadm', facts);
  // A member without a name of its own is refused by this name already.
  const named = name !== hostname && hostname !== '';
  if (named && !isNodeName(hostname)) return [badHostname(hostname, words)];
  if (kubeadmPath === undefined || !(named || isNodeName(name))) return [];
  if (version === undefined) {
    return [
      {
        code: 'program-version-unknown',
        at: AT,
        fact: `${kubeadmPath} did not say its version${saying(words)}.`,
        ...whyProgram(words, 'kubeadm version -o short'),
      },
    ];
  }
  if (!isSupported(version)) return [otherRelease(version)];
  if (facts.etcdImage !== undefined) return [];
  return [
    {
      code: 'program-version-unknown',
      at: AT,
      fact: `kubeadm did not name its etcd image${saying(words)}.`,
      ...whyProgram(words, `kubeadm config images list --kubernetes-version ${version.text}`),
    },
  ];
}

function otherRelease({ text, minor }: { readonly text: string; readonly minor: number }): Essential {
  const range = `1.${OLDEST_MINOR} to 1.${NEWEST_MINOR}`;
  return {
    code: 'kubernetes-version-unsupported',
    at: AT,
    fact: `kubeadm is ${text}; this action supports ${range}.`,
    cause:
      minor < OLDEST_MINOR
        ? 'Older releases do not read the v1beta4 configuration that the guide uses.'
        : 'This release of the action is older than the host.',
    fix: `Install kubeadm and kubelet ${range}, or a newer release of the action.`,
  };
}

/** kubeadm always checks the host's own name, and kubelet names the pod after it. */
function badHostname(hostname: string, words: string | undefined): Essential {
  return {
    code: 'hostname-unusable',
    at: 'names',
    fact: `kubeadm and kubelet do not accept its hostname "${hostname}"${saying(words)}.`,
    cause:
      'They accept only lower-case letters, digits, "-" and ".", even if `names` gives the member another name.',
    fix: 'Rename the host: `hostnamectl hostname NAME`, and run again.',
  };
}

function whyProgram(words: string | undefined, command: string): Reason {
  return knownReason(words ?? '') ?? { fix: `Run \`${command}\` on the host as root and fix the error.` };
}

function saying(words: string | undefined): string {
  const said = words?.replace(/[.\s]+$/, '') ?? '';
  return said === '' ? '' : `: ${said}`;
}

/** Returns the words of a program that gave no usable answer; undefined if it gave one. */
function wordsOf(what: FactName, { unseen }: HostFacts): string | undefined {
  return unseen.find((one) => one.what === what)?.words;
}

/**
 * Reports hosts on which certificates that are issued now would not be valid: by their clocks these are not valid yet,
 * or have expired. Members refuse each other then, and the kubelet restarts etcd forever. A clock that could not be
 * measured is not among them (`unseenFindings`).
 * @param leafDays days of validity of the certificates.
 */
export function clockFindings(members: readonly Member[], leafDays: number): Finding[] {
  return members.flatMap(({ name: host, facts: { clock } }) => {
    const fact = clock === undefined ? undefined : wrongBy(clock, leafDays);
    return fact === undefined
      ? []
      : [
          {
            code: 'clock-off',
            host,
            at: 'clock',
            fact,
            cause: 'The clock of the host or of the runner is wrong.',
            fix: 'Compare `date -u` on that host with `date -u` in a step of the workflow. Correct the wrong one with a time service (`systemctl enable --now chrony` or systemd-timesyncd), then run again.',
          },
        ];
  });
}

/** Returns undefined if the certificates would be valid as far as is known. */
function wrongBy({ offsetMs, uncertaintyMs }: ClockFact, leafDays: number): string | undefined {
  const behind = -offsetMs - uncertaintyMs;
  if (behind > backdate)
    return `its clock is at least ${duration(behind)} behind the runner's: certificates that a run issues now would not be valid on it yet.`;
  const ahead = offsetMs - uncertaintyMs;
  if (ahead >= leafDays * MILLISECONDS_A_DAY)
    return `its clock is at least ${duration(ahead)} ahead of the runner's: certificates that a run issues now for ${leafDays} days would already have expired on it.`;
  return undefined;
}
