import { type DataPlaces, ETCD_MANIFEST, STATE_FILE } from '../../kubeadm/paths.ts';
import { NEEDED_PROGRAMS, quote } from '../bash.ts';
import { BEGIN_CONTAINERS, BEGIN_RUNTIME, FIND_RUNTIME } from './runtime.ts';
import { KUBEADM_SAYS, SECTIONS } from './sections.ts';
import { BEGIN_FILES, LOOK_AT_FILES, placeVariables } from './look-at-files.ts';

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

/**
 * The one read-only probe of a host, as bash. What is slow is begun at once, and answers in the end. A process costs a host
 * about a millisecond, so what bash can do by itself starts none. Answers that may be long are begun first, for a pipe holds
 * 64 KiB until it is read; the tries to reach others take longest and are begun last.
 * @see SECTIONS for the form of its answer.
 */
export function probeScript(question: ProbeQuestion): string {
  return `${PROBE_START}${questionVariables(question)}
${BEGIN_CONTAINERS}
${BEGIN_LISTENERS}
${BEGIN_VOLATILE}${BEGIN_STEADY}${LOOK_AT_IDENTITY}${LOOK_AT_STEADY}${LOOK_AT_FILES}
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

/**
 * The part of the probe that another run could have changed: files, services, containers, data, and who listens. A tenth of
 * the work, for the second look once the run has its lock.
 */
export function volatileProbeScript(places: DataPlaces): string {
  return `${PROBE_START}${placeVariables(places)}
# where there is neither, nobody has started a container since the first look
if [ -e ${quote(ETCD_MANIFEST)} ] || [ -d "$data_dir" ]; then
  ${BEGIN_CONTAINERS}
  ${BEGIN_LISTENERS}
else
  section as-before
fi
${BEGIN_VOLATILE}${LOOK_AT_FILES}
end_sections
`;
}

/** `is_member`: whether the host's record says that it belongs to a finished cluster. */
export const PROBE_START = `
set +e +o pipefail # a tool that is missing is a finding, not the end of the probe
shopt -s nullglob dotglob
${SECTIONS}${FIND_RUNTIME}
is_member() { [[ $(show ${quote(STATE_FILE)}) == *'"phase": "member"'* ]]; }
listeners() { # where ss fails, the kernel's own tables tell the ports, and not the programs
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

const BEGIN_LISTENERS = 'begin_program listeners 10 listeners';

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
addresses() { ip -o addr show || hostname -I; }
begin_program addresses 10 addresses
${BEGIN_RUNTIME}
begin_program kubeadm 25 kubeadm_says
section reach.asked
printf '%s\\n' "\${targets[@]}"
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
section cri.configured
printf %s "$configured"
`;

/** Who the host is. */
export const LOOK_AT_IDENTITY = `
section hostname
show /proc/sys/kernel/hostname
section boot-id
show /proc/sys/kernel/random/boot_id
`;

/** Begins to look at services and files, which a run of the action changes; {@link LOOK_AT_FILES} does the rest. */
export const BEGIN_VOLATILE = `${BEGIN_FILES}
begin_program kubelet 15 systemctl show kubelet -p LoadState -p ActiveState -p SubState -p UnitFileState -p DropInPaths
`;
