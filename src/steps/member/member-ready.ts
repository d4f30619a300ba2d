import { loopbackOf } from '../../etcd/endpoint.ts';
import { OWN_STATUS_FUNCTIONS, PAUSE_FUNCTION, quote, syncContainer } from '../../hosts/bash.ts';
import { lastWords } from '../../hosts/host-error.ts';
import { STILL_WANTED } from '../../hosts/lock/guard.ts';
import { DEFAULT_METRICS_PORT, ETCD_MANIFEST } from '../../kubeadm/paths.ts';
import { fieldsOf, textIn } from '../../text/json-fields.ts';
import { printable } from '../../text/printable.ts';
import { KUBELET_WORDS_FUNCTIONS } from './kubelet-words.ts';

/** Seconds until the member must be ready: kubeadm's own start-up budget, as in the manifest's startupProbe. */
export const READY_WITHIN = 240;

/** Seconds until the runtime is asked for the first time whether etcd has ended, and between two times: it costs a process. */
const LOOK_AFTER = 3;
const LOOK_EVERY = 2;

/** Lines of etcd's log that are looked through; the action's own questions fill many of them. */
const LOG_LINES = 400;

/** What `await_ready` gives when the member did not get ready. */
export const CRASHED = 1;
export const LATE = 2;
export const NO_PAUSE = 3;
export const NO_POD = 4;

/** Before the image that no pod starts without, where `etcd_words` tells of it. */
const PAUSE = 'pause image: ';

/** Before kubelet's own complaint about the pod, where `etcd_words` tells of it. */
const KUBELET = 'kubelet: ';

/** Before whose socket it is that answers in place of etcd. */
const STRANGER = 'answered by ';

/** Before each line that `etcd_words` prints. */
const MARK = 'etcd: ';

/** What etcd says of flags that do not go together: a warning, and its end. */
const FLAGS = '"msg":"failed to verify flags"';

/** Lines of etcd's log that say why it ends; the last two are of Go's package flag, and the whole usage follows them. */
const COMPLAINT = `"level":"(fatal|panic|error)"|${FLAGS}|^flag provided but|^invalid (boolean )?value .* for`;

/** What etcd writes about the action's own question whether it is ready: one line for each time that it is not. */
const OWN_QUESTION = '"msg":"Health check error"';

/** Warnings that name a peer: it is not reached, or etcd does not let it in. */
const ABOUT_PEERS = '"(remote-peer-id|remote-addr|remote-peer-urls?|address)":';

/** What kubelet says of a pod that may pass by itself: etcd's own ends, and a runtime that is slow or starts again. */
const MAY_PASS =
  "*CrashLoopBackOff* | *DeadlineExceeded* | *'context deadline exceeded'* | *'code = Unavailable'* | *'.sock: connect: connection refused'* | *'is reserved'*";

/**
 * What CRI-O says of a sandbox whose image it could not pull, which it does not name: the library's words for each of a pull's steps
 * (containers/image).
 */
const NO_SANDBOX_IMAGE =
  'Error syncing pod.*creating pod sandbox with name.*(initializing source|pinging container registry|reading manifest|pulling)';

/**
 * Bash functions to start an etcd container by:
 *
 * `cri ARGUMENT…` runs crictl. `etcd_containers FLAG…` lists etcd's containers, also those that have ended.
 *
 * `is_ready` asks etcd whether it is, on the port that the manifest in place names: another run may have changed it, so it is
 * read anew every second. `/readyz` is 200 only with a quorum, and whether the database is full does not count there; releases that
 * lack it (before 3.4.29 and 3.5.11) answer 404 and are asked for `/health` likewise (`exclude` is known from 3.4.16 on; server/etcdserver/api/etcdhttp):
 * a member that starts with a larger quota keeps the alarm until it is disarmed. The
 * answer counts only from a socket of root's or of etcd's own container (`is_etcds UID INODE`): any user of the host may listen there
 * while etcd does not.
 *
 * `await_ready [none-yet]` waits for that, and has what the runtime stored of the new container on the disk (`none-yet`: no container of etcd was there before): 0; {@link CRASHED} when etcd's
 * container has ended twice, {@link NO_PAUSE} when kubelet could not start the pod twice for want of the pause image,
 * {@link NO_POD} when kubelet has complained twice of one and the same thing that keeps it from the pod, {@link LATE} when the time is over. kubelet keeps only the last container that ended, so ends are told by its attempt
 * (`ended_attempts`: number and pod), which counts from 0, or on from where it was if a pod of the same manifest was there
 * before.
 *
 * `hear_kubelet` sets `kubelet_said` to what kubelet wrote since the wait began; `missing_pause` and `pod_trouble` look through it.
 *
 * `pod_trouble` sets `trouble` to the complaint that kubelet has made twice; what differs in the two are ids and times, and so the
 * digits and the letters a to f do not count.
 *
 * `missing_pause` names that image, as containerd does (internal/cri/server, RunPodSandbox); of CRI-O, which does not, it is asked.
 *
 * `etcd_words` prints the complaints of the newest container and its last warnings about peers, else its last lines, or kubelet's when
 * there is none; never what etcd writes about the action's own questions. {@link etcdWords} reads them.
 */
export function memberReadyFunctions(member: {
  readonly address: string;
  readonly criEndpoint: string;
}): string {
  const loopback = loopbackOf(member.address);
  return `${OWN_STATUS_FUNCTIONS}${PAUSE_FUNCTION}${KUBELET_WORDS_FUNCTIONS}
cri() { crictl --runtime-endpoint ${quote(member.criEndpoint)} "$@"; }
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
  told=$(grep -cE ${quote(NO_SANDBOX_IMAGE)} <<< "$kubelet_said" || true)
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
      ${MAY_PASS}) continue ;;
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
  local begun=$SECONDS look=${LOOK_AFTER} say=10 told=0 waited attempt pod ended
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
    ${STILL_WANTED}
    if [ "$waited" -ge "$look" ]; then
      look=$((waited + ${LOOK_EVERY} + waited / 5))
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
  if [ -n "$pause" ]; then echo '${MARK}${PAUSE}'"$pause" >&2; return; fi
  if pod_trouble; then printf '${MARK}${KUBELET}%s\\n' "$trouble" >&2; return; fi
  if [ -n "$stranger" ]; then printf '${MARK}${STRANGER}%s\\n' "$stranger" >&2; fi
  container=$(etcd_containers -q | head -n 1)
  if [ -n "$container" ]; then
    log=$(cri logs --tail ${LOG_LINES} "$container" 2>&1 | grep -vF ${quote(OWN_QUESTION)} || true)
    {
      grep -E '"level":"warn"' <<< "$log" | grep -E ${quote(ABOUT_PEERS)} | tail -n 12 || true
      grep -E ${quote(COMPLAINT)} <<< "$log" | tail -n 4 || tail -n 8 <<< "$log"
    }
  else kubelet_words 8
  fi | sed 's/^/${MARK}/' >&2
}
`;
}

/**
 * The complaint in what `etcd_words` has printed, without a final stop: etcd's last fatal line, else its last error, else
 * what it says of its peers, else its last lines; and who answered in its place, if anything did.
 */
export function etcdWords(stderr: string): string {
  const log = linesOfLog(stderr);
  const pause = log.find((line) => line.startsWith(PAUSE))?.slice(PAUSE.length);
  if (pause !== undefined)
    return `the pause image ${printable(pause)} is not on the host and could not be pulled`;
  const kubelet = log.find((line) => line.startsWith(KUBELET));
  if (kubelet !== undefined) return errorIn(kubelet.slice(KUBELET.length)).replace(/\.$/, '');
  const stranger = log.findLast((line) => line.startsWith(STRANGER));
  const words = log.filter((line) => !line.startsWith(STRANGER));
  const complaint =
    lastLike(/\{"level":"(?:fatal|panic)"/, words) ??
    lastLike(/\{"level":"error"/, words) ??
    lastLike(new RegExp(FLAGS), words) ??
    aboutPeers(words) ??
    lastWords(words.join('\n'), 2);
  const said = lastWords(complaint.replace(/\.$/, ''), 1);
  if (stranger === undefined) return said === '' ? 'nothing that etcd wrote could be read' : said;
  return `its port is ${printable(stranger)}${said === '' ? '' : `; etcd says: ${said}`}`;
}

/** Whether what answered on etcd's port was another program. */
export function isAnsweredByStranger(stderr: string): boolean {
  return linesOfLog(stderr).some((line) => line.startsWith(STRANGER));
}

function linesOfLog(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith(MARK))
    .map((line) => line.slice(MARK.length));
}

/** The field `err` of a line of kubelet's, in klog's text or as JSON; the whole line where there is none. */
function errorIn(line: string): string {
  const quoted = /\berr"?[=:] ?"((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  const text = quoted === undefined ? line : quoted.replace(/\\(.)/g, '$1').replace(/\\+"/g, '"');
  return lastWords(text, 1);
}

/** What etcd last said of each peer, at most three. */
function aboutPeers(log: readonly string[]): string | undefined {
  const said = new Map<string, string>();
  for (const line of log) {
    const fields = fieldsOf(line.slice(Math.max(0, line.indexOf('{')))) ?? {};
    const peer = PEER_FIELDS.map((field) => textIn(fields[field])).find((text) => text !== '');
    if (textIn(fields['level']) !== 'warn' || peer === undefined) continue;
    const address = peer.replace(/^(\[.*\]|[^:]+):\d+$/, '$1'); // each connection of a peer comes from another port
    const words = [`${textIn(fields['msg'])} (${address})`, textIn(fields['error'])].filter(
      (part) => part !== '',
    );
    said.set(address, printable(words.join(': ')));
  }
  return said.size === 0 ? undefined : [...said.values()].slice(-3).join('; ');
}

const PEER_FIELDS = ['remote-peer-id', 'remote-addr', 'remote-peer-urls', 'remote-peer-url', 'address'];

/** Message and error of the last such line of etcd's JSON log; a line that was cut tells nothing. */
function lastLike(pattern: RegExp, log: readonly string[]): string | undefined {
  const last = log.findLast((line) => pattern.test(line));
  if (last === undefined) return undefined;
  const fields = fieldsOf(last.slice(last.indexOf('{'))) ?? {};
  const words = [textIn(fields['msg']), textIn(fields['error'])].filter((part) => part !== '');
  return words.length === 0 ? undefined : words.join(': ');
}
