import { PLUGINS_OFF } from './containerd-plugins.ts';

/** CRI sockets in the order of kubeadm's own list (cmd/kubeadm/app/constants/constants_unix.go). */
const CRI_SOCKETS = ['/run/containerd/containerd.sock', '/run/crio/crio.sock', '/run/cri-dockerd.sock'];

/** Seconds until a crictl that hangs is killed; its own time limit does not hold for everything that it does. */
export const CRI_SECONDS = 12;
/** Seconds for the two calls that the cgroup driver may take. */
const RUNTIME_SECONDS = 18;

/**
 * `cri ARGUMENT…` asks the runtime at `endpoint`; crictl's own time limit holds for each of its calls
 * (pkg/remote_runtime.go in k8s.io/cri-client). Its standard error is never part of its answer: since 1.31 crictl warns there
 * in every call where /etc/crictl.yaml is missing, as its package leaves it. Sets `sockets` to those that are there, `configured` to
 * the endpoint that /etc/crictl.yaml names (CRI-O's package brings one), and `endpoint` to the one to ask: another than the
 * configured one is not asked, for it may be of a runtime that kubelet does not use.
 */
export const FIND_RUNTIME = `
find_endpoint() {
  local line pattern='^ *"?runtime-endpoint"?: *["'\\'']?([^"'\\'' #]+)'
  for socket in ${CRI_SOCKETS.map((path) => `'${path}'`).join(' ')}; do
    if [ -S "$socket" ]; then sockets+=("$socket"); fi
  done
  if [ -r /etc/crictl.yaml ]; then
    while [ -z "$configured" ] && IFS= read -r line; do
      if [[ $line =~ $pattern ]]; then configured=\${BASH_REMATCH[1]}; fi
    done < /etc/crictl.yaml
  fi
  if [ -n "$configured" ]; then
    configured=unix://\${configured#unix://}
    if [ -S "\${configured#unix://}" ]; then endpoint=$configured; fi
  elif [ "\${#sockets[@]}" = 1 ]; then endpoint=unix://\${sockets[0]}
  fi
}
cri() {
  if [ -z "$endpoint" ]; then
    if [ -n "$configured" ]; then echo "there is no socket at $configured, which /etc/crictl.yaml names"
    elif [ "\${#sockets[@]}" = 0 ]; then echo 'there is no CRI socket to ask'
    else echo 'there are several CRI sockets, and nothing says which one to ask'
    fi >&2
    return 1
  fi
  crictl --timeout 10s --runtime-endpoint "$endpoint" --image-endpoint "$endpoint" "$@"
}
endpoint= configured= sockets=()
find_endpoint
`;

/** Begins to ask for the containers of etcd's static pod. */
export const BEGIN_CONTAINERS = `begin_program cri.containers ${CRI_SECONDS} cri ps -a -o json --name '^etcd$'`;

/** Begins to ask for what no run changes: the runtime's configuration, and its images. */
export const BEGIN_RUNTIME = `${PLUGINS_OFF}
runtime_says() {
  local answer code
  answer=$(cri runtime-config | head -c 65536; exit "\${PIPESTATUS[0]}")
  code=$?
  printf '%s\\n' "$answer"
  case $answer in
    *river*SYSTEMD* | *river*CGROUPFS*) ;;
    *) # containerd before 2.0 shows it there
      section cri.info
      if cri info; then return "$code"; fi
      case $endpoint in *containerd*) section cri.plugins-off; plugins_off 2> /dev/null ;; esac ;;
  esac
  return "$code"
}
# The CRI does not tell it; the daemons' own configuration does (containerd 1 and 2, CRI-O).
sandbox_image() {
  case $endpoint in
    *containerd*) containerd config dump | sed -n 's/^ *sandbox\\(_image\\)\\{0,1\\} *= *.\\(.*\\).$/\\2/p' ;;
    *crio*) crio config | sed -n 's/^#\\{0,1\\} *pause_image *= *"\\([^"]*\\)".*/\\1/p' ;;
  esac | head -n 1
}
begin_program cri.images ${CRI_SECONDS} cri images -o json
begin_program cri.runtime-config ${RUNTIME_SECONDS} runtime_says
if [ "$ask_sandbox" = yes ]; then begin_program cri.sandbox 10 sandbox_image; fi
`;
