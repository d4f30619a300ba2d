import {
  ACTION_DIR,
  type DataPlaces,
  ETCD_MANIFEST,
  GUIDE_KUBELET_CONFIG,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  KUBELET_DROP_IN_DIR,
  LAST_BACKUP,
  LOCK_FILE,
  MANIFEST_DIR,
  NODE_MARKS,
  PATCHES_DIR,
  PKI_DIR,
  RESTORE_FOLDER,
  STATE_FILE,
} from '../../kubeadm/paths.ts';
import { RESTORE_FILES } from '../../facts/restored-data.ts';
import { BLANK_LOG_FUNCTION, quoteBash } from '../bash.ts';

/** Public files whose contents the action reads. Never a key. */
export const PUBLIC_FILES: readonly string[] = [
  STATE_FILE,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  GUIDE_KUBELET_CONFIG,
  ETCD_MANIFEST,
  LAST_BACKUP,
];
/** Maximum size in bytes, exclusive, of a file whose contents are read. */
export const TEXT_LIMIT = 262_144;
/** Maximum size in bytes of a file with a digest: `find -size -256k` rounds up to whole KiB. */
export const DIGEST_LIMIT = 255 * 1024;

const PKI_ETCD_DIR = `${PKI_DIR}/etcd`;

/** Folders whose files the action compares. Only below these are files found by name. */
export const DIGEST_ROOTS: readonly string[] = [PKI_DIR, ACTION_DIR, KUBELET_DROP_IN_DIR, ETCD_MANIFEST];
const TREE_ROOTS = [MANIFEST_DIR, PKI_DIR, ACTION_DIR, KUBELET_DROP_IN_DIR, ...NODE_MARKS];
/** Folders in which the action writes, and /etc/kubernetes, which may be a link. */
export const WRITTEN_FOLDERS: readonly string[] = [
  '/etc/kubernetes',
  MANIFEST_DIR,
  PKI_DIR,
  PKI_ETCD_DIR,
  ACTION_DIR,
  PATCHES_DIR,
  KUBELET_DROP_IN_DIR,
];

/** Maximum length of the note of a restore. */
const RESTORE_NOTE_LIMIT = 1024;

/** Depth of a listing below its roots; patches are this deep. */
const LISTING_DEPTH = 3;

/** Seconds that the listing of files, their digests, and the probe of the data may take. */
const LISTING_TIMEOUT_SECONDS = 15;

const quoteAll = (paths: readonly string[]): string => paths.map(quoteBash).join(' ');

/** Returns the locations of a member's data, as the variables that {@link START_FILES} reads. */
export function placeVariables({ dataDir, walDir = '' }: DataPlaces): string {
  return `data_dir=${quoteBash(dataDir)} wal_dir=${quoteBash(walDir)}`;
}

/**
 * Starts listing files and data, after {@link placeVariables}.
 *
 * The listing does not start from /etc/kubernetes, which may hold thousands of other files, but from the folders and
 * files that matter. Like the scripts that write, it follows a root that is a link (`-H`) and lists one that is a
 * mount; `pki/etcd` is a root of its own if it is a link. The mode of a link is that of its target.
 *
 * The names of data files are not reported, only whether there are any.
 */
export const START_FILES = `${BLANK_LOG_FUNCTION}
roots_of() { # PATH…: sets \`roots\` to the existing ones
  local path
  roots=()
  for path; do
    if [ -e "$path" ] || [ -L "$path" ]; then roots+=("$path"); fi
    if [ "$path" = ${PKI_DIR} ] && [ -L ${PKI_ETCD_DIR} ]; then roots+=(${PKI_ETCD_DIR}); fi
  done
}
digests() { # sha256sum of busybox and of uutils before 0.1 has no -z; without it a name with a line break is escaped
  find -H "\${roots[@]}" -ignore_readdir_race -maxdepth ${LISTING_DEPTH} -type f -size -256k -exec sha256sum -z {} + ||
    find -H "\${roots[@]}" -maxdepth ${LISTING_DEPTH} -type f -size -256k ! -name $'*[\\n\\\\\\\\]*' -exec sha256sum {} +
}
places() { # PATH…: type, resolved path and mount point
  local path kind mounts=() all real mount name
  mapfile -t mounts < /proc/self/mountinfo
  all=\${mounts[*]}
  for path; do
    real='' mount='' kind=other
    if [ -L "$path" ]; then kind=link; elif [ -d "$path" ]; then kind=folder; elif [ ! -e "$path" ]; then kind=nothing; fi
    if [ -d "$path" ] && cd -P -- "$path"; then
      real=$PWD mount=$PWD
      while [ "$mount" != / ]; do
        name=\${mount//\\\\/\\\\134} name=\${name// /\\\\040}
        if [[ $all == *" $name r"[ow]* ]]; then break; fi
        mount=\${mount%/*} mount=\${mount:-/}
      done
    fi
    printf '%s\\0' "$kind" "$path" "$real" "$mount"
  done
}
restore() { # FOLDER: how far a restore has come, and its note
  local stage=begun note=''
  if ! [ -d "$1" ]; then return 0; fi
  if [ -e "$1"/${RESTORE_FILES.placed} ]; then stage=placed
  elif [ -e "$1"/${RESTORE_FILES.placing} ]; then stage=placing
  elif [ -e "$1"/${RESTORE_FILES.restored} ]; then stage=restored
  fi
  if [ "$stage" != begun ]; then IFS= read -r -n ${RESTORE_NOTE_LIMIT} note < "$1"/${RESTORE_FILES.restored} || true; fi
  printf 'restore %s %s\\0' "$stage" "$note"
}
data() {
  local role folder words there absent='' folders=()
  for role in data-dir wal-dir log other-log; do
    case $role in
      log) folder=\${wal_dir:-$data_dir/member}/wal ;;
      wal-dir) folder=$wal_dir ;;
      data-dir) folder=$data_dir ;;
      other-log) folder=\${wal_dir:+$data_dir/member/wal} ;;
    esac
    if [ -z "$folder" ]; then continue; fi
    there=yes
    if [ ! -d "$folder" ]; then
      if [[ $absent == *"|\${folder%/member/wal}|"* || $absent == *"|\${folder%/wal}|"* ]]; then there=no
      elif ! words=$(cd -- "$folder" 2>&1); then
        case $words in *'No such file or directory' | *'Not a directory') there=no ;; *) printf '%s\\n' "$words" >&2; return 1 ;; esac
        absent+="|$folder|"
      fi
    fi
    printf '%s %s %s\\0' "$role" "$there" "$folder"
    if [ "$there" = yes ]; then folders+=("$folder"); fi
  done
  if [ "\${#folders[@]}" = 0 ]; then return; fi
  find -H "\${folders[@]}" -maxdepth 1 ! -name lost+found ! -name ${RESTORE_FOLDER} -printf '%d %m %H\\0' -o -name ${RESTORE_FOLDER} -printf 'restore-folder %H\\0' || return
  restore "$data_dir"/${RESTORE_FOLDER} || return
  has_blank_log "\${wal_dir:-$data_dir/member}/wal"
  case $? in 0) section data-dir.blank-log ;; 1) ;; *) return 1 ;; esac
}
begin_program data-dir ${LISTING_TIMEOUT_SECONDS} data
roots_of ${quoteAll(TREE_ROOTS)}
section tree.roots
if [ "\${#roots[@]}" -gt 0 ]; then
  printf '%s\\0' "\${roots[@]}"
  begin_program tree ${LISTING_TIMEOUT_SECONDS} find -H "\${roots[@]}" -ignore_readdir_race -maxdepth ${LISTING_DEPTH} -printf '%y %m %U:%G %s %p\\0'
fi
roots_of ${quoteAll(DIGEST_ROOTS)}
if [ "\${#roots[@]}" -gt 0 ]; then begin_program digests ${LISTING_TIMEOUT_SECONDS} digests; fi
begin places places ${quoteAll(WRITTEN_FOLDERS)} "$data_dir" \${wal_dir:+"$wal_dir"}
`;

/** Prints the contents of public files, and the lock. */
export const PRINT_FILES = `
while read -r size file; do
  if [ -f "$file" ] && [ "$size" -lt ${TEXT_LIMIT} ]; then section "text:$file"; show "$file"; fi
done < <(stat -Lc '%s %n' -- ${quoteAll(PUBLIC_FILES)} ${quoteBash(PKI_ETCD_DIR)}/*.crt ${quoteBash(PKI_DIR)}/apiserver-etcd-client.crt ${quoteBash(PATCHES_DIR)}/*/* 2>/dev/null)
if [ -e ${quoteBash(LOCK_FILE)} ]; then section lock; fi
`;
