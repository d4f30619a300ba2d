import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import { kindOf, type Step } from '../steps/index.ts';
import type { TouchedFile } from '../steps/planned-file.ts';

/** All paths that the steps on one host touch, each once, in the order of the first step that does. */
export function plannedFiles(steps: readonly Step[]): TouchedFile[] {
  const placesManifest = steps.some((step) => kindOf(step).replaces?.(step).includes(ETCD_MANIFEST));
  const files = new Map<string, TouchedFile>();
  for (const file of steps.flatMap((step) => kindOf(step).touches?.(step, { placesManifest }) ?? [])) {
    files.set(file.path, { ...files.get(file.path), ...file });
  }
  return [...files.values()];
}
