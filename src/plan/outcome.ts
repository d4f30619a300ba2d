import type { FileFact } from '../cluster/host-facts.ts';
import type { FileChange } from './document.ts';
import type { TouchedFile } from '../steps/planned-file.ts';

const ROOT = '0:0';

/** A change of contents; `replace` unless nothing is there, or it is called otherwise. */
export function changeOf(
  { path, mode }: TouchedFile,
  present: FileFact | undefined,
  told: {
    readonly change?: FileChange['change'];
    readonly diff?: string;
    readonly notes: readonly string[];
  },
): FileChange {
  return {
    path,
    change: told.change ?? (present === undefined ? 'create' : 'replace'),
    mode,
    ...(told.diff === undefined ? {} : { diff: told.diff }),
    ...(told.notes.length === 0 ? {} : { note: told.notes.join('; ') }),
  };
}

/** A change of mode and owner only; `undefined` when both are as planned. */
export function modeChange(file: TouchedFile, present: FileFact | undefined): FileChange | undefined {
  const notes = attributeNotes(file, present);
  if (present !== undefined && notes.length === 0) return undefined;
  return changeOf(file, present, { change: 'mode', notes });
}

/** What mode and owner were, where they change. */
export function attributeNotes({ mode }: TouchedFile, present: FileFact | undefined): string[] {
  if (present === undefined) return [];
  return [
    ...(Number.parseInt(present.mode, 8) === Number.parseInt(mode, 8) ? [] : [`mode was ${present.mode}`]),
    ...(present.owner === ROOT ? [] : [`owner was ${present.owner}`]),
  ];
}
