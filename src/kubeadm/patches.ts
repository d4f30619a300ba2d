import { createHash } from 'node:crypto';
import { readYamlDocuments, toKubernetesYaml } from './yaml.ts';
import { PATCHES_DIR } from './paths.ts';

/** A patch of the static pod, as a file that kubeadm reads (cmd/kubeadm/app/util/patches/patches.go). */
export interface KubeadmPatch {
  /** `etcd`, a suffix, `+strategic`, `+merge` or `+json`, and the ending; kubeadm applies them sorted by it. */
  readonly name: string;
  readonly text: string;
}

/** The volume of the log, in the action's own patch. */
export const WAL_VOLUME = 'etcd-wal';

/**
 * The action's own patch, which mounts the folder of the log: kubeadm has no field for a second volume. A tilde sorts
 * behind all that the user's patches may be called, so that those find the pod as kubeadm makes it.
 */
const WAL_PATCH = 'etcd~wal-dir+strategic.yaml';

/**
 * All patches in the order in which kubeadm applies them: the user's, then the action's own.
 * @param walDir folder of the log; absent: it has none of its own.
 */
export function allPatches(
  patches: readonly KubeadmPatch[],
  walDir: string | undefined,
): readonly KubeadmPatch[] {
  return walDir === undefined ? patches : [...patches, { name: WAL_PATCH, text: walPatch(walDir) }];
}

function walPatch(walDir: string): string {
  return toKubernetesYaml({
    spec: {
      containers: [{ name: 'etcd', volumeMounts: [{ mountPath: walDir, name: WAL_VOLUME }] }],
      // not made where it is missing: etcd must not begin on an empty folder
      volumes: [{ name: WAL_VOLUME, hostPath: { path: walDir, type: 'Directory' } }],
    },
  });
}

/**
 * The folder on the hosts for exactly these patches; nothing where there are none. It is called after their digest: a
 * kubeadm configuration that names it says which patches it was made with, and files that are no longer asked for lie in
 * another one.
 */
export function patchFolder(patches: readonly KubeadmPatch[]): string | undefined {
  if (patches.length === 0) return undefined;
  const digest = createHash('sha256').update(JSON.stringify(patches.map(({ name, text }) => [name, text])));
  return `${PATCHES_DIR}/${digest.digest('hex').slice(0, 16)}`;
}

/** The files of the patches, by path. */
export function patchFiles(patches: readonly KubeadmPatch[]): Map<string, string> {
  const folder = patchFolder(patches) ?? '';
  return new Map(patches.map(({ name, text }) => [`${folder}/${name}`, text]));
}

/** How a patch is merged into the pod. */
export type PatchKind = 'strategic' | 'merge' | 'json';

/** The kind that the name of a patch's file says; nothing where kubeadm would not apply the file to etcd's pod as meant. */
export function patchKind(name: string): PatchKind | undefined {
  const match = /^etcd[A-Za-z0-9_-]{0,60}(?:\+(strategic|merge|json))?\.(?:yaml|json)$/.exec(name);
  return match === null ? undefined : ((match[1] ?? 'strategic') as PatchKind);
}

/** The folder of patches that a kubeadm configuration names; nothing where it names none or cannot be read. */
export function patchFolderIn(configuration: string): string | undefined {
  for (const document of readYamlDocuments(configuration)) {
    const { patches } = (document ?? {}) as { patches?: { directory?: unknown } | null };
    if (typeof patches?.directory === 'string') return patches.directory;
  }
  return undefined;
}
