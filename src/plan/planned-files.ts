import { PRIVATE_MODE } from '../kubeadm/file-tree.ts';
import { CA_KEY, ETCD_MANIFEST, STATE_FILE } from '../kubeadm/paths.ts';
import type { FileContent, RenderManifest, Step } from '../cluster/plan.ts';

/** A path that a plan touches, as it will be in the end. */
export interface TouchedFile {
  readonly path: string;
  /** Permission bits in octal. */
  readonly mode: string;
  /** Absent: its contents stay as they are. `nothing`: it is removed. */
  readonly content?:
    FileContent | { readonly from: 'kubeadm'; readonly step: RenderManifest } | { readonly from: 'nothing' };
}

/** All paths that the steps on one host touch, each once, in the order of the first step that does. */
export function plannedFiles(steps: readonly Step[]): TouchedFile[] {
  const files = new Map<string, TouchedFile>();
  const put = (file: TouchedFile): void => void files.set(file.path, { ...files.get(file.path), ...file });
  for (const step of steps) {
    switch (step.kind) {
      case 'deliver-files':
        step.files.forEach(put);
        break;
      case 'set-modes':
        step.modes.forEach((mode, path) => put({ path, mode }));
        break;
      case 'render-manifest':
        if (placesManifest(steps)) {
          put({ path: ETCD_MANIFEST, mode: PRIVATE_MODE, content: { from: 'kubeadm', step } });
        }
        break;
      case 'remove-authority-key':
        put({ path: CA_KEY, mode: PRIVATE_MODE, content: { from: 'nothing' } });
        break;
      case 'record-member':
        put({ path: STATE_FILE, mode: PRIVATE_MODE, content: { from: 'state' } });
        break;
      case 'start-kubelet':
      case 'await-kubelet':
      case 'pull-image':
      case 'import-image':
      case 'verify-files':
      case 'start-member':
      case 'move-leadership':
      case 'restart-member':
      case 'prove-served':
      case 'prove-client':
    }
  }
  return [...files.values()];
}

/** kubeadm renders aside; only these steps put the result where kubelet reads it. */
function placesManifest(steps: readonly Step[]): boolean {
  return steps.some(
    (step) => step.kind === 'restart-member' || (step.kind === 'start-member' && step.placeManifest),
  );
}
