import type { Finding } from '../../findings.ts';
import { quoteBash } from '../../hosts/bash.ts';
import { explainUnknown, knownReason } from '../../hosts/explain-unknown.ts';
import { lastWords } from '../../hosts/host-error.ts';
import type { RemoteResult } from '../../hosts/transport.ts';
import { ACTION_DIR, RESTORE_PROGRAMS } from '../../kubeadm/paths.ts';

/** The image whose programs are needed, and the runtime that has it. */
export interface ProgramSource {
  readonly image: string;
  readonly criEndpoint: string;
}

/** Exit codes: the runtime gave no container of the image; no program of it restores; none can be executed here. */
const NO_CONTAINER = 30;
const NO_TOOL = 31;
const NOT_EXECUTABLE = 32;

/** Of the image. The builds are static, so they run on any host of the processor (etcd, scripts/build_lib.sh). */
const BIN = '/usr/local/bin';

/** Label of the pod from which the programs are copied. */
const LABEL = 'etcd-ha-action=restore';

/** The unit that ends by starting kubelet, whatever becomes of the script. */
const KUBELET_UNIT = 'etcd-ha-action-kubelet.service';
/** Seconds after which it does so. Four calls of the runtime take less. */
const KUBELET_STOPPED_FOR = 150;

/**
 * Bash functions for a program of the image in a systemd unit of its own, whose output goes to the file `$unit_log`:
 *
 * `start_unit NAME PROPERTIES PROGRAM ARGUMENT…` starts it with these properties (one word of `-p X=Y …`).
 *
 * `run_unit` does the same and waits for its end, prints its output on standard error, and returns its exit status.
 *
 * The program gets no pipe of this script, and leaves its exit status in a file: a runner that is lost breaks the pipe,
 * so that the program ends by SIGPIPE in the middle of its work, and systemd counts that as a clean end
 * (systemd.service(5), SuccessExitStatus). The command line is in a file that bash reads: systemd would replace `$NAME`
 * in it, and under SELinux not execute a program with the label of /etc.
 */
const UNIT_FUNCTIONS = `
start_unit() {
  local name=$1 properties=$2
  shift 2
  {
    printf 'umask 077; cd /; exec < /dev/null > %q 2>&1\\n' "$unit_log"
    printf '%q ' "$@"
    printf '\\necho "$?" > %q\\n' "$programs/$name.status"
  } > "$programs/$name"
  rm -f -- "$programs/$name.status"
  systemd-run --quiet --collect $wait_for_unit --unit="$name" $properties -p KillSignal=SIGKILL \\
    --setenv=PATH="$PATH" --setenv=LC_ALL=C "$BASH" "$programs/$name" < /dev/null
}
wait_for_unit=
run_unit() {
  local wait_for_unit=--wait outcome=1
  start_unit "$@" || true
  cat -- "$unit_log" >&2 || true
  if [ -f "$programs/$1.status" ]; then read -r outcome < "$programs/$1.status"; fi
  return "$outcome"
}
`;

/**
 * Returns bash functions that copy programs out of the image into `$programs`:
 *
 * `get_programs NAME…`: those of them that the image has. From a running container of exactly this image, else from a
 * pod that is made for it. kubelet ends every pod that it does not know within 2 s, so it is stopped meanwhile; etcd
 * goes on without it. A unit starts it again, even if this script is killed. `clear_programs` removes the programs and
 * whatever a killed run has left: pod, units, stopped kubelet.
 *
 * `choose_tool`: sets `tool` to the words of the program that restores: etcdutl, or etcdctl of 3.5 (the image that
 * kubernetes built until 3.5.21-0 has no etcdutl). Ends the script if there is none, or it cannot be executed.
 *
 * The pod runs `etcd gateway` to no address, because the image has no program that only waits: a port on loopback
 * that leads nowhere, without any privilege.
 */
export function programFunctions({ image, criEndpoint }: ProgramSource): string {
  const endpoint = quoteBash(criEndpoint);
  return `${UNIT_FUNCTIONS}
programs=${quoteBash(RESTORE_PROGRAMS)}
runtime() { crictl --timeout 30s --runtime-endpoint ${endpoint} --image-endpoint ${endpoint} "$@" < /dev/null; }
stop_kubelet() {
  case "$(systemctl show kubelet -p ActiveState --value)" in inactive | failed) return 0 ;; esac
  systemd-run --quiet --collect --unit=${KUBELET_UNIT} --description='kubelet is stopped by etcd-ha-action' \\
    -p ExecStartPre='systemctl stop kubelet' -p ExecStopPost='-systemctl --no-block start kubelet' \\
    sleep ${KUBELET_STOPPED_FOR} < /dev/null
}
start_kubelet() {
  if [ "$(systemctl show ${KUBELET_UNIT} -p LoadState --value)" != loaded ]; then return 0; fi
  systemctl stop ${KUBELET_UNIT} || true
  systemctl start kubelet
}
remove_pods() {
  local pods pod code=0
  pods=$(runtime pods -q --label ${LABEL}) || return
  for pod in $pods; do runtime rmp -f "$pod" > /dev/null || code=$?; done
  return "$code"
}
clear_programs() {
  local code=0
  remove_pods || code=$?
  start_kubelet || code=$?
  if [ -e "$programs" ]; then rm -rf -- "$programs" || code=$?; sync -- ${quoteBash(ACTION_DIR)} || code=$?; fi
  return "$code"
}
copy_programs() { # CONTAINER NAME…
  local pid name from
  pid=$(runtime inspect -o go-template --template '{{.info.pid}}' "$1") || return
  shift
  case $pid in '' | 0 | *[!0-9]*) echo "the container runtime names no process: $pid" >&2; return 1 ;; esac
  ls "/proc/$pid/root${BIN}" > /dev/null || return
  for name; do
    from=/proc/$pid/root${BIN}/$name
    if [ -L "$from" ] || ! [ -f "$from" ]; then continue; fi
    cp -- "$from" "$programs/$name" && chmod 0700 -- "$programs/$name" || return
  done
  # the container may have ended in between
  [ -e "/proc/$pid/root${BIN}" ]
}
copy_from_pod() { # CGROUP_PARENT NAME…
  local pod container
  printf '%s' ${quoteBash(podConfig())} > "$programs/pod.json"
  sed "s,PARENT,$1," "$programs/pod.json" > "$programs/pod-here.json"
  printf '%s' ${quoteBash(containerConfig(image))} > "$programs/container.json"
  shift
  pod=$(runtime runp "$programs/pod-here.json") || return
  container=$(runtime create "$pod" "$programs/container.json" "$programs/pod-here.json") || return
  runtime start "$container" > /dev/null || return
  copy_programs "$container" "$@"
}
get_programs() {
  local running='' outcome=0
  ( umask 022; mkdir -p -- "\${programs%/*/*}" )
  mkdir -p -m 0700 -- "\${programs%/*}" "$programs"
  { read -r running || true; } < <(runtime ps -q --image ${quoteBash(image)} 2> /dev/null || true)
  if [ -n "$running" ] && copy_programs "$running" "$@"; then return 0; fi
  stop_kubelet
  # with systemd as its cgroup driver a runtime takes a slice alone, with cgroupfs it may take none
  if ! copy_from_pod system.slice "$@" && { remove_pods || true; ! copy_from_pod '' "$@"; }; then outcome=${NO_CONTAINER}; fi
  remove_pods || outcome=${NO_CONTAINER}
  start_kubelet
  if [ "$outcome" != 0 ]; then exit "$outcome"; fi
}
try_program() { # WORD…
  local code=0
  said=$("$@" 2>&1 < /dev/null) || code=$?
  if [ "$code" != 0 ]; then printf '%s\\n' "$said" >&2; exit ${NOT_EXECUTABLE}; fi
}
choose_tool() {
  if [ -f "$programs/etcdutl" ]; then
    tool=$programs/etcdutl
    try_program "$tool" version
  elif [ -f "$programs/etcdctl" ]; then
    tool=$programs/etcdctl
    try_program "$tool" version
    case $said in *'etcdctl version: 3.5.'*) ;; *) exit ${NO_TOOL} ;; esac
  else exit ${NO_TOOL}
  fi
}
`;
}

/** PodSandboxConfig (k8s.io/cri-api, runtime/v1/api.proto); 2 is NODE: the host has no CNI plugin. */
function podConfig(): string {
  const [label = '', value = ''] = LABEL.split('=');
  return JSON.stringify({
    metadata: {
      name: 'etcd-ha-action-restore',
      namespace: 'etcd-ha-action',
      uid: 'etcd-ha-action-restore',
      attempt: 0,
    },
    labels: { [label]: value },
    linux: { cgroup_parent: 'PARENT', security_context: { namespace_options: { network: 2 } } },
  });
}

/** ContainerConfig. */
function containerConfig(image: string): string {
  return JSON.stringify({
    metadata: { name: 'programs', attempt: 0 },
    image: { image },
    command: [`${BIN}/etcd`, 'gateway', 'start', '--listen-addr=127.0.0.1:0', '--endpoints=127.0.0.1:1'],
    linux: {
      security_context: {
        namespace_options: { network: 2 },
        readonly_rootfs: true,
        no_new_privs: true,
        capabilities: { drop_capabilities: ['ALL'] },
      },
    },
  });
}

/** Explains why the programs of an image could not be used. */
export function explainPrograms(image: string, result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  const words = lastWords(result.stderr, 2);
  switch (result.code) {
    case NO_CONTAINER:
      return {
        code: 'restore-programs-unavailable',
        fact: `the programs of ${image} could not be copied out of the image: ${words}`,
        ...(knownReason(words) ?? {
          cause: 'The container runtime started no container of it.',
          fix: 'Look at `crictl images` and `crictl info` on the host, fix what the message names, and run again.',
        }),
      };
    case NO_TOOL:
      return {
        code: 'restore-tool-missing',
        fact: `${image} has no program that restores a snapshot.`,
        cause: 'The images 3.6.0-0 to 3.6.4-0, which kubeadm 1.34.0 and 1.34.1 choose, have no etcdutl.',
        fix: 'Set `etcd-image-tag` to a later release of the same minor, for example `3.6.5-0`, or install a later kubeadm.',
      };
    case NOT_EXECUTABLE:
      return {
        code: 'restore-programs-unavailable',
        fact: `a program of ${image} does not run in ${RESTORE_PROGRAMS}: ${words}`,
        ...(knownReason(words) ?? { fix: 'Fix what the message names and run again.' }),
      };
    default:
      return explainUnknown(result);
  }
}
