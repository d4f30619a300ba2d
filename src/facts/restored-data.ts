import { fieldsOf } from '../text/json-fields.ts';
import { isToken } from './host-state.ts';

/** What the data in the folder of a restore was made from, and for whom. */
export interface RestoredData {
  /** SHA-256 of the snapshot, hex. */
  readonly sha256: string;
  /** initial-cluster-token of the new cluster. */
  readonly token: string;
  readonly memberName: string;
  /** Added to the revision; 0: nothing was. */
  readonly bumpRevision: number;
}

/** Files in the folder of a restore, see `restoreFolder`. */
export const RESTORE_FILES = {
  /** The database followed by its digest, as it was sent. */
  snapshot: 'snapshot.db',
  /** The restored data dir: `data/member`. */
  data: 'data',
  /** The restored log, if it has a folder of its own. */
  log: 'wal',
  /** Written once the data is whole: {@link RestoredData}. */
  restored: 'restored.json',
  /** Written before the first part of the data is moved to its place. */
  placing: 'placing',
  /** Written once all of it is there. */
  placed: 'placed',
  /** The folders that were made for the restore, the innermost first, one per line. */
  made: 'made',
} as const;

/** How far a restore has come on a host. */
export type RestoreStage = 'begun' | 'restored' | 'placing' | 'placed';

/** The folder of a restore on a host. */
export interface RestoreFact {
  /** `begun`: there is no whole data yet, though perhaps the snapshot. */
  readonly stage: RestoreStage;
  /** Absent before there is whole data, or if the note about it cannot be read. */
  readonly data?: RestoredData;
}

/** Formats the note in one line, always in the same way: scripts compare it. */
export function formatRestoredData({ sha256, token, memberName, bumpRevision }: RestoredData): string {
  return JSON.stringify({ schemaVersion: 1, sha256, token, memberName, bumpRevision });
}

/** Parses the note. Returns undefined for what is none, or is of a later form. */
export function parseRestoredData(text: string): RestoredData | undefined {
  const note = fieldsOf(text);
  if (note?.['schemaVersion'] !== 1) return undefined;
  const { sha256, token, memberName, bumpRevision } = note;
  const isNote =
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    isToken(token) &&
    typeof memberName === 'string' &&
    /^[\x21-\x7e]{1,253}$/.test(memberName) &&
    Number.isSafeInteger(bumpRevision) &&
    (bumpRevision as number) >= 0;
  return isNote ? { sha256, token, memberName, bumpRevision: bumpRevision as number } : undefined;
}
