import { expectedPkiTree } from '../../kubeadm/file-tree.ts';
import {
  ACTION_DIR,
  type DataPlaces,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  KUBELET_DROP_IN_DIR,
  MANIFEST_DIR,
  PKI_DIR,
  RUN_DIR,
  STATE_FILE,
} from '../../kubeadm/paths.ts';
import { loopbackOf } from '../../etcd/endpoint.ts';
import { PROBE_OUTPUT, type RemoteScript } from '../transport.ts';
import { quote } from '../bash.ts';
import { SECTIONS } from './sections.ts';

/** What the preflight probe has to be told. */
export interface PreflightQuestion extends DataPlaces {
  /** The host's own address, and those of the others. */
  readonly address: string;
  readonly peers: readonly string[];
  /** Ports to time connects to on each of the others. */
  readonly ports: readonly number[];
  /** Where a member that runs on this host shows its metrics. */
  readonly metricsPort: number;
  /** The file that kubelet reads resolvers from; empty: none. */
  readonly resolvConf: string;
}

/** Where a deploy writes files, beside the data dir and the folder of the log. What is not there yet counts by the folder that is to hold it. */
const WRITTEN = [
  RUN_DIR,
  '/etc/systemd/system',
  KUBELET_DROP_IN_DIR,
  KUBELET_DROP_IN,
  KUBELET_CONFIG,
  '/etc/kubernetes',
  MANIFEST_DIR,
  ETCD_MANIFEST,
  PKI_DIR,
  ...expectedPkiTree(true).keys(),
  ACTION_DIR,
  KUBEADM_CONFIG,
  STATE_FILE,
];

/** Folders whose file systems have to have room for small files. */
const SMALL_FILES = ['/run', '/etc/kubernetes', '/etc/systemd/system'];

/** Tries per port, while nothing listens there. */
const CONNECTS = 5;
/** Tries on a port that is open: a member writes a line into its log for each connection without a TLS handshake. */
const CONNECTS_WHEN_OPEN = 2;
/** Seconds for all tries on one port; those that came to an end by then count. */
const CONNECT_TIMEOUT_SECONDS = 2;

/** Where the kernel's control groups are mounted. */
const CGROUP_ROOT = '/sys/fs/cgroup';
/** How many left-over keys are named; one more is asked for, which tells that there are more. */
export const MOST_LEFTOVERS = 100;

/** The keys that the guide makes (kubeadm's certlist.go, the etcd part). Others in such folders are none of ours. */
const KEY_NAMES = ['ca.key', 'server.key', 'peer.key', 'healthcheck-client.key', 'apiserver-etcd-client.key'];

/**
 * Reads what the ordinary probe leaves out. Nothing on the host is changed, not even for a moment: no temporary file.
 * @see SECTIONS for the form of its answer.
 */
export function preflightProbe(question: PreflightQuestion): RemoteScript {
  return {
    title: 'preflight probe',
    effect: 'reads',
    script: script(question),
    timeoutMs: 30_000,
    mostOutput: PROBE_OUTPUT,
  };
}

function script({
  address,
  peers,
  ports,
  metricsPort,
  resolvConf,
  dataDir,
  walDir,
}: PreflightQuestion): string {
  const targets = peers.flatMap((peer) => ports.map((port) => `${quote(peer)} ${port}`));
  const guideFolders = [address, ...peers].map((each) => `/tmp/${each}`);
  return `
set +e +o pipefail # what cannot be read is left out of the answer
${SECTIONS}
connect_times() {
  ${targets.map((target) => `timeout ${CONNECT_TIMEOUT_SECONDS} bash -c ${quote(CONNECT_LOOP)} ${target} &`).join('\n  ')}
  wait
}
# What it says instead of its version is the reason, so its errors belong to the answer.
kubelet_version() { timeout 10 kubelet --version 2>&1 || printf 'it ended with exit code %s\\n' "$?"; }
metrics() {
  { exec 3<> /dev/tcp/${loopbackOf(address)}/${metricsPort}; } 2>/dev/null || return
  printf 'GET /metrics HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3
  timeout 2 grep -aE '^etcd_(server_version|disk_wal_fsync_duration_seconds)' <&3
}
leftovers() {
  local folder uid home _ folders=()
  for folder in ${guideFolders.map(quote).join(' ')}; do
    # everybody may write in /tmp: a link could lead to the keys in use
    if [ ! -L "$folder" ]; then folders+=("$folder/pki"); fi
  done
  while IFS=: read -r _ _ uid _ _ home _; do
    case $uid:$home in *[!0-9]*:* | *:/ | *:/nonexistent | *:) continue ;; esac
    if [ "$uid" = 0 ] || [ "$uid" -ge 1000 ]; then folders+=("$home/pki"); fi
  done < /etc/passwd
  timeout 2 find "\${folders[@]}" -xdev -maxdepth 2 -type f \\( ${KEY_NAMES.map((name) => `-name ${name}`).join(' -o ')} \\) 2>/dev/null | head -n ${MOST_LEFTOVERS + 1}
}
cgroup_driver() {
  local pid=$1 words=() i config='' driver=''
  mapfile -d '' -t words < "/proc/$pid/cmdline" || return
  for i in "\${!words[@]}"; do
    case \${words[i]} in
      --cgroup-driver=*) driver=\${words[i]#*=} ;;
      --cgroup-driver) driver=\${words[i + 1]-} ;;
      --config=*) config=\${words[i]#*=} ;;
      --config) config=\${words[i + 1]-} ;;
    esac
  done
  if [ -n "$driver" ]; then printf '%s --cgroup-driver\\n' "$driver"; return; fi
  if [ -r "$config" ]; then driver=$(sed -n 's/^[ {]*"\\{0,1\\}cgroupDriver"\\{0,1\\}: *"\\{0,1\\}\\([a-z]*\\).*/\\1/p' "$config"); fi
  printf '%s %s\\n' "\${driver:-default}" "$config"
}
kubelet_unit() {
  local line pid=0 paths=''
  while read -r line; do
    case $line in MainPID=*) pid=\${line#*=} ;; DropInPaths=*) paths=\${line#*=} ;; esac
  done < <(systemctl show kubelet -p MainPID -p DropInPaths 2>/dev/null)
  # shellcheck disable=SC2086 # systemd separates the paths by spaces
  if [ -n "$paths" ]; then grep -lsE '^[[:space:]]*ExecStart[[:space:]]*=' $paths; fi
  section cgroup-driver
  if [ "$pid" -gt 0 ]; then cgroup_driver "$pid" 2>/dev/null; fi
}
# Only the root of cgroup v2 has this file; below a v1 or mixed root lies a folder for each controller.
cgroup_version() {
  local folder
  if [ -e ${CGROUP_ROOT}/cgroup.controllers ]; then echo v2; return; fi
  for folder in ${CGROUP_ROOT}/*; do if [ -e "$folder/cgroup.procs" ]; then echo v1; return; fi; done
}
existing() { # PATH: sets folder to it, or to the nearest that is there above it
  folder=$1
  while [ ! -e "$folder" ]; do folder=\${folder%/*}; folder=\${folder:-/}; done
}
resolv_conf() {
  local file=$1
  if [ -f "$file" ]; then printf 'file\\t%s\\n' "$file"
  elif [ -e "$file" ]; then printf 'other\\t%s\\n' "$file"
  elif [ -L "$file" ]; then printf 'dangling\\t%s\\t%s\\n' "$file" "$(readlink -- "$file")"
  else printf 'missing\\t%s\\n' "$file"
  fi
}
# To test for -w is to ask the kernel (access(2)), which says no for root too on a read-only file system and for what is immutable.
unwritable() {
  local path folder kind seen=()
  for path in "$@"; do
    existing "$path"
    case " \${seen[*]} " in *" $folder "*) continue ;; esac
    seen+=("$folder")
    kind=file
    if [ -d "$folder" ]; then kind=folder; fi
    if [ ! -w "$folder" ]; then printf '%s %s\\n' "$kind" "$folder"; fi
  done
  section attributes
  if command -v lsattr > /dev/null; then timeout 5 lsattr -d -- "\${seen[@]}"; fi
}
room() {
  local path folder
  for path in "$@"; do
    existing "$path"
    printf '%s ' "$path"
    stat -fc '%S %f %c %d' -- "$folder" || echo
  done
}
filesystem() { # FOLDER SECTIONS
  local folder=$1
  while [ ! -e "$folder" ]; do folder=\${folder%/*}; folder=\${folder:-/}; done
  section "$2mount"
  findmnt -nr -o FSTYPE,SOURCE,TARGET,OPTIONS -T "$folder" 2>/dev/null
  section "$2blocks"
  stat -fc '%S %b %a %c %d' -- "$folder" 2>/dev/null
}
data_dir=${quote(dataDir)}

begin connects connect_times
begin kubelet-version kubelet_version
begin metrics metrics
begin leftovers leftovers
begin unwritable unwritable ${[...WRITTEN, dataDir, ...(walDir === undefined ? [] : [walDir])].map(quote).join(' ')}
begin room room ${SMALL_FILES.map(quote).join(' ')}
${resolvConf === '' ? '' : `begin resolv-conf resolv_conf ${quote(resolvConf)}`}
begin exec-start kubelet_unit
begin data-dir-size timeout 2 du -skx -- "$data_dir"
${walDir === undefined ? '' : `begin wal-dir-size timeout 2 du -skx -- ${quote(walDir)}`}

section cgroup
cgroup_version
section swaps
show /proc/swaps
section memory
grep -s '^MemTotal:' /proc/meminfo
section processors
show /sys/devices/system/cpu/online
filesystem "$data_dir" ''
${walDir === undefined ? '' : `filesystem ${quote(walDir)} wal-`}
end_sections
`;
}

/**
 * \`$0\` address, \`$1\` port. bash connects in its own process, so there is no fork in the time. Without EPOCHREALTIME
 * (bash before 5.0) nothing is measured.
 */
const CONNECT_LOOP = `
[ -n "\${EPOCHREALTIME-}" ] || exit
most=${CONNECTS}
for ((i = 0; i < most; i++)); do
  begun=\${EPOCHREALTIME/./}
  if { exec 3<> "/dev/tcp/$0/$1"; } 2>/dev/null; then most=${CONNECTS_WHEN_OPEN}; fi
  ended=\${EPOCHREALTIME/./}
  exec 3>&-
  printf "%s %s %s\\n" "$0" "$1" $((ended - begun))
done
`.trim();
