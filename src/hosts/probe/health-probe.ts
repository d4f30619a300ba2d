import { createHash, createPublicKey } from 'node:crypto';
import type { HealthHostFacts, PodContainer } from '../../facts/health.ts';
import type { ContainerFact, StandingFacts } from '../../facts/host.ts';
import type { FilesystemFact } from '../../facts/preflight.ts';
import { leafPath } from '../../kubeadm/file-tree.ts';
import { CA_KEY, type DataPlaces } from '../../kubeadm/paths.ts';
import { leafProfileNames } from '../../pki/leaf.ts';
import { fieldsIn, fieldsOf, numberIn, textIn } from '../../text/json-fields.ts';
import { quote } from '../bash.ts';
import { isCrictlWarning } from '../host-error.ts';
import { PROBE_OUTPUT, type RemoteScript } from '../transport.ts';
import { LOOK_AT_FILES, placeVariables } from './look-at-files.ts';
import { parseStanding } from './parse-probe.ts';
import { BEGIN_VOLATILE, LOOK_AT_IDENTITY, PROBE_START } from './probe-script.ts';
import { CRI_SECONDS, parseContainers } from './runtime.ts';
import {
  clockIn,
  parseFilesystem,
  type ProbeTiming,
  programAnswer,
  readSections,
  type Sections,
} from './sections.ts';

/** What the health probe has to be told. */
export interface HealthQuestion extends DataPlaces {
  /** Whether it brings the healthcheck client's private key, with which etcd is asked. */
  readonly clientKey: boolean;
}

/**
 * Which form the answer has. Raised when a probe that was installed by an earlier release could no longer be read as it
 * stands, or would not tell what is needed.
 */
const HEALTH_PROBE_FORMAT = 3;

/** Exit code of the installed program for arguments that it does not take. */
export const PROBE_REFUSED = 95;

/** The deadline of the whole check ends it earlier, if that is shorter. */
const TIMEOUT_MS = 60_000;
/** How many containers of etcd's pod are asked for their end, and how many lines of a log are read. */
const MOST_CONTAINERS = 3;
const LOG_LINES = 40;
/** How much of them, in bytes. */
const MOST_LOG = 65_536;
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
    mostOutput: PROBE_OUTPUT,
    isLast: true,
    script:
      program === undefined ? healthScript(question) : `exec sudo -n -- ${programCall(question, program)}`,
  };
}

function healthScript(question: HealthQuestion): string {
  return `${placeVariables(question)}
client_key=${question.clientKey ? 'yes' : 'no'}
${HEALTH_BODY}`;
}

function programCall({ dataDir, walDir, clientKey }: HealthQuestion, program: string): string {
  const words = [program, dataDir, clientKey ? 'yes' : 'no', ...(walDir === undefined ? [] : [walDir])];
  return words.map(quote).join(' ');
}

/** What is begun at once; the newest container comes first in what crictl lists. */
const BEGIN_HEALTH = `
kubelet_healthz() {
  local line body=''
  exec 3<> /dev/tcp/127.0.0.1/10248 || return
  printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3
  while IFS= read -r -t ${PATIENCE_SECONDS} line <&3 && [ "$line" != $'\\r' ]; do :; done
  IFS= read -r -t ${PATIENCE_SECONDS} -N 2000 body <&3
  printf %s "$body"
}
inspect() { cri inspect -o go-template --template '{"status":{{json .status}}}' "$1" || cri inspect -o json "$1"; }
last_log() { # the end of it; tail -c of uutils gives more than it was asked for behind a pipe
  local said beyond
  { said=$(cri logs --tail ${LOG_LINES} "$1" 2>&1); } 2> /dev/null
  beyond=$((\${#said} - ${MOST_LOG}))
  printf '%s\\n' "\${said:beyond > 0 ? beyond : 0}"
}
pod() {
  local rest id found=0 ended='' an_id='"id": *"([0-9a-f]+)"' a_state='"state": *"([A-Z_]+)"'
  rest=$(program health.containers ${CRI_SECONDS} cri ps -a -o json --name '^etcd$')
  printf '%s\\n' "$rest"
  while [ "$found" -lt ${MOST_CONTAINERS} ] && [[ $rest =~ $an_id ]]; do
    id=\${BASH_REMATCH[1]}
    rest=\${rest#*"\${BASH_REMATCH[0]}"}
    if [[ $rest =~ $a_state ]] && [ "\${BASH_REMATCH[1]}" = CONTAINER_EXITED ]; then ended=\${ended:-$id}; fi
    program "health.container.$((found++))" ${CRI_SECONDS} inspect "$id"
  done
  if [ -n "$ended" ]; then program health.log ${PATIENCE_SECONDS} last_log "$ended"; fi
}
public_keys() {
  local file
  command -v openssl > /dev/null || return
  for file in ${KEYS.join(' ')}; do
    [ -f "$file" ] || continue
    section "health.public-key:$file"
    openssl pkey -in "$file" -pubout < /dev/null
  done
}
filesystem() { # FOLDER SECTIONS
  local folder=$1
  while [ ! -e "$folder" ]; do folder=\${folder%/*}; folder=\${folder:-/}; done
  findmnt -nr -o FSTYPE,SOURCE,TARGET,OPTIONS -T "$folder"
  section "health.$2blocks"
  stat -fc '%S %b %a %c %d' -- "$folder"
  program "health.$2used" ${PATIENCE_SECONDS} du -skx -- "$1"
}
begin health.pod pod
begin health.mount filesystem "$data_dir" ''
if [ -n "$wal_dir" ]; then begin health.wal-mount filesystem "$wal_dir" wal-; fi
begin health.healthz kubelet_healthz
begin health.public-keys public_keys
`;

const LOOK_AT_HEALTH = `
section health.format
printf '%s' ${HEALTH_PROBE_FORMAT}
if [ "$client_key" = yes ] && [ -f ${CLIENT_KEY} ]; then section health.client-key; show ${CLIENT_KEY}; fi
`;

/** The text that runs on every host, behind the variables data_dir, wal_dir and client_key. */
const HEALTH_BODY = `${PROBE_START}${BEGIN_HEALTH}${BEGIN_VOLATILE}${LOOK_AT_IDENTITY}${LOOK_AT_FILES}${LOOK_AT_HEALTH}
end_sections
`;

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
set +o posix
# Whatever sudoers lets through besides these: begin anew without it.
while IFS= read -r -d '' variable; do
  case \${variable%%=*} in LC_ALL | PATH | HOME | PWD | OLDPWD | SHLVL | _) continue ;; esac
  exec env -i LC_ALL=C PATH="$PATH" HOME=/root /bin/bash -p -- "$0" "$@"
done < /proc/self/environ
unset BASH_ENV ENV CDPATH IFS TMOUT
umask 077
cd / || exit
refuse() { printf 'etcd-ha-health-probe: %s\\n' "$1" >&2; exit ${PROBE_REFUSED}; }
[ "$#" = 2 ] || [ "$#" = 3 ] || refuse 'usage: etcd-ha-health-probe DATA-DIR yes|no [WAL-DIR]'
data_dir=$1 client_key=$2 wal_dir=\${3-}
for folder in "$data_dir" "\${3-/}"; do
  case $folder in *[!A-Za-z0-9/._-]* | *..* | *//* | ?*/ | [!/]* | '') refuse "'$folder' is not an absolute path" ;; esac
  parts=(/)
  for ((part = 1; part <= \${#folder}; part++)); do
    case \${folder:part:1} in / | '') if [ -e "\${folder:0:part}" ] || [ -L "\${folder:0:part}" ]; then parts+=("\${folder:0:part}"); fi ;; esac
  done
  trusted=0
  while read -r uid mode; do
    if [ "$uid" = 0 ] && [[ $mode == d????[!w]??[!w]* ]]; then trusted=$((trusted + 1)); fi
  done < <(stat -c '%u %A' -- "\${parts[@]}")
  # the account that may run this chooses the folder: it must not lead elsewhere, nor be one that others fill
  [ "$trusted" = "\${#parts[@]}" ] || refuse "a part of the path '$folder' is no folder that root alone may write in"
done
case $client_key in yes | no) ;; *) refuse 'the second argument is neither yes nor no' ;; esac
${HEALTH_BODY}`;

/** What the health probe has brought from a host. */
export interface HealthAnswer {
  readonly facts: StandingFacts;
  readonly more: HealthHostFacts;
  /** PEM. Secret. */
  readonly clientKey?: Buffer;
}

/** The probe that is installed on the host is of another release of the action. */
export class OtherFormat extends Error {}

/**
 * Facts from the answer of the health probe.
 * @throws IncompleteProbe when its last section is missing or it does not tell the time; OtherFormat when it is not of this release's form.
 */
export function parseHealth(answer: string, timing: ProbeTiming): HealthAnswer {
  const sections = readSections(answer);
  const get = (name: string): string => sections.get(name)?.trim() ?? '';
  if (get('health.format') !== String(HEALTH_PROBE_FORMAT)) {
    throw new OtherFormat(
      `the probe's answer is of form ${get('health.format') || '(none)'}, and this release reads form ${HEALTH_PROBE_FORMAT}`,
    );
  }
  const filesystem = filesystemIn('', get);
  const walFilesystem = filesystemIn('wal-', get);
  const healthz = get('health.healthz');
  const clientKey = sections.get('health.client-key');
  const standing = parseStanding(sections);
  const containers = parseContainers(sections, 'health.containers');
  return {
    facts: 'seen' in containers ? standing : { ...standing, unseen: [...standing.unseen, containers.unseen] },
    more: {
      clock: clockIn(sections, timing),
      ...(filesystem && { filesystem }),
      ...(walFilesystem && { walFilesystem }),
      ...(healthz !== '' && { kubeletHealthz: healthz }),
      containers: ('seen' in containers ? containers.seen : []).map((container, at) =>
        withEnd(container, programAnswer(sections, `health.container.${at}`).text),
      ),
      lastLog: get('health.log')
        .split('\n')
        .filter((line) => line !== '' && !isCrictlWarning(line)),
      publicKeys: new Map(named('health.public-key:', sections).flatMap(digestOfKey)),
    },
    ...(clientKey !== undefined && { clientKey: Buffer.from(clientKey) }),
  };
}

function filesystemIn(prefix: string, get: (name: string) => string): FilesystemFact | undefined {
  const used = parseInt(get(`health.${prefix}used`)) || 0;
  return parseFilesystem(get(`health.${prefix}mount`), get(`health.${prefix}blocks`), used);
}

/** What the sections whose names begin so hold, by the rest of their names. */
function named(prefix: string, sections: Sections): [string, string][] {
  return [...sections]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, text]) => [name.slice(prefix.length), text]);
}

/** A key that openssl could not read has an empty section. */
function digestOfKey([path, pem]: [string, string]): [string, string][] {
  try {
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    return [[path, createHash('sha256').update(der).digest('hex')]];
  } catch {
    return [];
  }
}

/** A container of the list with what `crictl inspect -o json` says of it; only of the newest ones it is asked. */
function withEnd({ id, running, attempt }: ContainerFact, text: string): PodContainer {
  // without it, only when and how the container ended stays untold
  const status = fieldsIn(fieldsOf(text)?.['status']);
  const startedAt = moment(textIn(status['startedAt']));
  const finishedAt = running ? undefined : moment(textIn(status['finishedAt']));
  const exitCode = numberIn(status['exitCode']);
  const reason = textIn(status['reason']);
  return {
    id,
    running,
    attempt,
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(!running && exitCode !== undefined && { exitCode }),
    ...(!running && reason !== '' && { reason }),
  };
}

/** What has not happened has the time zero of Go, or of Unix. */
function moment(text: string): string | undefined {
  const time = Date.parse(text);
  return time > 0 ? new Date(time).toISOString() : undefined;
}
