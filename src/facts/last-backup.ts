import { fieldsOf } from '../text/json-fields.ts';
import { printable } from '../text/printable.ts';

/** The text is the host's, and goes into reports. */
const LONGEST_PLACE = 300;

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** The last verified backup of the cluster, as noted on each host. */
export interface LastBackup {
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly revision: number;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  /** Where the run has put the file, in words. */
  readonly place: string;
}

/** Formats the note. Its first field is the version of its form. */
export function formatLastBackup(last: LastBackup): string {
  return `${JSON.stringify({ schemaVersion: 1, ...last })}\n`;
}

/** Parses the note. Returns undefined for what is none, or is of a later form. */
export function parseLastBackup(text: string): LastBackup | undefined {
  const note = fieldsOf(text);
  if (note?.['schemaVersion'] !== 1) return undefined;
  const { takenAt, revision, sha256, place } = note;
  const isNote =
    typeof takenAt === 'string' &&
    TIME.test(takenAt) &&
    !Number.isNaN(Date.parse(takenAt)) &&
    Number.isSafeInteger(revision) &&
    (revision as number) > 0 &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    typeof place === 'string';
  return isNote
    ? { takenAt, revision: revision as number, sha256, place: printable(place, LONGEST_PLACE) }
    : undefined;
}
