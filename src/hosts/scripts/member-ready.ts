import { ETCD_MANIFEST } from '../../kubeadm/paths.ts';
import { DEFAULT_METRICS_PORT } from '../../kubeadm/ports.ts';
import { loopbackOf } from '../../kubeadm/urls.ts';
import { lastWords } from '../last-words.ts';
import { STILL_WANTED } from '../lock/guard.ts';
import { quote } from '../shell.ts';
import { HTTP_STATUS_FUNCTION } from './bash-http.ts';
import { PAUSE_FUNCTION } from './pause.ts';

/** Seconds until the member must be ready: kubeadm's own start-up budget, as in the manifest's startupProbe. */
export const READY_WITHIN = 240;

/** Seconds until the runtime is asked for the first time whether etcd has ended, and between two times: it costs a process. */
const LOOK_AFTER = 3;
const LOOK_EVERY = 2;

/** What `await_ready` gives when the member did not get ready. */
export const CRASHED = 1;
export const LATE = 2;
export const NO_PAUSE = 3;

/** Before the image that no pod starts without, where `etcd_words` tells of it. */
const PAUSE = 'pause image: ';

/** Before each line that `etcd_words` prints. */
const MARK = 'etcd: ';

/** What etcd says of flags that do not go together: a warning, and its end. */
const FLAGS = '"msg":"failed to verify flags"';

/** Lines of etcd's log that say why it ends; the last two are of Go's package flag, and the whole usage follows them. */
const COMPLAINT = `"level":"(fatal|panic|error)"|${FLAGS}|^flag provided but|^invalid (boolean )?value .* for`;

/**
 * Bash functions to start an etcd container by:
 *
 * `cri ARGUMENT…` runs crictl. `etcd_containers FLAG…` lists etcd's containers, also those that have ended.
 *
 * `is_ready` asks etcd whether it is, on the port that the manifest in place names: another run may have changed it, so it is
 * read anew every second. `/readyz` is 200 only with a quorum; releases that lack it answer 404 and are asked for `/health`.
 *
 * `await_ready [none-yet]` waits for that (`none-yet`: no container of etcd was there before): 0; {@link CRASHED} when etcd's
 * container has ended twice, {@link NO_PAUSE} when kubelet could not start the pod twice for want of the pause image,
 * {@link LATE} when the time is over. kubelet keeps only the last container that ended, so ends are told by its attempt
 * (`ended_attempts`: number and pod), which counts from 0, or on from where it was if a pod of the same manifest was there
 * before.
 *
 * `missing_pause` names that image, as containerd does (internal/cri/server, RunPodSandbox).
 *
 * `etcd_words` prints the complaints of the newest container, else its last lines, or kubelet's when there is none;
 * {@link etcdWords} reads them.
 */
export function memberReadyFunctions(member: {
  readonly address: string;
  readonly criEndpoint: string;
}): string {
  const loopback = loopbackOf(member.address);
  return `${HTTP_STATUS_FUNCTION}${PAUSE_FUNCTION}
cri() { crictl --runtime-endpoint ${quote(member.criEndpoint)} "$@"; }
etcd_containers() { cri ps -a --name '^etcd$' "$@" 2>/dev/null || true; }
ended_attempts() {
  etcd_containers --state exited -o json |
    sed -n 's/.*"attempt": *\\([0-9]*\\).*/\\1/p; s/.*"io.kubernetes.pod.uid": *"\\(.*\\)".*/\\1/p' | paste -d ' ' - -
}
port_of=-1 port=
is_ready() {
  local status line
  if [ "$SECONDS" != "$port_of" ]; then
    port_of=$SECONDS port=${DEFAULT_METRICS_PORT}
    while read -r line; do
      if [[ $line =~ --listen-metrics-urls=[^,]*:([0-9]+) ]]; then port=\${BASH_REMATCH[1]}; fi
    done 2> /dev/null < ${ETCD_MANIFEST} || true
  fi
  http_status ${loopback} "$port" /readyz
  if [ "$status" = 404 ]; then http_status ${loopback} "$port" /health; fi
  [ "$status" = 200 ]
}
missing_pause() {
  journalctl -u kubelet -t kubelet --since "@$waited_since" --no-pager -o cat 2>/dev/null |
    sed -n '/Error syncing pod/s/.*failed to get sandbox image [\\\\"]*\\([^\\\\" ]*\\).*/\\1/p' | sort | uniq -d | head -n 1
}
await_ready() {
  printf -v waited_since '%(%s)T' -1
  local begun=$SECONDS look=${LOOK_AFTER} say=10 told=0 waited attempt pod ended
  local -A before=()
  if [ "\${1-}" != none-yet ]; then
    while read -r attempt pod; do
      if [ "$attempt" -gt "\${before[$pod]:--1}" ]; then before[$pod]=$attempt; fi
    done < <(ended_attempts)
  fi
  while waited=$((SECONDS - begun)) && [ "$waited" -lt ${READY_WITHIN} ]; do
    if is_ready; then return 0; fi
    ${STILL_WANTED}
    if [ "$waited" -ge "$look" ]; then
      look=$((waited + ${LOOK_EVERY} + waited / 5))
      while read -r attempt pod; do
        ended=$((attempt - \${before[$pod]:--1}))
        if [ "$ended" -gt "$told" ]; then told=$ended; echo "etcd has ended $told time(s)" >&2; fi
      done < <(ended_attempts)
      if [ "$told" -ge 2 ]; then return ${CRASHED}; fi
      if [ "$waited" -ge 5 ] && [ -n "$(missing_pause || true)" ]; then return ${NO_PAUSE}; fi
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
  pause=$(missing_pause || true)
  if [ -n "$pause" ]; then echo '${MARK}${PAUSE}'"$pause" >&2; return; fi
  container=$(etcd_containers -q | head -n 1)
  if [ -n "$container" ]; then
    log=$(cri logs --tail 60 "$container" 2>&1 || true)
    grep -E ${quote(COMPLAINT)} <<< "$log" | tail -n 4 || tail -n 8 <<< "$log"
  else journalctl -u kubelet -t kubelet -n 8 --no-pager -o cat || true
  fi | sed 's/^/${MARK}/' >&2
}
`;
}

/**
 * The complaint in what `etcd_words` has printed, without a final stop: etcd's last fatal line, else its last error, else
 * its last lines.
 */
export function etcdWords(stderr: string): string {
  const log = stderr
    .split('\n')
    .filter((line) => line.startsWith(MARK))
    .map((line) => line.slice(MARK.length));
  const pause = log.find((line) => line.startsWith(PAUSE))?.slice(PAUSE.length);
  if (pause !== undefined) return `the pause image ${pause} is not on the host and could not be pulled`;
  const complaint =
    lastLike(/\{"level":"(?:fatal|panic)"/, log) ??
    lastLike(/\{"level":"error"/, log) ??
    lastLike(new RegExp(FLAGS), log) ??
    lastWords(log.join('\n'), 2);
  return complaint.replace(/\.$/, '');
}

/** Message and error of the last such line of etcd's JSON log. */
function lastLike(pattern: RegExp, log: readonly string[]): string | undefined {
  const last = log.findLast((line) => pattern.test(line));
  if (last === undefined) return undefined;
  try {
    const { msg, error } = JSON.parse(last.slice(last.indexOf('{'))) as { msg?: string; error?: string };
    return [msg, error].filter((part) => part !== undefined).join(': ');
  } catch {
    return undefined; // a line that was cut
  }
}
