import type { MemberDocument } from '../../health/document.ts';
import { duration } from '../markdown.ts';
import { missing, size } from './words.ts';

/** Milliseconds for people, `–` for what could not be seen. */
export function durationOrMissing(milliseconds: number | null | undefined): string {
  return milliseconds === null || milliseconds === undefined ? missing : duration(milliseconds);
}

/** The database in use, of its size, of its quota: `187 MiB / 212 MiB / 2.0 GiB`. */
export function databaseOf({ dbSizeInUseBytes, dbSizeBytes, quotaBytes }: MemberDocument): string {
  const figures = [dbSizeInUseBytes, dbSizeBytes, quotaBytes];
  if (figures.every((figure) => figure === null)) return missing;
  return figures.map((figure) => (figure === null ? missing : size(figure))).join(' / ');
}

/** What a member is to the others and its main figures, in one line; without what could not be seen. */
export function figuresLine(member: MemberDocument): string {
  const { role, version, readMs, walFsync, dbSizeInUseBytes, quotaBytes, raftLag } = member;
  return [
    ...(role === null ? [] : [role]),
    ...(version === null ? [] : [version]),
    ...(readMs === null ? [] : [`read ${duration(readMs)}`]),
    ...(walFsync === null ? [] : [`fsync p99 ${duration(walFsync.p99Ms)}`]),
    ...(dbSizeInUseBytes === null || quotaBytes === null
      ? []
      : [`db ${size(dbSizeInUseBytes)} of ${size(quotaBytes)}`]),
    ...(raftLag === null ? [] : [`lag ${raftLag}`]),
  ].join(', ');
}
