import { createHash, createPublicKey } from 'node:crypto';
import type { HealthHostFacts, PodContainer } from '../../facts/health.ts';
import type { ContainerFact, StandingFacts } from '../../facts/host.ts';
import type { FilesystemFact } from '../../facts/preflight.ts';
import { CA_KEY, type DataPlaces, leafPath } from '../../kubeadm/paths.ts';
import { leafProfileNames } from '../../pki/leaf.ts';
import { fieldsIn, fieldsOf, numberIn, textIn } from '../../text/json-fields.ts';
import { quoteBash } from '../bash.ts';
import { isCrictlWarning } from '../host-error.ts';
import { MAX_PROBE_OUTPUT, type RemoteScript } from '../transport.ts';
import { PRINT_FILES, placeVariables } from './list-files.ts';
import { parseStanding } from './parse-probe.ts';
import { START_VOLATILE, PRINT_IDENTITY, PROBE_START } from './probe-script.ts';
import { CRI_SECONDS, parseContainers } from './runtime.ts';
import {
  clockIn,
  parseFilesystem,
  type ProbeTiming,
  programAnswer,
  readSections,
  type Sections,
} from './sections.ts';

/** The parameters of the health probe. */
export interface HealthProbeOptions extends DataPlaces {
  /** Read the healthcheck client's private key too, which queries etcd. */
  readonly clientKey: boolean;
}

/**
 * The version of the answer's format. Raise it when the answer of a probe installed by an earlier release can no
 * longer be read, or lacks a required field.
 */
const HEALTH_PROBE_FORMAT = 3;

/** Exit code of the installed program for invalid arguments. */
export const PROBE_REFUSED = 95;

/** The deadline of the whole check may be shorter. */
const TIMEOUT_MS = 60_000;
/** Maximum number of inspected containers of etcd's pod, and of lines read from a log. */
const MAX_CONTAINERS = 3;
const LOG_LINES = 40;
/** Maximum size of those lines in bytes. */
const MAX_LOG_BYTES = 65_536;
/** Seconds that a tool or a port may take; later answers are left out. */
const TOOL_TIMEOUT_SECONDS = 5;

const CLIENT_KEY = leafPath('healthcheckClient', 'key');
const KEYS = [...leafProfileNames.map((name) => leafPath(name, 'key')), CA_KEY];

/**
 * Returns the one read-only probe of a health check: everything the ordinary probe reads, and the facts that only
 * health needs. Private keys stay on the host, except the healthcheck client's; for the others it reports the digest
 * of the public half.
 * @param program the path of the probe installed on the host, for a login user with root access to nothing else;
 * absent: the script is sent to a root bash.
 */
export function healthProbe(
  question: HealthProbeOptions,
  { program }: { program?: string } = {},
): RemoteScript {
  return {
    title: 'health probe',
    effect: 'reads',
    timeoutMs: TIMEOUT_MS,
    maxOutput: MAX_PROBE_OUTPUT,
    isLast: true,
    script:
      program === undefined ? healthScript(question) : `exec sudo -n -- ${programCall(question, program)}`,
  };
}

function healthScript(question: HealthProbeOptions): string {
  return `${placeVariables(question)}
client_key=${question.clientKey ? 'yes' : 'no'}
${HEALTH_BODY}`;
}

function programCall({ dataDir, walDir, clientKey }: HealthProbeOptions, program: string): string {
  const command = [program, dataDir, clientKey ? 'yes' : 'no', ...(walDir === undefined ? [] : [walDir])];
  return command.map(quoteBash).join(' ');
}

/** Starts the slow parts. crictl lists the newest container first. */
const START_HEALTH = `
kubelet_healthz() {
  local line body=''
  exec 3<> /dev/tcp/127.0.0.1/10248 || return
  printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3
  while IFS= read -r -t ${TOOL_TIMEOUT_SECONDS} line <&3 && [ "$line" != $'\\r' ]; do :; done
  IFS= read -r -t ${TOOL_TIMEOUT_SECONDS} -N 2000 body <&3
  printf %s "$body"
}
inspect() { cri inspect -o go-template --template '{"status":{{json .status}}}' "$1" || cri inspect -o json "$1"; }
last_log() { # the end of it; tail -c of uutils prints more than requested from a pipe
  local said beyond
  { said=$(cri logs --tail ${LOG_LINES} "$1" 2>&1); } 2> /dev/null
  beyond=$((\${#said} - ${MAX_LOG_BYTES}))
  printf '%s\\n' "\${said:beyond > 0 ? beyond : 0}"
}
pod() {
  local rest id found=0 ended='' an_id='"id": *"([0-9a-f]+)"' a_state='"state": *"([A-Z_]+)"'
  rest=$(program health.containers ${CRI_SECONDS} cri ps -a -o json --name '^etcd$')
  printf '%s\\n' "$rest"
  while [ "$found" -lt ${MAX_CONTAINERS} ] && [[ $rest =~ $an_id ]]; do
    id=\${BASH_REMATCH[1]}
    rest=\${rest#*"\${BASH_REMATCH[0]}"}
    if [[ $rest =~ $a_state ]] && [ "\${BASH_REMATCH[1]}" = CONTAINER_EXITED ]; then ended=\${ended:-$id}; fi
    program "health.container.$((found++))" ${CRI_SECONDS} inspect "$id"
  done
  if [ -n "$ended" ]; then program health.log ${TOOL_TIMEOUT_SECONDS} last_log "$ended"; fi
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
  program "health.$2used" ${TOOL_TIMEOUT_SECONDS} du -skx -- "$1"
}
begin health.pod pod
begin health.mount filesystem "$data_dir" ''
if [ -n "$wal_dir" ]; then begin health.wal-mount filesystem "$wal_dir" wal-; fi
begin health.healthz kubelet_healthz
begin health.public-keys public_keys
`;

const PRINT_HEALTH = `
section health.format
printf '%s' ${HEALTH_PROBE_FORMAT}
if [ "$client_key" = yes ] && [ -f ${CLIENT_KEY} ]; then section health.client-key; show ${CLIENT_KEY}; fi
`;

/** The script that runs on every host, after the variables data_dir, wal_dir and client_key. */
const HEALTH_BODY = `${PROBE_START}${START_HEALTH}${START_VOLATILE}${PRINT_IDENTITY}${PRINT_FILES}${PRINT_HEALTH}
end_sections
`;

/**
 * The same as a program that root installs on a host, so that the login user can run it by sudo and nothing else. It
 * checks its arguments, because that user can pass anything.
 */
export const HEALTH_PROGRAM = `#!/bin/bash -p
# Reads the facts that a health check of etcd-ha-action needs from this host, and changes nothing.
# Made from src/hosts/probe/health-probe.ts by \`npm run docs\`; how to install it: docs/least-privilege.md.
# Usage: etcd-ha-health-probe DATA-DIR yes|no [WAL-DIR]
#   yes: also print the healthcheck client's private key, which queries etcd.
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin HOME=/root
set +o posix
# If sudoers keeps other variables, restart without them.
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
  # the calling account chooses the folder: it must not lead elsewhere, nor be writable by others
  [ "$trusted" = "\${#parts[@]}" ] || refuse "a part of the path '$folder' is no folder that root alone may write in"
done
case $client_key in yes | no) ;; *) refuse 'the second argument is neither yes nor no' ;; esac
${HEALTH_BODY}`;

/** The parsed answer of the health probe. */
export interface HealthAnswer {
  readonly facts: StandingFacts;
  readonly more: HealthHostFacts;
  /** PEM. Secret. */
  readonly clientKey?: Buffer;
}

/** The probe installed on the host belongs to another release of the action. */
export class ProbeFormatError extends Error {}

/**
 * Parses the answer of the health probe.
 * @throws IncompleteProbeError when its last section or the time is missing; ProbeFormatError when its format is not
 * this release's.
 */
export function parseHealthProbe(answer: string, timing: ProbeTiming): HealthAnswer {
  const sections = readSections(answer);
  const get = (name: string): string => sections.get(name)?.trim() ?? '';
  if (get('health.format') !== String(HEALTH_PROBE_FORMAT)) {
    throw new ProbeFormatError(
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
    facts:
      'seen' in containers ? standing : { ...standing, unseen: [...standing.unseen, containers.failure] },
    more: {
      clock: clockIn(sections, timing),
      ...(filesystem && { filesystem }),
      ...(walFilesystem && { walFilesystem }),
      ...(healthz !== '' && { kubeletHealthz: healthz }),
      containers: ('seen' in containers ? containers.seen : []).map((container, at) =>
        withExit(container, programAnswer(sections, `health.container.${at}`).text),
      ),
      lastLog: get('health.log')
        .split('\n')
        .filter((line) => line !== '' && !isCrictlWarning(line)),
      publicKeys: new Map(sectionsWithPrefix('health.public-key:', sections).flatMap(digestOfKey)),
    },
    ...(clientKey !== undefined && { clientKey: Buffer.from(clientKey) }),
  };
}

function filesystemIn(prefix: string, get: (name: string) => string): FilesystemFact | undefined {
  const used = parseInt(get(`health.${prefix}used`)) || 0;
  return parseFilesystem(get(`health.${prefix}mount`), get(`health.${prefix}blocks`), used);
}

/** Returns the sections with this prefix, by the rest of their names. */
function sectionsWithPrefix(prefix: string, sections: Sections): [string, string][] {
  return [...sections]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, text]) => [name.slice(prefix.length), text]);
}

/** Returns nothing for an empty section: openssl could not read that key. */
function digestOfKey([path, pem]: [string, string]): [string, string][] {
  try {
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    return [[path, createHash('sha256').update(der).digest('hex')]];
  } catch {
    return [];
  }
}

/**
 * Adds the state from `crictl inspect -o json` to a container of the list. Only the newest containers are inspected.
 */
function withExit({ id, running, attempt }: ContainerFact, text: string): PodContainer {
  // Without it, only the start and the end of the container are unknown.
  const status = fieldsIn(fieldsOf(text)?.['status']);
  const startedAt = parseTime(textIn(status['startedAt']));
  const finishedAt = running ? undefined : parseTime(textIn(status['finishedAt']));
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

/** Returns undefined for the zero time of Go or Unix: the event has not happened. */
function parseTime(text: string): string | undefined {
  const time = Date.parse(text);
  return time > 0 ? new Date(time).toISOString() : undefined;
}
