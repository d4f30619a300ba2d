import type { TakenBackup } from '../backup/manifest.ts';
import { formatLastBackup } from '../facts/last-backup.ts';
import { quoteBash } from '../hosts/bash.ts';
import type { RemoteScript } from '../hosts/transport.ts';
import { ACTION_DIR, LAST_BACKUP, PRIVATE_MODE, stagedPath } from '../kubeadm/paths.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Notes on a host when the cluster was backed up last, for health checks. */
export interface NoteBackup extends StepOnHost {
  readonly kind: 'note-backup';
  /** Where the file stays, unless it is in the runner's folder for temporary files; else null. */
  readonly path: string | null;
  /** Name of the artifact that it is uploaded as, if it can be. */
  readonly artifact: string;
}

const title = 'note backup';

/** The kind of {@link NoteBackup}. Only a verified backup is noted, and only where the action has a folder. */
export const noteBackupStep: ScriptedKind<NoteBackup> = {
  title,
  onlyNotes: true,
  // what it notes is known when the backup is taken
  madeLate: true,
  script({ path, artifact }, { backups }) {
    const taken = backups.find(({ manifest }) => manifest.verified);
    const places = [path ?? [], taken?.artifact === undefined ? [] : `artifact ${artifact}`].flat();
    return { script: taken === undefined ? nothing : writeNote(taken, places.join(' and ')) };
  },
};

const nothing: RemoteScript = { title, effect: 'reads', timeoutMs: 30_000, script: 'true' };

/** Returns a script that writes the note aside and renames it, so that a lost power leaves the former one or this one. */
function writeNote({ manifest }: TakenBackup, place: string): RemoteScript {
  const { takenAt, revision, file } = manifest;
  const note = formatLastBackup({ takenAt, revision, sha256: file.sha256, place });
  const aside = quoteBash(stagedPath(LAST_BACKUP));
  return {
    title,
    effect: 'changes',
    timeoutMs: 30_000,
    script: `
[ -d ${quoteBash(ACTION_DIR)} ] || exit 0
if ! {
  ( umask 077; printf %s ${quoteBash(note)} > ${aside} ) && chmod ${PRIVATE_MODE} -- ${aside} && sync -- ${aside} &&
    mv -fT -- ${aside} ${quoteBash(LAST_BACKUP)}
}; then
  rm -f -- ${aside}
  exit 1
fi
sync -- ${quoteBash(ACTION_DIR)}
`,
  };
}
