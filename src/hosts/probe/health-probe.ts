import { placesOf, type DataPlaces } from '../../kubeadm/data-places.ts';
import { leafPath } from '../../kubeadm/file-tree.ts';
import { CA_KEY } from '../../kubeadm/paths.ts';
import { leafProfileNames } from '../../pki/leaf-profiles.ts';
import { quote } from '../shell.ts';
import type { RemoteScript } from '../transport.ts';
import { probeBody, questionVariables } from './probe-script.ts';

/** What the health probe has to be told. */
export interface HealthQuestion extends DataPlaces {
  /** Whether it brings the healthcheck client's private key, with which etcd is asked. */
  readonly clientKey: boolean;
}

/**
 * Which form the answer has. Raised when a probe that was installed by an earlier release could no longer be read as it
 * stands, or would not tell what is needed.
 */
export const HEALTH_PROBE_FORMAT = 1;

/** The deadline of the whole check ends it earlier, if that is shorter. */
const TIMEOUT_MS = 60_000;
/** How many containers of etcd's pod are asked for their end, and how many lines of a log are read. */
const MOST_CONTAINERS = 3;
const LOG_LINES = 40;
/** Seconds that a tool or a port may take; what has not answered by then is left out. */
const PATIENCE_SECONDS = 5;

const CLIENT_KEY = leafPath('healthcheckClient', 'key');
const KEYS = [...leafProfileNames.map((name) => leafPath(name, 'key')), CA_KEY];

/**
 * The one read-only look of a health check at a host: what the ordinary probe reads, and what only health asks for.
 * Private keys stay where they are, but for the one of the healthcheck client; of the others it tells the digest of the
 * public half.
 * @param program the probe as it is installed on the host, for a login user who may run nothing else as root; absent: the
 * script is sent to a bash of root.
 */
export function healthProbe(question: HealthQuestion, { program }: { program?: string } = {}): RemoteScript {
  return {
    title: 'health probe',
    effect: 'reads',
    timeoutMs: TIMEOUT_MS,
    script:
      program === undefined ? healthScript(question) : `exec sudo -n -- ${programCall(question, program)}`,
  };
}

function healthScript(question: HealthQuestion): string {
  // Members tell themselves how they reach each other: nobody has to try it.
  return `${questionVariables({ ...placesOf(question), peers: [], ports: [] })}
client_key=${question.clientKey ? 'yes' : 'no'}
${HEALTH_BODY}`;
}

function programCall({ dataDir, walDir, clientKey }: HealthQuestion, program: string): string {
  const words = [program, dataDir, clientKey ? 'yes' : 'no', ...(walDir === undefined ? [] : [walDir])];
  return words.map(quote).join(' ');
}

const HEALTH_START = `
now() { if [ -n "\${EPOCHREALTIME-}" ]; then echo "\${EPOCHREALTIME/./}"; else date +%s%6N; fi; }
begun=$(now)
health_cri() { timeout ${PATIENCE_SECONDS} crictl --runtime-endpoint "$endpoint" --image-endpoint "$endpoint" "$@" 2>/dev/null; }
filesystem() { # FOLDER
  local folder=$1
  while [ ! -e "$folder" ]; do folder=\${folder%/*}; folder=\${folder:-/}; done
  findmnt -nr -o FSTYPE,SOURCE,TARGET,OPTIONS -T "$folder" 2>/dev/null | head -n 1
  stat -fc '%S %b %a %c %d' -- "$folder" 2>/dev/null
  timeout ${PATIENCE_SECONDS} du -skx -- "$1" 2>/dev/null
}
kubelet_healthz() {
  { exec 3<> /dev/tcp/127.0.0.1/10248; } 2>/dev/null || return 0
  printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3
  timeout ${PATIENCE_SECONDS} cat <&3 | sed '1,/^\\r$/d' | head -c 2000
}
pod_containers() {
  [ -n "$endpoint" ] || return 0
  health_cri ps -a -q --name '^etcd$' | head -n ${MOST_CONTAINERS} | while read -r id; do
    { health_cri inspect -o go-template --template '{"status":{{json .status}}}' "$id" || health_cri inspect -o json "$id"; } | base64 -w0
    echo
  done
}
last_log() {
  local id
  [ -n "$endpoint" ] || return 0
  id=$(health_cri ps -a -q --state Exited --name '^etcd$' | head -n 1)
  [ -n "$id" ] || return 0
  timeout ${PATIENCE_SECONDS} crictl --runtime-endpoint "$endpoint" logs --tail ${LOG_LINES} "$id" 2>&1 | tail -c 65536
}
public_keys() {
  local file digest none
  command -v openssl > /dev/null || return 0
  none=$(sha256sum < /dev/null)
  for file in ${KEYS.join(' ')}; do
    [ -f "$file" ] || continue
    digest=$(openssl pkey -in "$file" -pubout -outform DER 2>/dev/null < /dev/null | sha256sum)
    if [ "$digest" != "$none" ]; then printf '%s %s\\n' "\${digest%% *}" "$file"; fi
  done
}
exec {fd_filesystem}< <(filesystem "$data_dir")
if [ -n "$wal_dir" ]; then exec {fd_wal_filesystem}< <(filesystem "$wal_dir"); fi
exec {fd_healthz}< <(kubelet_healthz)
exec {fd_public_keys}< <(public_keys)
`;

/** What needs the runtime's endpoint, which the ordinary probe finds. */
const HEALTH_START_CRI = `
exec {fd_pod}< <(pod_containers)
exec {fd_log}< <(last_log)
`;

const HEALTH_EMIT = `
printf '%s' ${HEALTH_PROBE_FORMAT} | emit health.format
emit health.filesystem <&"$fd_filesystem"
if [ -n "$wal_dir" ]; then emit health.wal-filesystem <&"$fd_wal_filesystem"; fi
emit health.healthz <&"$fd_healthz"
emit health.public-keys <&"$fd_public_keys"
emit health.pod <&"$fd_pod"
emit health.log <&"$fd_log"
if [ "$client_key" = yes ] && [ -f ${CLIENT_KEY} ]; then emit health.client-key < ${CLIENT_KEY}; fi
printf '%s %s' "$begun" "$(now)" | emit health.clock
echo "end "
`;

/** The text that runs on every host, behind the variables data_dir, wal_dir, targets and client_key. */
const HEALTH_BODY = `${HEALTH_START}
${probeBody(HEALTH_START_CRI)}
${HEALTH_EMIT}`;

/**
 * The same as a program that root installs on a host, so that the login user may run it, and nothing else, by sudo. What it
 * is given it looks at, for that user may give it anything.
 */
export const HEALTH_PROGRAM = `#!/bin/bash -p
# Reads what a health check of etcd-ha-action wants to know of this host, and changes nothing.
# Made from src/hosts/probe/health-probe.ts by \`npm run docs\`; how to install it: docs/least-privilege.md.
# Usage: etcd-ha-health-probe DATA-DIR yes|no [WAL-DIR]
#   yes: print the healthcheck client's private key too, with which etcd is asked.
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin HOME=/root
unset BASH_ENV ENV CDPATH IFS
umask 077
cd / || exit
refuse() { printf 'etcd-ha-health-probe: %s\\n' "$1" >&2; exit 95; }
[ "$#" = 2 ] || [ "$#" = 3 ] || refuse 'usage: etcd-ha-health-probe DATA-DIR yes|no [WAL-DIR]'
data_dir=$1 client_key=$2 wal_dir=\${3-} targets=()
for folder in "$data_dir" "\${3-/}"; do
  case $folder in *[!A-Za-z0-9/._-]* | *..* | [!/]* | '') refuse "'$folder' is not an absolute path" ;; esac
done
case $client_key in yes | no) ;; *) refuse 'the second argument is neither yes nor no' ;; esac
${HEALTH_BODY}`;
