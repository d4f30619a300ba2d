import { type HostFacts, memberManifest, type PlaceFact } from '../facts/host.ts';
import type { Finding } from '../findings.ts';
import type { Settings } from '../inputs/settings.ts';
import {
  ACTION_DIR,
  ETCD_MANIFEST,
  expectedPkiTree,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  MANIFEST_DIR,
  PATCHES_DIR,
  STATE_FILE,
} from '../kubeadm/paths.ts';
import type { Member } from './members.ts';

/** kubelet's default ports (pkg/cluster/ports/ports.go): its API, and the health check that the action requests. */
const KUBELET_PORT = 10250;
const KUBELET_HEALTHZ_PORT = 10248;

/** The name for a port whose program `ss` does not name. */
const UNNAMED = 'unknown';

/** The inputs that determine the needed ports. */
export type PortSettings = Pick<Settings, 'clientPort' | 'peerPort' | 'metricsPort' | 'kubeletConfig'>;

/**
 * Reports whether etcd belongs on this host already: the action set it up, or it runs from a manifest written by hand.
 */
export function holdsMember({ facts }: { readonly facts: HostFacts }): boolean {
  if (facts.state !== 'absent') return true;
  const manifest = memberManifest(facts);
  return manifest !== undefined && facts.containers.some(({ running }) => running);
}

/**
 * Reports ports that etcd and kubelet need and another program uses. A deploy refuses them, and a preflight reports
 * them in the same words. A program without a name may be etcd or kubelet if these belong on the host already.
 */
export function takenPorts(member: Member, settings: PortSettings): Finding[] {
  const { name: host, facts } = member;
  const api = settings.kubeletConfig['port'];
  const wanted = [
    ...[settings.clientPort, settings.peerPort, settings.metricsPort].map((port) => ({
      port,
      owner: 'etcd',
    })),
    ...[typeof api === 'number' ? api : KUBELET_PORT, KUBELET_HEALTHZ_PORT].map((port) => ({
      port,
      owner: 'kubelet',
    })),
  ];
  return wanted.flatMap(({ port, owner }): Finding[] => {
    const program = facts.listeners.get(port);
    if (program === undefined || isOwn(program, owner, member)) return [];
    const look = `\`ss -ltnp 'sport = :${port}'\` shows it`;
    return [
      {
        code: 'port-taken',
        host,
        at: 'ports',
        fact: `TCP port ${port}, which ${owner} needs, is taken by "${program}".`,
        cause:
          program === owner
            ? 'Another etcd, which this action did not set up, runs on this host.'
            : 'Another service runs on this host.',
        fix:
          owner === 'kubelet'
            ? `Stop it or move it to another port (${look}).`
            : `Stop it if it is not needed (${look}), or choose other ports.`,
      },
    ];
  });
}

function isOwn(program: string, owner: string, member: Member): boolean {
  if (program === UNNAMED) return owner === 'kubelet' ? member.facts.kubelet.active : holdsMember(member);
  return program === owner && (owner === 'kubelet' || holdsMember(member));
}

/** The files that the action writes under their own names. */
const OWN_FILES: readonly string[] = [
  ...expectedPkiTree(true).keys(),
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  STATE_FILE,
];

/**
 * Refuses links and mounts on which a run would fail half-way, before anything is written. Folders may otherwise be
 * links or mounts: all reads and writes follow them.
 * @returns findings without the name of the host.
 */
export function placeFindings({ places = [], files }: Pick<HostFacts, 'places' | 'files'>): Finding[] {
  return [
    ...places.flatMap(noFolder),
    ...apart(places),
    ...OWN_FILES.filter((path) => files.get(path)?.kind === 'link').map(linkedFile),
  ];
}

function noFolder({ path, kind, resolved }: PlaceFact): Finding[] {
  if (kind === 'link' && resolved === undefined) {
    return [
      {
        code: 'folder-unusable',
        at: 'places',
        fact: `${path} is a link that does not lead to a folder.`,
        cause: 'Its target is on a disk that is not mounted, or was moved.',
        fix: 'Mount the disk, or point the link to the folder, and run again.',
      },
    ];
  }
  if (kind === 'link' && path === PATCHES_DIR) {
    return [
      {
        code: 'folder-unusable',
        at: 'places',
        fact: `${path} is a link, which the action does not follow.`,
        cause: 'The folder was moved by hand.',
        fix: 'Replace the link with the folder itself, and run again.',
      },
    ];
  }
  if (kind !== 'other') return [];
  return [
    {
      code: 'folder-unusable',
      at: 'places',
      fact: `${path} is not a folder.`,
      cause: 'There is a file where the folder belongs.',
      fix: 'Move the file elsewhere, and run again.',
    },
  ];
}

/**
 * Reports manifest folders on different mounts: a manifest is put in place by a rename, which works only within one
 * mount.
 */
function apart(places: readonly PlaceFact[]): Finding[] {
  const mountOf = (path: string): string | undefined =>
    places.find((place) => place.path === path)?.mountPoint;
  const ofManifests = mountOf(MANIFEST_DIR);
  const ofAction = mountOf(ACTION_DIR) ?? mountOf('/etc/kubernetes');
  if (ofManifests === undefined || ofAction === undefined || ofManifests === ofAction) return [];
  return [
    {
      code: 'manifest-folder-mounted',
      at: 'places',
      fact: `${MANIFEST_DIR} is on the mount ${ofManifests} and ${ACTION_DIR} on ${ofAction}, so a manifest cannot be moved there in one step.`,
      cause:
        'A file system is mounted on one of the two folders, or one of them is a link to another file system.',
      fix: 'Put both on one mount: mount /etc/kubernetes as a whole, or make both plain folders in it. Move the files while kubelet is stopped.',
    },
  ];
}

function linkedFile(path: string): Finding {
  return {
    code: 'file-is-link',
    at: 'places',
    fact: `${path} is a symbolic link, but the action manages the file itself.`,
    cause: 'The file is kept elsewhere, by hand or by configuration management.',
    fix: `Replace the link with the file (\`cp -p --remove-destination "$(readlink -f ${path})" ${path}\`), and run again.`,
  };
}
