import {
  ACTION_DIR,
  type DataPlaces,
  ETCD_MANIFEST,
  expectedPkiTree,
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
import { MAX_PROBE_OUTPUT, type RemoteScript } from '../transport.ts';
import { quoteBash } from '../bash.ts';
import { SECTIONS } from './sections.ts';

/** The parameters of the preflight probe. */
export interface PreflightProbeOptions extends DataPlaces {
  /** The host's own address; `peers` are the others. */
  readonly address: string;
  readonly peers: readonly string[];
  /** Ports to time connections to, on each of the peers. */
  readonly ports: readonly number[];
  /** The metrics port of a member on this host. */
  readonly metricsPort: number;
  /** The file from which kubelet reads resolvers; empty: none. */
  readonly resolvConf: string;
}

/**
 * Paths that a deploy writes, besides the data dir and the folder of the log. A missing path counts by the folder
 * that will contain it.
 */
const WRITTEN_PATHS = [
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

/** Folders whose filesystems need room for small files. */
const SMALL_FILES = ['/run', '/etc/kubernetes', '/etc/systemd/system'];

/** Attempts per port, while nothing listens there. */
const CONNECT_ATTEMPTS = 5;
/** Attempts on an open port: a member logs a line for each connection without a TLS handshake. */
const CONNECT_ATTEMPTS_WHEN_OPEN = 2;
/** Seconds for all attempts on one port; the finished ones count. */
const CONNECT_TIMEOUT_SECONDS = 2;

/** The mount point of the kernel's control groups. */
const CGROUP_ROOT = '/sys/fs/cgroup';
/** Maximum number of reported left-over keys; one more is listed to detect that there are more. */
export const MAX_LEFTOVERS = 100;

/**
 * The keys that the guide makes (the etcd part of kubeadm's certlist.go). Other keys in such folders are not ours.
 */
const KEY_NAMES = ['ca.key', 'server.key', 'peer.key', 'healthcheck-client.key', 'apiserver-etcd-client.key'];

/**
 * Returns a script that reads the facts missing from the ordinary probe. It changes nothing on the host and makes no
 * temporary file.
 * @see SECTIONS for the form of its answer.
 */
export function preflightProbe(question: PreflightProbeOptions): RemoteScript {
  return {
    title: 'preflight probe',
    effect: 'reads',
    script: script(question),
    timeoutMs: 30_000,
    maxOutput: MAX_PROBE_OUTPUT,
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
}: PreflightProbeOptions): string {
  const targets = peers.flatMap((peer) => ports.map((port) => `${quoteBash(peer)} ${port}`));
  const guideFolders = [address, ...peers].map((each) => `/tmp/${each}`);
  return `
set +e +o pipefail # what cannot be read is left out of the answer
${SECTIONS}
connect_times() {
  ${targets.map((target) => `timeout ${CONNECT_TIMEOUT_SECONDS} bash -c ${quoteBash(CONNECT_LOOP)} ${target} &`).join('\n  ')}
  wait
}
# Its errors explain a missing version, so they belong to the answer.
kubelet_version() { timeout 10 kubelet --version 2>&1 || printf 'it ended with exit code %s\\n' "$?"; }
metrics() {
  { exec 3<> /dev/tcp/${loopbackOf(address)}/${metricsPort}; } 2>/dev/null || return
  printf 'GET /metrics HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3
  timeout 2 grep -aE '^etcd_(server_version|disk_wal_fsync_duration_seconds)' <&3
}
leftovers() {
  local folder uid home _ folders=()
  for folder in ${guideFolders.map(quoteBash).join(' ')}; do
    # every user may write in /tmp: a link could lead to the keys in use
    if [ ! -L "$folder" ]; then folders+=("$folder/pki"); fi
  done
  while IFS=: read -r _ _ uid _ _ home _; do
    case $uid:$home in *[!0-9]*:* | *:/ | *:/nonexistent | *:) continue ;; esac
    if [ "$uid" = 0 ] || [ "$uid" -ge 1000 ]; then folders+=("$home/pki"); fi
  done < /etc/passwd
  timeout 2 find "\${folders[@]}" -xdev -maxdepth 2 -type f \\( ${KEY_NAMES.map((name) => `-name ${name}`).join(' -o ')} \\) 2>/dev/null | head -n ${MAX_LEFTOVERS + 1}
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
# Only the root of cgroup v2 has this file; a v1 or mixed root has a folder for each controller.
cgroup_version() {
  local folder
  if [ -e ${CGROUP_ROOT}/cgroup.controllers ]; then echo v2; return; fi
  for folder in ${CGROUP_ROOT}/*; do if [ -e "$folder/cgroup.procs" ]; then echo v1; return; fi; done
}
existing() { # PATH: sets folder to it, or to its nearest existing parent
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
# -w asks the kernel (access(2)), which denies root too on read-only filesystems and for immutable files.
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
data_dir=${quoteBash(dataDir)}

begin connects connect_times
begin kubelet-version kubelet_version
begin metrics metrics
begin leftovers leftovers
begin unwritable unwritable ${[...WRITTEN_PATHS, dataDir, ...(walDir === undefined ? [] : [walDir])].map(quoteBash).join(' ')}
begin room room ${SMALL_FILES.map(quoteBash).join(' ')}
${resolvConf === '' ? '' : `begin resolv-conf resolv_conf ${quoteBash(resolvConf)}`}
begin exec-start kubelet_unit
begin data-dir-size timeout 2 du -skx -- "$data_dir"
${walDir === undefined ? '' : `begin wal-dir-size timeout 2 du -skx -- ${quoteBash(walDir)}`}

section cgroup
cgroup_version
section swaps
show /proc/swaps
section memory
grep -s '^MemTotal:' /proc/meminfo
section processors
show /sys/devices/system/cpu/online
filesystem "$data_dir" ''
${walDir === undefined ? '' : `filesystem ${quoteBash(walDir)} wal-`}
end_sections
`;
}

/**
 * \`$0\`: address, \`$1\`: port. bash connects in its own process, so no fork is measured. Without EPOCHREALTIME
 * (bash before 5.0) nothing is measured.
 */
const CONNECT_LOOP = `
[ -n "\${EPOCHREALTIME-}" ] || exit
most=${CONNECT_ATTEMPTS}
for ((i = 0; i < most; i++)); do
  begun=\${EPOCHREALTIME/./}
  if { exec 3<> "/dev/tcp/$0/$1"; } 2>/dev/null; then most=${CONNECT_ATTEMPTS_WHEN_OPEN}; fi
  ended=\${EPOCHREALTIME/./}
  exec 3>&-
  printf "%s %s %s\\n" "$0" "$1" $((ended - begun))
done
`.trim();
