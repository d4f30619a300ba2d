/** The folders on a host in which a member's data is. */
export interface DataPlaces {
  /** etcd's --data-dir. */
  readonly dataDir: string;
  /** Folder of the log, where it has one of its own; the log is in {@link logFolder} within it. */
  readonly walDir?: string;
}

/**
 * Where the write-ahead log is. With a folder of its own it lies in another one within that: etcd makes its log aside, as
 * `NAME.tmp`, removes the folder NAME and renames (server/storage/wal/wal.go, renameWAL), which neither a mount point nor
 * the way from one file system to another allows.
 */
export function logFolder({ dataDir, walDir }: DataPlaces): string {
  return walDir === undefined ? `${dataDir}/member/wal` : `${walDir}/wal`;
}

/** The folders that must be there, and be etcd's alone. */
export function dataFolders({ dataDir, walDir }: DataPlaces): readonly string[] {
  return walDir === undefined ? [dataDir] : [dataDir, walDir];
}

/** The two as properties, without one that is not there. */
export function placesOf({ dataDir, walDir }: DataPlaces): DataPlaces {
  return { dataDir, ...(walDir !== undefined && { walDir }) };
}
