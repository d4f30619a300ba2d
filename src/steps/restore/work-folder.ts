import { formatRestoredData, RESTORE_FILES, type RestoredData } from '../../facts/restored-data.ts';
import type { Finding } from '../../findings.ts';
import { quoteBash } from '../../hosts/bash.ts';
import {
  type DataPlaces,
  logFolder,
  RESTORE_FOLDER,
  restoreFolder,
  stagedPath,
} from '../../kubeadm/paths.ts';

const { snapshot, data, log, restored, placing, placed, made } = RESTORE_FILES;

/** Names of the units that work in the folder: one that restores, and the etcd of a drill. */
export const RESTORE_UNIT = 'etcd-ha-action-restore.service';
export const DRILL_UNIT = 'etcd-ha-action-drill.service';

/** Exit code: a folder of the data holds files that are not of the restore, or the place of its folder is taken. */
export const NOT_EMPTY = 20;
/** Exit codes of a start: a restore has not ended; there is no whole data of it. */
const RESTORE_THERE = 21;
const NOT_RESTORED = 22;

/**
 * Returns bash that sets `data_dir` and `work`, the folder of the restore in it, and these functions:
 *
 * `foreign FOLDER`: reports whether the folder holds more than that, and `lost+found` of a new file system.
 *
 * `require_own_folder`: ends the script if the place of the folder is taken by something else.
 *
 * `stop_units`: ends the units of a run that was killed.
 *
 * `discard_work`: removes the folder, and those that were made for it and are empty.
 */
export function workFolder(dataDir: string): string {
  return `
data_dir=${quoteBash(dataDir)} work=${quoteBash(restoreFolder(dataDir))}
foreign() { [ -d "$1" ] && [ -n "$(ls -A -- "$1" | grep -vxF -e lost+found -e ${RESTORE_FOLDER})" ]; }
require_own_folder() {
  if [ -L "$work" ] || { [ -e "$work" ] && ! [ -d "$work" ]; }; then echo "$work is no folder" >&2; exit ${NOT_EMPTY}; fi
}
stop_units() {
  local unit
  for unit in ${RESTORE_UNIT} ${DRILL_UNIT}; do
    if [ "$(systemctl show "$unit" -p LoadState --value)" = loaded ]; then systemctl stop "$unit" || true; fi
  done
}
discard_work() {
  local made=() folder
  if [ -L "$work" ] || ! [ -d "$work" ]; then return 0; fi
  if [ -f "$work"/${made} ]; then mapfile -t made < "$work"/${made}; fi
  rm -rf -- "$work" || return
  for folder in "\${made[@]}"; do rmdir -- "$folder" 2> /dev/null || break; done
}
`;
}

/** Exit codes: the tool failed; it ended well and a part of the data is missing. */
export const RESTORE_FAILED = 25;
export const DATA_MISSING = 26;

/** What a restored member is to be. */
export interface RestoreFlags {
  readonly memberName: string;
  readonly peerUrl: string;
  /** NAME=URL,… */
  readonly initialCluster: string;
  readonly token: string;
  /** Added to the revision, and everything older is marked compacted; 0: neither. */
  readonly bumpRevision: number;
  /** The log is to be in a folder of its own. */
  readonly ownLog: boolean;
  /** Seconds after which the unit is killed. */
  readonly seconds: number;
}

/**
 * Returns bash that restores the snapshot into the folder of the restore and flushes it to the disk, after
 * `choose_tool`. What an earlier attempt has left there is removed: a restore that failed leaves a database that etcd
 * would start on.
 *
 * The unit bounds its memory: the page cache of the database counts, so that the rest of the host keeps its own.
 */
export function restoreData(flags: RestoreFlags): string {
  const words = [
    `--name=${flags.memberName}`,
    `--initial-cluster=${flags.initialCluster}`,
    `--initial-cluster-token=${flags.token}`,
    `--initial-advertise-peer-urls=${flags.peerUrl}`,
    ...(flags.bumpRevision > 0 ? [`--bump-revision=${flags.bumpRevision}`, '--mark-compacted'] : []),
  ];
  const logArgument = flags.ownLog ? ` --wal-dir="$work/${log}"` : '';
  const logFolder = flags.ownLog ? `"$work/${log}"` : `"$work/${data}/member/wal"`;
  return `
rm -rf -- "$work/${data}" "$work/${log}" "$work"/${restored}*
sync -- "$work"
unit_log=$programs/restore.log
run_unit ${RESTORE_UNIT} '-p MemoryMax=512M -p CPUWeight=50 -p RuntimeMaxSec=${flags.seconds}' \\
  "$tool" snapshot restore "$work/${snapshot}" --data-dir="$work/${data}"${logArgument} ${words.map(quoteBash).join(' ')} || exit ${RESTORE_FAILED}
segments=(${logFolder}/*.wal)
if ! [ -s "$work/${data}/member/snap/db" ] || ! [ -s "\${segments[0]}" ]; then exit ${DATA_MISSING}; fi
parts=("$work/${data}")
if [ -d "$work/${log}" ]; then parts+=("$work/${log}"); fi
find "\${parts[@]}" -exec sync -- {} +
sync -- "$work"
`;
}

/** Bash for a member that founds a new cluster: ends the script if there is any data, or a restore. */
export const REQUIRE_EMPTY = `
for folder in "\${folders[@]}"; do if foreign "$folder"; then exit ${NOT_EMPTY}; fi; done
if [ -e "$work" ]; then exit ${RESTORE_THERE}; fi
`;

/**
 * Returns bash that ends the script unless the folder of the restore holds whole data with these values, and nothing
 * else is in the places of the data, apart from the parts that an interrupted start has moved there.
 */
export function requireRestored(values: RestoredData): string {
  return `
note=
if [ -f "$work"/${restored} ]; then IFS= read -r note < "$work"/${restored} || true; fi
if [ -L "$work" ] || [ "$note" != ${quoteBash(formatRestoredData(values))} ]; then exit ${NOT_RESTORED}; fi
if ! [ -e "$work"/${placing} ] && ! [ -e "$work"/${placed} ]; then
  for folder in "\${folders[@]}"; do if foreign "$folder"; then exit ${NOT_EMPTY}; fi; done
  if ! [ -s "$work/${data}/member/snap/db" ]; then exit ${NOT_RESTORED}; fi
elif ! [ -s "$work/${data}/member/snap/db" ] && ! [ -s "$data_dir/member/snap/db" ]; then exit ${NOT_RESTORED}
elif [ -e "$work/${data}/member" ] && [ -e "$data_dir/member" ]; then exit ${NOT_EMPTY}
fi
`;
}

/**
 * Returns bash that moves the restored data to its place, after {@link requireRestored} and once the folders are there.
 * Each part is moved by a rename, and may be moved already: no etcd runs on it before the manifest is in place. A log
 * with a folder of its own is on another file system, so it is copied beside its place first.
 */
export function placeRestored(places: DataPlaces): string {
  const { dataDir, walDir } = places;
  return `
if ! [ -e "$work"/${placed} ]; then
  if ! [ -e "$work"/${placing} ]; then : > "$work"/${placing}; sync -- "$work"/${placing} "$work"; fi
  ${walDir === undefined ? '' : placeLog(walDir, logFolder(places))}
  if [ -e "$work/${data}/member" ]; then
    mv -fT -- "$work/${data}/member" ${quoteBash(dataDir)}/member
    sync -- "$work/${data}" "$data_dir"
  fi
  mv -fT -- "$work"/${placing} "$work"/${placed}
  sync -- "$work"
fi
mapfile -d '' moved < <(find "$data_dir/member"${walDir === undefined ? '' : ` ${quoteBash(logFolder(places))}`} -print0)
relabel "\${moved[@]}"
`;
}

function placeLog(walDir: string, folder: string): string {
  const aside = quoteBash(stagedPath(folder));
  const place = quoteBash(folder);
  return `if [ -e "$work/${log}" ]; then
    if ! [ -e ${place} ]; then
      rm -rf -- ${aside}
      cp -a -- "$work/${log}" ${aside}
      find ${aside} -exec sync -- {} +
      mv -fT -- ${aside} ${place}
      sync -- ${quoteBash(walDir)}
    fi
    rm -rf -- "$work/${log}"
    sync -- "$work"
  fi`;
}

/** Explains why a member was not started; undefined for other exit codes. */
export function explainUnfinished(code: number | null): Omit<Finding, 'host' | 'at'> | undefined {
  switch (code) {
    case RESTORE_THERE:
      return {
        code: 'restore-unfinished',
        fact: 'its data dir holds a restore that has not ended; no etcd was started on it.',
        cause: 'A restore was cut off on this host.',
        fix: `Run the restore again. If it is no longer wanted, remove ${RESTORE_FOLDER} from the data dir and run again.`,
      };
    case NOT_RESTORED:
      return {
        code: 'restore-unfinished',
        fact: 'its data dir holds no whole data of this restore; no etcd was started on it.',
        cause: 'Another run, or a person, works on this host at the same time.',
        fix: 'Wait until the other is done, then run the restore again.',
      };
    default:
      return undefined;
  }
}
