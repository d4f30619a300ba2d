import { type DataPlaces, ETCD_MANIFEST, STATE_FILE } from '../../kubeadm/paths.ts';
import { NEEDED_PROGRAMS, quoteBash } from '../bash.ts';
import { START_CONTAINERS, START_RUNTIME, FIND_RUNTIME } from './runtime.ts';
import { KUBEADM_QUERY, SECTIONS } from './sections.ts';
import { START_FILES, PRINT_FILES, placeVariables } from './list-files.ts';

/** The parameters of the probe. */
export interface ProbeScriptOptions extends DataPlaces {
  /** Members of a finished cluster try to reach the peers too: the peer's etcd logs each such connection. */
  readonly membersReach: boolean;
  /** Addresses of the other hosts, and the ports to try on each. */
  readonly peers: readonly string[];
  readonly ports: readonly number[];
  /** Query the runtime for its sandbox image too, which starts one more program. */
  readonly sandbox?: boolean;
}

/**
 * Seconds that a connection to another host may take, and those of a second attempt, after which it counts as
 * filtered: on a busy or slow host the probe itself delays the first one.
 */
const REACH_TIMEOUT_SECONDS = [3, 10];

/**
 * Returns the one read-only probe of a host, as bash. Slow parts start first and are collected at the end. A process
 * costs a host about a millisecond, so builtins of bash do as much as they can. Long answers start first, because a
 * pipe holds 64 KiB until it is read; the connection attempts take longest and start last.
 * @see SECTIONS for the form of its answer.
 */
export function probeScript(question: ProbeScriptOptions): string {
  return `${PROBE_START}${optionVariables(question)}
${START_CONTAINERS}
${START_LISTENERS}
${START_VOLATILE}${START_STATIC}${PRINT_IDENTITY}${PRINT_STATIC}${PRINT_FILES}
end_sections
`;
}

/** Returns the parameters as the variables that the probe reads. */
function optionVariables({
  peers,
  ports,
  membersReach,
  sandbox = false,
  ...places
}: ProbeScriptOptions): string {
  const targets = peers.flatMap((address) => ports.map((port) => `${address} ${port}`));
  return `${placeVariables(places)}
targets=(${targets.map(quoteBash).join(' ')})
ask_sandbox=${sandbox ? 'yes' : 'no'}
${membersReach ? '' : 'if is_member; then targets=(); fi'}`;
}

/**
 * Returns the part of the probe that another run could have changed: files, services, containers, data and listeners.
 * It costs a tenth of the whole, and runs a second time once the run holds its lock.
 */
export function volatileProbeScript(places: DataPlaces): string {
  return `${PROBE_START}${placeVariables(places)}
# without both, no container was started since the first probe
if [ -e ${quoteBash(ETCD_MANIFEST)} ] || [ -d "$data_dir" ]; then
  ${START_CONTAINERS}
  ${START_LISTENERS}
else
  section as-before
fi
${START_VOLATILE}${PRINT_FILES}
end_sections
`;
}

/** `is_member`: reports whether the host's record says that it belongs to a finished cluster. */
export const PROBE_START = `
set +e +o pipefail # a tool that is missing is a finding, not the end of the probe
shopt -s nullglob dotglob
${SECTIONS}${FIND_RUNTIME}
is_member() { [[ $(show ${quoteBash(STATE_FILE)}) == *'"phase": "member"'* ]]; }
listeners() { # if ss fails, the kernel's own tables give the ports, but not the programs
  local table local_address state _
  ss -ltnp && return
  section listeners.kernel
  for table in /proc/net/tcp /proc/net/tcp6; do
    if [ ! -e "$table" ]; then continue; fi
    while read -r _ local_address _ state _; do
      case $state in st) echo "$table" ;; 0A) printf '%s\\n' "\${local_address##*:}" ;; esac
    done < "$table"
  done
}
`;

const START_LISTENERS = 'begin_program listeners 10 listeners';

/**
 * Starts the slow parts that no run changes. Each connection attempt has its own process group, so that a hung one
 * can be killed: connect(2) gives up only after minutes.
 */
const START_STATIC = `${KUBEADM_QUERY}
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
# The kernel's source address for each peer: peers check it against the certificate.
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
addresses() { ip -o addr show || hostname -I; }
begin_program addresses 10 addresses
${START_RUNTIME}
begin_program kubeadm 25 kubeadm_says
section reach.asked
printf '%s\\n' "\${targets[@]}"
begin reach reach
begin sources sources
`;

const PRINT_STATIC = `
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
section cri.configured
printf %s "$configured"
`;

/** Prints the identity of the host. */
export const PRINT_IDENTITY = `
section hostname
show /proc/sys/kernel/hostname
section boot-id
show /proc/sys/kernel/random/boot_id
`;

/** Starts listing services and files, which a run of the action changes; {@link PRINT_FILES} does the rest. */
export const START_VOLATILE = `${START_FILES}
begin_program kubelet 15 systemctl show kubelet -p LoadState -p ActiveState -p SubState -p UnitFileState -p DropInPaths
`;
