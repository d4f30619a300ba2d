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
import { quote } from '../shell.ts';

/** What the probe has to be told. */
export interface ProbeQuestion extends DataPlaces {
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
const REACH_TIMEOUT_SECONDS = { first: 3, second: 10 };

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
 * The one read-only probe of a host, as bash. Everything slow is started at once and read in order.
 * Its answer is lines `key base64`, so that no value can be mistaken for another line.
 */
export function probeScript(question: ProbeQuestion): string {
  return `${questionVariables(question)}${probeBody()}
echo "end "
`;
}

/** The question as the variables that the probe reads. */
export function questionVariables({ dataDir, walDir, peers, ports, sandbox = false }: ProbeQuestion): string {
  const targets = peers.flatMap((address) => ports.map((port) => `${address} ${port}`));
  return `
data_dir=${quote(dataDir)} wal_dir=${quote(walDir ?? '')}
targets=(${targets.map(quote).join(' ')})
ask_sandbox=${sandbox ? 'yes' : 'no'}
`;
}

/**
 * The part of the probe that another run could have changed: files, services, containers, data. A tenth of the work,
 * for the second look once the run has its lock.
 */
export function volatileProbeScript(question: ProbeQuestion): string {
  return `${questionVariables(question)}${PROLOGUE}
${START_VOLATILE}
${EMIT_VOLATILE}
echo "end "
`;
}

const PROLOGUE = `
set +e +o pipefail # a tool that is missing is a finding, not the end of the probe
emit() { printf '%s ' "$1"; base64 -w0; printf '\\n'; }
have() { command -v "$1" || true; }
endpoint=
sockets=()
for socket in ${CRI_SOCKETS.map(quote).join(' ')}; do
  if [ -S "$socket" ]; then sockets+=("$socket"); fi
done
configured=$(sed -n 's/^ *runtime-endpoint: *"\\{0,1\\}\\([^" ]*\\).*/\\1/p' /etc/crictl.yaml 2>/dev/null | head -n 1 || true)
if [ -n "$configured" ] && [ -S "\${configured#unix://}" ]; then endpoint=unix://\${configured#unix://}
elif [ "\${#sockets[@]}" = 1 ]; then endpoint=unix://\${sockets[0]}
fi
cri() { [ -n "$endpoint" ] && timeout 10 crictl --runtime-endpoint "$endpoint" --image-endpoint "$endpoint" "$@" 2>&1 || true; }
`;

/** Starts what is slow and what no run changes. */
const START_SLOW = `
reach() {
  local target answer
  for target in "\${targets[@]}"; do
    { answer=$(connect ${REACH_TIMEOUT_SECONDS.first} $target)
      case $answer in "$target 124"*) answer=$(connect ${REACH_TIMEOUT_SECONDS.second} $target) ;; esac
      echo "$answer"; } &
  done
  wait
}
connect() { # SECONDS ADDRESS PORT
  local message
  message=$(timeout "$1" bash -c 'exec 3<> "/dev/tcp/$0/$1"' "$2" "$3" 2>&1) && echo "$2 $3 open" || echo "$2 $3 $? \${message##*: }"
}
exec {fd_reach}< <(reach)
kubeadm_says() {
  local version
  version=$(kubeadm version -o short 2>/dev/null) || return
  printf '%s\\n' "$version"
  kubeadm config images list --kubernetes-version "$version" 2>/dev/null
}
exec {fd_kubeadm}< <(kubeadm_says)
exec {fd_runtime_config}< <(cri runtime-config)
# The CRI does not tell it; the daemons' own configuration does (containerd 1 and 2, CRI-O).
sandbox_image() {
  [ "\${ask_sandbox-no}" = yes ] || return 0
  case $endpoint in
    *containerd*) timeout 10 containerd config dump 2>/dev/null | sed -n 's/^ *sandbox\\(_image\\)\\{0,1\\} *= *.\\(.*\\).$/\\2/p' ;;
    *crio*) timeout 10 crio config 2>/dev/null | sed -n 's/^#\\{0,1\\} *pause_image *= *"\\([^"]*\\)".*/\\1/p' ;;
  esac | head -n 1
}
exec {fd_sandbox}< <(sandbox_image)
`;

const START_VOLATILE = `
tree() {
  find /etc/kubernetes ${quote(KUBELET_DROP_IN_DIR)} -xdev -maxdepth 4 -printf '%y %m %U:%G %s %p\\0' 2>/dev/null | head -z -n 1000
}
digests() {
  find ${quote(PKI_DIR)} ${quote(ACTION_DIR)} ${quote(KUBELET_DROP_IN_DIR)} ${quote(ETCD_MANIFEST)} -xdev -maxdepth 3 -type f -size -256k -print0 2>/dev/null \\
    | head -z -n 200 | xargs -0 -r sha256sum -z
}
exec {fd_images}< <(cri images -o json)
exec {fd_containers}< <(cri ps -a -o json --name '^etcd$')
exec {fd_kubelet}< <(systemctl show kubelet -p LoadState -p ActiveState -p SubState -p UnitFileState -p DropInPaths 2>/dev/null)
exec {fd_digests}< <(digests)
`;

const EMIT_STEADY = `
hostname -s | emit hostname
emit machine-id < /etc/machine-id
emit boot-id < /proc/sys/kernel/random/boot_id
emit init < /proc/1/comm
uname -m | emit machine
for tool in systemctl kubelet kubeadm crictl ctr curl; do have "$tool" | emit "tool.$tool"; done
printf '%s\\n' "\${sockets[@]}" | emit cri.sockets
printf '%s' "$endpoint" | emit cri.endpoint
{ ip -o addr show 2>/dev/null || hostname -I; } | emit addresses
`;

const EMIT_VOLATILE = `${BLANK_LOG_FUNCTION}
ss -Hltnp 2>/dev/null | emit listeners
tree | emit tree
folder() { { stat -c %a "$1" && ls -A "$1" | head -n 20; } 2>/dev/null; }
if [ -d "$data_dir" ]; then folder "$data_dir" | emit data-dir; fi
if [ -n "$wal_dir" ]; then folder "$wal_dir" | emit wal-dir; fi
log_dir=$data_dir/member/wal
if [ -n "$wal_dir" ]; then
  if [ -n "$(ls -A "$log_dir" 2>/dev/null)" ]; then echo there | emit data-dir.other-log; fi
  log_dir=$wal_dir/wal
fi
ls -A "$log_dir" 2>/dev/null | head -n 5 | emit data-dir.wal
if has_blank_log "$log_dir"; then echo there | emit data-dir.blank-log; fi
while read -r size file; do
  if [ -f "$file" ] && [ "$size" -lt 262144 ]; then emit "text:$file" < "$file"; fi
done < <(stat -Lc '%s %n' -- ${PUBLIC_FILES.map(quote).join(' ')} ${quote(PKI_DIR)}/etcd/*.crt ${quote(PKI_DIR)}/apiserver-etcd-client.crt ${quote(PATCHES_DIR)}/*/* 2>/dev/null)
if [ -e ${quote(LOCK_FILE)} ]; then echo there | emit lock; fi
emit digests <&"$fd_digests"
emit cri.images <&"$fd_images"
emit cri.containers <&"$fd_containers"
emit kubelet <&"$fd_kubelet"
`;

const EMIT_SLOW = `
read -r version <&"$fd_kubeadm"
printf '%s' "$version" | emit kubeadm.version
emit kubeadm.images <&"$fd_kubeadm"
runtime_config=$(cat <&"$fd_runtime_config")
printf '%s' "$runtime_config" | emit cri.runtime-config
case $runtime_config in
  *river*SYSTEMD* | *river*CGROUPFS*) ;;
  *) cri info | emit cri.info ;; # containerd before 2.0 shows it there
esac
emit cri.sandbox <&"$fd_sandbox"
emit reach <&"$fd_reach"
`;

/**
 * All of the probe but its question and its last line; the same text for every host.
 * @param alsoStart what a wider probe starts at once too, as soon as the runtime's endpoint is known.
 */
export function probeBody(alsoStart = ''): string {
  return `${PROLOGUE}
${START_SLOW}
${START_VOLATILE}
${alsoStart}
${EMIT_STEADY}
${EMIT_VOLATILE}
${EMIT_SLOW}`;
}
