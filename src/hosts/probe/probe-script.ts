import type { DataPlaces } from '../../kubeadm/data-places.ts';
import {
  ACTION_DIR,
  ETCD_MANIFEST,
  GUIDE_KUBELET_CONFIG,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  KUBELET_DROP_IN_DIR,
  LOCK_FILE,
  PATCHES_DIR,
  PKI_DIR,
  STATE_FILE,
} from '../../kubeadm/paths.ts';
import { BLANK_LOG_FUNCTION } from '../scripts/blank-log.ts';
import { NEEDED_PROGRAMS } from '../scripts/needed-programs.ts';
import { quote } from '../shell.ts';
import { KUBEADM_SAYS } from './kubeadm-says.ts';
import { SECTIONS } from './sections.ts';

/** What the probe has to be told. */
export interface ProbeQuestion extends DataPlaces {
  /** Whether a host that is a member of a finished cluster tries them too: its etcd logs each such connection of another. */
  readonly membersReach: boolean;
  /** Addresses of the other hosts, and the ports to try on each. */
  readonly peers: readonly string[];
  readonly ports: readonly number[];
  /** Whether to ask the runtime for its sandbox image too, which takes a program more. */
  readonly sandbox?: boolean;
}

/**
 * Seconds that a connection to another host may take, and those of a second try after which it counts as filtered: on a
 * busy or slow host the probe itself keeps the first from being made in time.
 */
const REACH_TIMEOUT_SECONDS = [3, 10];

/** CRI sockets in the order of kubeadm's own list (cmd/kubeadm/app/constants/constants_unix.go). */
const CRI_SOCKETS = ['/run/containerd/containerd.sock', '/run/crio/crio.sock', '/run/cri-dockerd.sock'];

/** Public files whose contents the action reads. Never a key. */
const PUBLIC_FILES = [
  STATE_FILE,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  GUIDE_KUBELET_CONFIG,
  ETCD_MANIFEST,
];

/**
 * The one read-only probe of a host, as bash. What is slow is begun at once, and answers in the end. A process costs a host
 * about a millisecond, so what bash can do by itself starts none.
 * @see SECTIONS for the form of its answer.
 */
export function probeScript(question: ProbeQuestion): string {
  return `${PROBE_START}${questionVariables(question)}
${BEGIN_STEADY}${BEGIN_CONTAINERS}
${BEGIN_VOLATILE}${LOOK_AT_IDENTITY}${LOOK_AT_STEADY}${LOOK_AT_VOLATILE}
end_sections
`;
}

/** The question as the variables that the probe reads. */
function questionVariables({
  peers,
  ports,
  membersReach,
  sandbox = false,
  ...places
}: ProbeQuestion): string {
  const targets = peers.flatMap((address) => ports.map((port) => `${address} ${port}`));
  return `${placeVariables(places)}
targets=(${targets.map(quote).join(' ')})
ask_sandbox=${sandbox ? 'yes' : 'no'}
${membersReach ? '' : 'if is_member; then targets=(); fi'}`;
}

/** Where a member's data is, as the variables that {@link LOOK_AT_VOLATILE} reads. */
export function placeVariables({ dataDir, walDir = '' }: DataPlaces): string {
  return `data_dir=${quote(dataDir)} wal_dir=${quote(walDir)}`;
}

/**
 * The part of the probe that another run could have changed: files, services, containers, data. A tenth of the work,
 * for the second look once the run has its lock.
 */
export function volatileProbeScript(places: DataPlaces): string {
  return `${PROBE_START}${placeVariables(places)}
# where there is neither, nobody has started a container since the first look
if [ -e ${quote(ETCD_MANIFEST)} ] || [ -d "$data_dir" ]; then ${BEGIN_CONTAINERS}; fi
${BEGIN_VOLATILE}${LOOK_AT_VOLATILE}
end_sections
`;
}

/**
 * `cri ARGUMENT…` asks the runtime at `endpoint`; crictl's own time limit holds for each of its calls
 * (pkg/remote_runtime.go in k8s.io/cri-client). `names FOLDER MOST` lists what lies there. `is_member`: whether the host's
 * record says that it belongs to a finished cluster.
 */
export const PROBE_START = `
set +e +o pipefail # a tool that is missing is a finding, not the end of the probe
shopt -s nullglob dotglob
${SECTIONS}
names() { local path left=$2; for path in "$1"/*; do if [ $((left--)) -gt 0 ]; then printf '%s\\n' "\${path##*/}"; fi; done; }
is_member() { [[ $(show ${quote(STATE_FILE)}) == *'"phase": "member"'* ]]; }
find_endpoint() {
  local line configured='' pattern='^ *runtime-endpoint: *"?([^" ]*)'
  for socket in ${CRI_SOCKETS.map(quote).join(' ')}; do
    if [ -S "$socket" ]; then sockets+=("$socket"); fi
  done
  if [ -r /etc/crictl.yaml ]; then
    while [ -z "$configured" ] && IFS= read -r line; do
      if [[ $line =~ $pattern ]]; then configured=\${BASH_REMATCH[1]}; fi
    done < /etc/crictl.yaml
  fi
  if [ -n "$configured" ] && [ -S "\${configured#unix://}" ]; then endpoint=unix://\${configured#unix://}
  elif [ "\${#sockets[@]}" = 1 ]; then endpoint=unix://\${sockets[0]}
  fi
}
cri() { [ -n "$endpoint" ] && crictl --timeout 10s --runtime-endpoint "$endpoint" --image-endpoint "$endpoint" "$@" 2>&1; }
endpoint= sockets=()
find_endpoint
`;

/**
 * Begins what is slow and what no run changes. Each try to reach a port has a process group of its own, by which one that hangs
 * is ended: connect(2) gives up only after minutes.
 */
const BEGIN_STEADY = `${KUBEADM_SAYS}
try_port() {
  local message
  if message=$({ exec 3<> "/dev/tcp/$1/$2"; } 2>&1); then printf '%s %s open\\n' "$1" "$2"
  else printf '%s %s 1 %s\\n' "$1" "$2" "\${message##*: }"
  fi
}
reach() {
  local target within end address port outcome answers
  local -A tries=()
  exec {answers}<> <(:)
  set -m
  for target in "\${targets[@]}"; do tries[$target]=; done
  for within in ${REACH_TIMEOUT_SECONDS.join(' ')}; do
    for target in "\${!tries[@]}"; do
      try_port $target >&"$answers" &
      tries[$target]=$!
    done
    end=$((SECONDS + within + 1))
    while [ "\${#tries[@]}" -gt 0 ] && [ "$SECONDS" -lt "$end" ] &&
      read -r -t $((end - SECONDS)) -u "$answers" address port outcome
    do
      printf '%s %s %s\\n' "$address" "$port" "$outcome"
      unset "tries[$address $port]"
    done
    for target in "\${!tries[@]}"; do kill -- "-\${tries[$target]}"; done
  done
  for target in "\${!tries[@]}"; do printf '%s silence\\n' "$target"; done
} 2>/dev/null
# The address that the kernel sends from to each peer: peers check it against the certificate.
sources() {
  local target seen=' '
  for target in "\${targets[@]}"; do
    target=\${target% *}
    case $seen in *" $target "*) continue ;; esac
    seen+="$target "
    printf '%s ' "$target"
    ip -o route get "$target" | head -n 1 || echo
  done
}
runtime_says() {
  local answer
  answer=$(cri runtime-config)
  printf '%s\\n' "$answer"
  case $answer in
    *river*SYSTEMD* | *river*CGROUPFS*) ;;
    *) section cri.info; cri info ;; # containerd before 2.0 shows it there
  esac
}
# The CRI does not tell it; the daemons' own configuration does (containerd 1 and 2, CRI-O).
sandbox_image() {
  [ "$ask_sandbox" = yes ] || return
  case $endpoint in
    *containerd*) timeout 10 containerd config dump | sed -n 's/^ *sandbox\\(_image\\)\\{0,1\\} *= *.\\(.*\\).$/\\2/p' ;;
    *crio*) timeout 10 crio config | sed -n 's/^#\\{0,1\\} *pause_image *= *"\\([^"]*\\)".*/\\1/p' ;;
  esac | head -n 1
}
begin kubeadm kubeadm_says
begin cri.runtime-config runtime_says
begin cri.images cri images -o json
begin cri.sandbox sandbox_image
begin reach reach
begin sources sources
`;

const LOOK_AT_STEADY = `
section machine-id
show /etc/machine-id
section init
show /proc/1/comm
section machine
uname -m
for tool in systemctl kubelet kubeadm crictl ctr curl; do section "tool.$tool"; command -v "$tool"; done
section missing-tools
for tool in ${[...NEEDED_PROGRAMS.keys()].join(' ')}; do command -v "$tool" > /dev/null || echo "$tool"; done
section cri.sockets
printf '%s\\n' "\${sockets[@]}"
section cri.endpoint
printf %s "$endpoint"
section addresses
ip -o addr show 2>/dev/null || hostname -I
section listeners
ss -Hltnp 2>/dev/null
`;

/** Who the host is. */
export const LOOK_AT_IDENTITY = `
section hostname
show /proc/sys/kernel/hostname
section boot-id
show /proc/sys/kernel/random/boot_id
`;

const BEGIN_CONTAINERS = `begin cri.containers cri ps -a -o json --name '^etcd$'`;

/** Begins to look at services and files, which a run of the action changes; {@link LOOK_AT_VOLATILE} does the rest. */
export const BEGIN_VOLATILE = `
begin kubelet systemctl show kubelet -p LoadState -p ActiveState -p SubState -p UnitFileState -p DropInPaths
begin digests find ${[PKI_DIR, ACTION_DIR, KUBELET_DROP_IN_DIR, ETCD_MANIFEST].map(quote).join(' ')} -xdev -maxdepth 3 -type f -size -256k -exec sha256sum -z {} +
`;

/** Files and data. */
export const LOOK_AT_VOLATILE = `${BLANK_LOG_FUNCTION}
section tree
find /etc/kubernetes ${quote(KUBELET_DROP_IN_DIR)} -xdev -maxdepth 4 -printf '%y %m %U:%G %s %p\\0' 2>/dev/null | head -z -n 1000
folder() { stat -c %a "$1" && names "$1" 20; } 2>/dev/null
if [ -d "$data_dir" ]; then section data-dir; folder "$data_dir"; fi
log_dir=$data_dir/member/wal
if [ -n "$wal_dir" ]; then
  section wal-dir
  folder "$wal_dir"
  if [ -n "$(names "$log_dir" 1)" ]; then section data-dir.other-log; fi
  log_dir=$wal_dir/wal
fi
section data-dir.wal
names "$log_dir" 5
if has_blank_log "$log_dir"; then section data-dir.blank-log; fi
while read -r size file; do
  if [ -f "$file" ] && [ "$size" -lt 262144 ]; then section "text:$file"; show "$file"; fi
done < <(stat -Lc '%s %n' -- ${PUBLIC_FILES.map(quote).join(' ')} ${quote(PKI_DIR)}/etcd/*.crt ${quote(PKI_DIR)}/apiserver-etcd-client.crt ${quote(PATCHES_DIR)}/*/* 2>/dev/null)
if [ -e ${quote(LOCK_FILE)} ]; then section lock; fi
`;
