import {
  ACTION_DIR,
  type DataPlaces,
  ETCD_MANIFEST,
  GUIDE_KUBELET_CONFIG,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  KUBELET_DROP_IN_DIR,
  LOCK_FILE,
  MANIFEST_DIR,
  NODE_MARKS,
  PATCHES_DIR,
  PKI_DIR,
  STATE_FILE,
} from '../../kubeadm/paths.ts';
import { BLANK_LOG_FUNCTION, quote } from '../bash.ts';

/** Public files whose contents the action reads. Never a key. */
export const PUBLIC_FILES: readonly string[] = [
  STATE_FILE,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  GUIDE_KUBELET_CONFIG,
  ETCD_MANIFEST,
];
/** Contents of files of this size, in bytes, and of larger ones are not read. */
export const TEXT_LIMIT = 262_144;
/** Larger files than this many bytes have no digest: `find -size -256k` counts begun KiB. */
export const DIGEST_LIMIT = 255 * 1024;

const PKI_ETCD_DIR = `${PKI_DIR}/etcd`;

/** Folders whose files the action compares. Below these, and nowhere else, what it looks for is found by name. */
export const DIGEST_ROOTS: readonly string[] = [PKI_DIR, ACTION_DIR, KUBELET_DROP_IN_DIR, ETCD_MANIFEST];
const TREE_ROOTS = [MANIFEST_DIR, PKI_DIR, ACTION_DIR, KUBELET_DROP_IN_DIR, ...NODE_MARKS];
/** Folders in which the action writes, with the place from which /etc/kubernetes is led elsewhere. */
export const PLACES: readonly string[] = [
  '/etc/kubernetes',
  MANIFEST_DIR,
  PKI_DIR,
  PKI_ETCD_DIR,
  ACTION_DIR,
  PATCHES_DIR,
  KUBELET_DROP_IN_DIR,
];

/** How deep below its roots a listing looks; patches lie this deep. */
const DEPTH = 3;

/** Seconds that the listing of files, their digests, and the look at the data may take. */
const PATIENCE_SECONDS = 15;

const words = (paths: readonly string[]): string => paths.map(quote).join(' ');

/** Where a member's data is, as the variables that {@link BEGIN_FILES} reads. */
export function placeVariables({ dataDir, walDir = '' }: DataPlaces): string {
  return `data_dir=${quote(dataDir)} wal_dir=${quote(walDir)}`;
}

/**
 * Begins to look at files and at the data, behind {@link placeVariables}.
 *
 * The tree is not listed from /etc/kubernetes on, where anything may lie by the thousand, but from the folders and files that
 * matter. A root that is a link is followed (`-H`), and one that is a mount of its own listed, as the scripts that write
 * follow both; `pki/etcd` is a root of its own where it is a link. Of a link the mode is that of what it leads to.
 *
 * Of the data, names are not told: whether something is there is all that is needed.
 */
export const BEGIN_FILES = `${BLANK_LOG_FUNCTION}
roots_of() { # PATH…: sets \`roots\` to those that are there
  local path
  roots=()
  for path; do
    if [ -e "$path" ] || [ -L "$path" ]; then roots+=("$path"); fi
    if [ "$path" = ${PKI_DIR} ] && [ -L ${PKI_ETCD_DIR} ]; then roots+=(${PKI_ETCD_DIR}); fi
  done
}
digests() { # sha256sum of busybox and of uutils before 0.1 knows no -z; without it a name with a line break is not told plainly
  find -H "\${roots[@]}" -ignore_readdir_race -maxdepth ${DEPTH} -type f -size -256k -exec sha256sum -z {} + ||
    find -H "\${roots[@]}" -maxdepth ${DEPTH} -type f -size -256k ! -name $'*[\\n\\\\\\\\]*' -exec sha256sum {} +
}
places() { # PATH…: what it is, where it leads, and on which mount that is
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
  find -H "\${folders[@]}" -maxdepth 1 ! -name lost+found -printf '%d %m %H\\0' || return
  has_blank_log "\${wal_dir:-$data_dir/member}/wal"
  case $? in 0) section data-dir.blank-log ;; 1) ;; *) return 1 ;; esac
}
begin_program data-dir ${PATIENCE_SECONDS} data
roots_of ${words(TREE_ROOTS)}
section tree.roots
if [ "\${#roots[@]}" -gt 0 ]; then
  printf '%s\\0' "\${roots[@]}"
  begin_program tree ${PATIENCE_SECONDS} find -H "\${roots[@]}" -ignore_readdir_race -maxdepth ${DEPTH} -printf '%y %m %U:%G %s %p\\0'
fi
roots_of ${words(DIGEST_ROOTS)}
if [ "\${#roots[@]}" -gt 0 ]; then begin_program digests ${PATIENCE_SECONDS} digests; fi
begin places places ${words(PLACES)} "$data_dir" \${wal_dir:+"$wal_dir"}
`;

/** Contents of public files, and the lock. */
export const LOOK_AT_FILES = `
while read -r size file; do
  if [ -f "$file" ] && [ "$size" -lt ${TEXT_LIMIT} ]; then section "text:$file"; show "$file"; fi
done < <(stat -Lc '%s %n' -- ${words(PUBLIC_FILES)} ${quote(PKI_ETCD_DIR)}/*.crt ${quote(PKI_DIR)}/apiserver-etcd-client.crt ${quote(PATCHES_DIR)}/*/* 2>/dev/null)
if [ -e ${quote(LOCK_FILE)} ]; then section lock; fi
`;
