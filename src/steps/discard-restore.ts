import { quoteBash } from '../hosts/bash.ts';
import type { RemoteScript } from '../hosts/transport.ts';
import { RESTORE_PROGRAMS } from '../kubeadm/paths.ts';
import { workFolder } from './restore/work-folder.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Removes what a restore has left beside the data, once the cluster is verified. */
export interface DiscardRestore extends StepOnHost {
  readonly kind: 'discard-restore';
  readonly dataDir: string;
}

const title = 'discard restore files';

/** The kind of {@link DiscardRestore}. */
export const discardRestoreStep: ScriptedKind<DiscardRestore> = {
  title,
  onlyNotes: true,
  script({ dataDir }) {
    return { script: discardRestore(dataDir) };
  },
};

/** Returns a script that removes the folder of the restore with the snapshot, and the programs. */
export function discardRestore(dataDir: string): RemoteScript {
  return {
    title,
    effect: 'changes',
    timeoutMs: 120_000,
    script: `${workFolder(dataDir)}
stop_units
discard_work
rm -rf -- ${quoteBash(RESTORE_PROGRAMS)}
if [ -d "$data_dir" ]; then sync -- "$data_dir"; fi
`,
  };
}
