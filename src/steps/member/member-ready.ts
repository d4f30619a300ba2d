import { loopbackOf } from '../../etcd/endpoint.ts';
import { OWN_STATUS_FUNCTIONS, PAUSE_FUNCTION, quoteBash, syncContainer } from '../../hosts/bash.ts';
import { lastWords } from '../../hosts/host-error.ts';
import { EXIT_IF_RUN_GONE } from '../../hosts/lock/guard.ts';
import { DEFAULT_METRICS_PORT, ETCD_MANIFEST } from '../../kubeadm/paths.ts';
import { fieldsOf, textIn } from '../../text/json-fields.ts';
import { printable } from '../../text/printable.ts';
import { KUBELET_LOG_FUNCTIONS } from './kubelet-words.ts';

/** Seconds until the member must be ready: kubeadm's own start-up budget, as in the manifest's startupProbe. */
export const READY_WITHIN = 240;

/** Seconds until the runtime is first queried for etcd's exits, and between two queries: each starts a process. */
const FIRST_CHECK_AFTER = 3;
const CHECK_EVERY = 2;

/** Lines of etcd's log that are searched; the action's own requests fill many of them. */
const LOG_LINES = 400;

/** Results of `await_ready` if the member did not get ready. */
export const CRASHED = 1;
export const LATE = 2;
export const NO_PAUSE = 3;
export const NO_POD = 4;

/** Precedes the missing pause image in the output of `etcd_words`. */
const PAUSE = 'pause image: ';

/** Precedes kubelet's own error about the pod in the output of `etcd_words`. */
const KUBELET = 'kubelet: ';

/** Precedes the owner of the socket that responds in place of etcd. */
const OTHER_PROGRAM = 'answered by ';

/** Precedes each line of etcd in the output of `etcd_words`. */
const ETCD_PREFIX = 'etcd: ';

/** etcd's message for incompatible flags: a warning before its exit. */
const FLAGS = '"msg":"failed to verify flags"';

/**
 * Lines of etcd's log that explain its exit; the last two are of Go's package flag and are followed by the whole
 * usage.
 */
const ERROR_LINE = `"level":"(fatal|panic|error)"|${FLAGS}|^flag provided but|^invalid (boolean )?value .* for`;

/** etcd's log message for the action's own readiness requests: one line for each failed one. */
const OWN_REQUEST = '"msg":"Health check error"';

/** Warnings that name a peer: it is unreachable, or etcd rejects it. */
const PEER_WARNING = '"(remote-peer-id|remote-addr|remote-peer-urls?|address)":';

/** kubelet's errors about a pod that may be temporary: etcd's own exits, and a slow or restarting runtime. */
const TRANSIENT_ERRORS =
  "*CrashLoopBackOff* | *DeadlineExceeded* | *'context deadline exceeded'* | *'code = Unavailable'* | *'.sock: connect: connection refused'* | *'is reserved'*";

/**
 * CRI-O's errors for a sandbox whose image it could not pull, which do not name it: the library's messages for each
 * stage of a pull (containers/image).
 */
const NO_SANDBOX_IMAGE =
  'Error syncing pod.*creating pod sandbox with name.*(initializing source|pinging container registry|reading manifest|pulling)';

/**
 * Bash functions to start an etcd container:
 *
 * `cri ARGUMENT…` runs crictl. `etcd_containers FLAG…` lists etcd's containers, ended ones included.
 *
 * `is_ready` queries etcd's readiness on the port in the manifest, which it reads again every second, because another
 * run may have changed it. `/readyz` is 200 only with a quorum, whether or not the database is full; releases without
 * it (before 3.4.29 and 3.5.11) answer 404 and are queried at `/health` likewise (`exclude` is known from 3.4.16 on;
 * server/etcdserver/api/etcdhttp): a member that starts with a larger quota keeps the alarm until it is disarmed. The
 * answer counts only from a socket of root's or of etcd's own container (`is_etcds UID INODE`): any user of the host
 * may listen there while etcd does not.
 *
 * `await_ready [none-yet]` waits for that, and flushes the runtime's files of the new container to disk (`none-yet`:
 * there was no container of etcd before). Returns 0; {@link CRASHED} if etcd's container has ended twice, {@link
 * NO_PAUSE} if kubelet twice could not start the pod because the pause image is missing, {@link NO_POD} if kubelet
 * has reported the same error about the pod twice, {@link LATE} at the time limit. kubelet keeps only the last ended
 * container, so exits are counted by its attempt (`ended_attempts`: number and pod), which starts from 0, or
 * continues if a pod of the same manifest was there before.
 *
 * `hear_kubelet` sets `kubelet_said` to kubelet's log since the wait began; `missing_pause` and `pod_trouble` search
 * it.
 *
 * `pod_trouble` sets `trouble` to the error that kubelet has reported twice; digits and the letters a to f are
 * ignored, because ids and times differ.
 *
 * `missing_pause` names that image as containerd reports it (internal/cri/server, RunPodSandbox); CRI-O does not, and
 * is queried for it.
 *
 * `etcd_words` prints the errors of the newest container and its last warnings about peers, else its last lines, or
 * kubelet's without a container; never etcd's messages about the action's own requests. {@link etcdMessage} parses
 * them.
 */
export function memberReadyFunctions(member: {
  readonly address: string;
  readonly criEndpoint: string;
}): string {
  const loopback = loopbackOf(member.address);
  return `${OWN_STATUS_FUNCTIONS}${PAUSE_FUNCTION}${KUBELET_LOG_FUNCTIONS}
cri() { crictl --runtime-endpoint ${quoteBash(member.criEndpoint)} "$@"; }
etcd_containers() { cri ps -a --name '^etcd$' "$@" 2>/dev/null || true; }
ended_attempts() {
  etcd_containers --state exited -o json |
    sed -n 's/.*"attempt": *\\([0-9]*\\).*/\\1/p; s/.*"io.kubernetes.pod.uid": *"\\(.*\\)".*/\\1/p' | paste -d ' ' - -
}
is_etcds() {
  local container pid
  if [ "$1" = "$EUID" ]; then return 0; fi
  for container in $(etcd_containers --state running -q); do
    pid=$(cri inspect -o json "$container" 2> /dev/null | sed -n '/"pid": *[0-9]/{s/.*"pid": *\\([0-9]*\\).*/\\1/p;q}' || true)
    if [ -n "$pid" ] && holds_socket "$pid" "$2"; then return 0; fi
  done
  return 1
}
port_of=-1 port= stranger=
is_ready() {
  local status line
  if [ "$SECONDS" != "$port_of" ]; then
    port_of=$SECONDS port=${DEFAULT_METRICS_PORT}
    while read -r line; do
      if [[ $line =~ --listen-metrics-urls=[^,]*:([0-9]+) ]]; then port=\${BASH_REMATCH[1]}; fi
    done 2> /dev/null < ${ETCD_MANIFEST} || true
  fi
  own_status ${loopback} "$port" /readyz is_etcds
  if [ "$status" = 404 ]; then own_status ${loopback} "$port" '/health?exclude=NOSPACE' is_etcds; fi
  [ "$status" = 200 ]
}
hear_kubelet() { kubelet_said=$(kubelet_log "$waited_since"); }
missing_pause() {
  local pause told
  pause=$(sed -n '/Error syncing pod/s/.*failed to get sandbox image [\\\\"]*\\([^\\\\" ]*\\).*/\\1/p' <<< "$kubelet_said" | sort | uniq -d | head -n 1)
  told=$(grep -cE ${quoteBash(NO_SANDBOX_IMAGE)} <<< "$kubelet_said" || true)
  if [ "$told" -ge 2 ]; then
    pause=$(cri info 2> /dev/null | sed -n 's/.*"sandboxImage": *"\\([^"]*\\)".*/\\1/p' | head -n 1 || true)
    pause=\${pause:-that the runtime is configured with}
  fi
  printf '%s\\n' "$pause"
}
pod_trouble() {
  local line key
  local -A seen=()
  trouble=
  while IFS= read -r line; do
    case $line in
      ${TRANSIENT_ERRORS}) continue ;;
      *'Error syncing pod'*etcd* | *'Could not process manifest file'*etcd*) ;;
      *) continue ;;
    esac
    key=\${line#*err*[=:]}
    key=x\${key//[0-9a-f]/}
    if [ -n "\${seen[$key]-}" ]; then trouble=$line; fi
    seen[$key]=1
  done <<< "$kubelet_said"
  [ -n "$trouble" ]
}
await_ready() {
  printf -v waited_since '%(%s)T' -1
  find_log_file
  local begun=$SECONDS look=${FIRST_CHECK_AFTER} say=10 told=0 waited attempt pod ended
  local -A before=()
  if [ "\${1-}" != none-yet ]; then
    while read -r attempt pod; do
      if [ "$attempt" -gt "\${before[$pod]:--1}" ]; then before[$pod]=$attempt; fi
    done < <(ended_attempts)
  fi
  while waited=$((SECONDS - begun)) && [ "$waited" -lt ${READY_WITHIN} ]; do
    if is_ready; then
      ${syncContainer(member.criEndpoint)}
      return 0
    fi
    ${EXIT_IF_RUN_GONE}
    if [ "$waited" -ge "$look" ]; then
      look=$((waited + ${CHECK_EVERY} + waited / 5))
      while read -r attempt pod; do
        ended=$((attempt - \${before[$pod]:--1}))
        if [ "$ended" -gt "$told" ]; then told=$ended; echo "etcd has ended $told time(s)" >&2; fi
      done < <(ended_attempts)
      if [ "$told" -ge 2 ]; then return ${CRASHED}; fi
      if [ "$waited" -ge 5 ]; then
        hear_kubelet
        if [ -n "$(missing_pause || true)" ]; then return ${NO_PAUSE}; fi
        if pod_trouble; then return ${NO_POD}; fi
      fi
    fi
    if [ "$waited" -ge "$say" ]; then
      say=$((waited + 10))
      echo "waiting for a quorum since $waited s" >&2
    fi
    pause "$waited"
  done
  return ${LATE}
}
etcd_words() {
  local container log pause
  hear_kubelet
  pause=$(missing_pause || true)
  if [ -n "$pause" ]; then echo '${ETCD_PREFIX}${PAUSE}'"$pause" >&2; return; fi
  if pod_trouble; then printf '${ETCD_PREFIX}${KUBELET}%s\\n' "$trouble" >&2; return; fi
  if [ -n "$stranger" ]; then printf '${ETCD_PREFIX}${OTHER_PROGRAM}%s\\n' "$stranger" >&2; fi
  container=$(etcd_containers -q | head -n 1)
  if [ -n "$container" ]; then
    log=$(cri logs --tail ${LOG_LINES} "$container" 2>&1 | grep -vF ${quoteBash(OWN_REQUEST)} || true)
    {
      grep -E '"level":"warn"' <<< "$log" | grep -E ${quoteBash(PEER_WARNING)} | tail -n 12 || true
      grep -E ${quoteBash(ERROR_LINE)} <<< "$log" | tail -n 4 || tail -n 8 <<< "$log"
    }
  else kubelet_words 8
  fi | sed 's/^/${ETCD_PREFIX}/' >&2
}
`;
}

/**
 * Returns the main error in the output of `etcd_words`, without a full stop: etcd's last fatal line, else its last
 * error, else its messages about peers, else its last lines; and the program that responded in its place, if any.
 */
export function etcdMessage(stderr: string): string {
  const log = linesOfLog(stderr);
  const pause = log.find((line) => line.startsWith(PAUSE))?.slice(PAUSE.length);
  if (pause !== undefined)
    return `the pause image ${printable(pause)} is not on the host and could not be pulled`;
  const kubelet = log.find((line) => line.startsWith(KUBELET));
  if (kubelet !== undefined) return errorIn(kubelet.slice(KUBELET.length)).replace(/\.$/, '');
  const stranger = log.findLast((line) => line.startsWith(OTHER_PROGRAM));
  const words = log.filter((line) => !line.startsWith(OTHER_PROGRAM));
  const complaint =
    lastLike(/\{"level":"(?:fatal|panic)"/, words) ??
    lastLike(/\{"level":"error"/, words) ??
    lastLike(new RegExp(FLAGS), words) ??
    peerMessages(words) ??
    lastWords(words.join('\n'), 2);
  const said = lastWords(complaint.replace(/\.$/, ''), 1);
  if (stranger === undefined) return said === '' ? 'the output of etcd could not be read' : said;
  return `its port is ${printable(stranger)}${said === '' ? '' : `; etcd says: ${said}`}`;
}

/** Reports whether another program responded on etcd's port. */
export function isAnsweredByOtherProgram(stderr: string): boolean {
  return linesOfLog(stderr).some((line) => line.startsWith(OTHER_PROGRAM));
}

function linesOfLog(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith(ETCD_PREFIX))
    .map((line) => line.slice(ETCD_PREFIX.length));
}

/** Returns the field `err` of a kubelet log line, in klog's text or as JSON; the whole line if there is none. */
function errorIn(line: string): string {
  const quoted = /\berr"?[=:] ?"((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  const text = quoted === undefined ? line : quoted.replace(/\\(.)/g, '$1').replace(/\\+"/g, '"');
  return lastWords(text, 1);
}

/** Returns etcd's last message about each peer, at most three. */
function peerMessages(log: readonly string[]): string | undefined {
  const said = new Map<string, string>();
  for (const line of log) {
    const fields = fieldsOf(line.slice(Math.max(0, line.indexOf('{')))) ?? {};
    const peer = PEER_FIELDS.map((field) => textIn(fields[field])).find((text) => text !== '');
    if (textIn(fields['level']) !== 'warn' || peer === undefined) continue;
    const address = peer.replace(/^(\[.*\]|[^:]+):\d+$/, '$1'); // Each connection of a peer comes from another port.
    const words = [`${textIn(fields['msg'])} (${address})`, textIn(fields['error'])].filter(
      (part) => part !== '',
    );
    said.set(address, printable(words.join(': ')));
  }
  return said.size === 0 ? undefined : [...said.values()].slice(-3).join('; ');
}

const PEER_FIELDS = ['remote-peer-id', 'remote-addr', 'remote-peer-urls', 'remote-peer-url', 'address'];

/** Returns message and error of the last matching line of etcd's JSON log; a truncated line is ignored. */
function lastLike(pattern: RegExp, log: readonly string[]): string | undefined {
  const last = log.findLast((line) => pattern.test(line));
  if (last === undefined) return undefined;
  const fields = fieldsOf(last.slice(last.indexOf('{'))) ?? {};
  const words = [textIn(fields['msg']), textIn(fields['error'])].filter((part) => part !== '');
  return words.length === 0 ? undefined : words.join(': ');
}
