import type { PlannedFile } from '../cluster/planned-cluster.ts';
import { putFiles } from './put-files.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Puts files in place: written aside, fsynced, renamed, folder fsynced; root:root. */
export interface DeliverFiles extends StepOnHost {
  readonly kind: 'deliver-files';
  readonly files: readonly PlannedFile[];
}

/** The kind of {@link DeliverFiles}. The replaced files must be those that the run has read. */
export const deliverFilesStep: ScriptedKind<DeliverFiles> = {
  title: 'deliver files',
  touches({ files }) {
    return files;
  },
  replaces({ files }) {
    return files.map(({ path }) => path);
  },
  // It names the files that it replaces, and an earlier step may have put them there.
  madeLate: true,
  keepsAuthority({ files }) {
    return files.some(({ content }) => content.from === 'authority' && content.part === 'key');
  },
  bringsSigned({ files }) {
    return files.some(({ content }) => content.from === 'leaf');
  },
  script({ host, files }, context) {
    return putFiles(host, files, 'bootstrapping', context);
  },
};
