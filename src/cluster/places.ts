import type { Finding } from '../findings.ts';
import { expectedPkiTree } from '../kubeadm/file-tree.ts';
import {
  ACTION_DIR,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  MANIFEST_DIR,
  PATCHES_DIR,
  STATE_FILE,
} from '../kubeadm/paths.ts';
import type { HostFacts, PlaceFact } from '../facts/host.ts';

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
        fact: `${path} is a broken link.`,
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
