import type { Finding } from '../findings.ts';
import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import type { FactName, HostFacts, MissingFact } from '../facts/host.ts';
import type { Member } from './members.ts';
import { missingEssentials } from './prerequisites.ts';

/** The purpose for which a decision needs a fact. */
export type Purpose =
  /** For every verdict. */
  | 'verdict'
  /** A host gets an image if it lacks it. */
  | 'image'
  /** A new member is begun. */
  | 'create'
  /** A member is started without a gate, because it does not run. */
  | 'start'
  /** Certificates are made. */
  | 'sign';

interface Need {
  readonly purposes: readonly Purpose[];
  /** What is unknown without the fact, in a message's words. */
  readonly unknown: string;
}

/** The purposes for which a deploy needs each fact, and why. */
const NEEDS: Readonly<Record<FactName, Need>> = {
  // A member that is mistaken for stopped would be started without a gate, all members at the same time.
  containers: { purposes: ['verdict'], unknown: 'whether etcd runs there' },
  // An image that exists would be pulled from a registry that the host may not reach.
  images: { purposes: ['image'], unknown: 'whether the image of etcd is there' },
  // The kubelet would be configured for another runtime or cgroup driver, and end all its pods.
  runtime: { purposes: ['verdict'], unknown: 'which container runtime runs there, and its cgroup driver' },
  // A kubelet that is mistaken for stopped would be restarted.
  kubelet: { purposes: ['verdict'], unknown: 'whether its kubelet runs' },
  // It renders the manifest, and its release determines the etcd that it ships.
  kubeadm: { purposes: ['verdict'], unknown: 'which release of kubeadm it has, and which etcd that ships' },
  // A member would be mistaken for an empty host, an existing CA for none.
  files: { purposes: ['verdict'], unknown: 'which files of a member are there' },
  // An unchanged file would be mistaken for an edited one, and the member restarted.
  digests: { purposes: ['verdict'], unknown: 'whether its files are still those of the last run' },
  // A member with data would be mistaken for a new one.
  'data-dir': { purposes: ['verdict'], unknown: "whether it holds a member's data" },
  addresses: { purposes: ['create'], unknown: 'whether its address is its own' },
  // The second witness, besides the container runtime, for an etcd that does not run.
  listeners: { purposes: ['create', 'start'], unknown: "whether something listens on etcd's ports" },
  reach: { purposes: ['create'], unknown: 'whether it reaches the other hosts' },
  // Certificates may not be valid there, and its etcd never starts with them.
  clock: { purposes: ['sign'], unknown: 'whether certificates that a run issues now are valid there' },
};

/**
 * Refuses a decision without facts that it needs and that could not be observed: unknown is never taken for absent. If
 * a missing program is the reason, its absence is reported instead.
 */
export function unseenFindings(members: readonly Member[], purpose: Purpose): Finding[] {
  return members.flatMap((member) => {
    const needed = member.facts.unseen.filter(({ what }) => NEEDS[what].purposes.includes(purpose));
    const unexplained = needed.filter(({ what }) => !isExplained(what, member.facts));
    return [
      ...(unexplained.length < needed.length ? missingEssentials(member) : []),
      ...unexplained.map((unseen) => findingOf(member.name, unseen)),
    ];
  });
}

/**
 * Refuses a deploy without the facts of every verdict, unless other findings explain them: a preflight already has the
 * essentials in its findings.
 */
export function silentPrograms(members: readonly Member[]): Finding[] {
  return members.flatMap(({ name, facts }) =>
    facts.unseen
      .filter(({ what }) => NEEDS[what].purposes.includes('verdict') && !isExplained(what, facts))
      .map((unseen) => findingOf(name, unseen)),
  );
}

/**
 * Reports whether {@link missingEssentials} explains it already: the program is missing, or kubeadm or the runtime gave
 * an error.
 */
function isExplained(what: FactName, facts: HostFacts): boolean {
  switch (what) {
    case 'kubeadm':
      return facts.kubeadmVersion === undefined || facts.etcdImage === undefined;
    case 'kubelet':
      return !facts.systemd;
    case 'containers':
    case 'images':
      return facts.crictlPath === undefined || facts.runtime.runtime === undefined;
    case 'runtime':
      return facts.runtime.runtime === undefined;
    default:
      return false;
  }
}

function findingOf(host: string, { what, program, words }: MissingFact): Finding {
  return {
    code: 'host-state-unknown',
    host,
    at: 'probe',
    fact: `\`${program}\` gave no usable answer, so it is unknown ${NEEDS[what].unknown}: ${words === '' ? 'it said nothing' : words.replace(/[.\s]+$/, '')}.`,
    cause: 'The program failed, took too long, or its release answers in another format.',
    fix: `Run \`${program}\` as root on that host and read its error; once it answers, run again.`,
  };
}

/**
 * Refuses files that exist and whose contents the probe did not return: such a file is neither missing nor changed, and
 * is not replaced.
 * @param read paths of the public files whose text the decision compares.
 */
export function unreadFindings(members: readonly Member[], read: readonly string[]): Finding[] {
  return members.flatMap(({ name, facts: { files } }) =>
    read.flatMap((path) => {
      const file = files.get(path);
      if (file?.kind !== 'file' || (file.text !== undefined && file.sha256 !== undefined)) return [];
      return [
        {
          code: 'host-state-unknown',
          host: name,
          at: 'probe',
          fact: `${path} is there (${file.size} bytes), but its contents could not be read.`,
          cause: 'It is larger than 256 KiB, or reading it failed.',
          fix: `Check it on that host (\`ls -l ${path}\`, \`head ${path}\`)${path === ETCD_MANIFEST ? ', and do not touch etcd meanwhile' : ''}; once it is readable, run again.`,
        },
      ];
    }),
  );
}
