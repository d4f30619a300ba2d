import type { BackupHash } from '../backup/open-backup.ts';
import type { Finding } from '../findings.ts';
import { PAUSE_FUNCTION, quoteBash } from '../hosts/bash.ts';
import { lastWords } from '../hosts/host-error.ts';
import { EXIT_IF_RUN_GONE } from '../hosts/lock/guard.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import { ACTION_DIR } from '../kubeadm/paths.ts';
import { fieldsIn, fieldsOf, numberIn, objectsIn } from '../text/json-fields.ts';
import { duration } from '../text/units.ts';
import { stepFailure } from './context.ts';
import { explainRestore, secondsOf } from './restore-database.ts';
import { programFunctions } from './restore/image-programs.ts';
import { DRILL_UNIT, NOT_EMPTY, restoreData, workFolder } from './restore/work-folder.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Restores the database on a spare host, starts etcd on it, compares its keys with the backup, and removes it all. */
export interface DrillDatabase extends StepOnHost {
  readonly kind: 'drill-database';
  readonly image: string;
  readonly criEndpoint: string;
  readonly dataDir: string;
  /** SHA-256 of the database followed by its digest, hex. */
  readonly sha256: string;
  /** As the manifest of the backup has them. */
  readonly revision: number;
  readonly keys: number;
}

const title = 'try restore';

/** The kind of {@link DrillDatabase}. */
export const drillDatabaseStep: ScriptedKind<DrillDatabase> = {
  title,
  describe({ image }) {
    return `${title} with ${image}, then remove the data again`;
  },
  async script(step, context) {
    const { host } = step;
    const seconds = secondsOf(context);
    const expected = { ...step, hash: (await context.backup?.hashKv()) ?? null };
    return {
      script: drillDatabase({ ...expected, seconds }),
      explain: explainDrill(step),
      check: (stdout) => {
        const answer = parseDrill(stdout.toString('utf8'));
        const finding = drillFinding(expected, answer);
        if (finding !== undefined) throw stepFailure(title, host, finding);
        context.log.host(host).info(drillLine(expected, answer));
      },
    };
  },
};

/** What the restored etcd is to have. */
export interface ExpectedData extends Pick<DrillDatabase, 'revision' | 'keys'> {
  /** The HashKV of the backup; null if it is not known. */
  readonly hash: BackupHash | null;
}

/** The parameters of the script. */
export interface Drill
  extends Pick<ExpectedData, 'hash'>, Omit<DrillDatabase, 'kind' | 'host' | 'why' | 'revision' | 'keys'> {
  /** Seconds that the restore may take, and then the start. */
  readonly seconds: number;
}

/** Exit codes: etcd ended; it did not answer in time; systemd gave it no network of its own; it refused a question. */
const ENDED = 10;
const SILENT = 11;
const NOT_APART = 12;
const UNANSWERED = 13;

const CLIENT_URL = 'http://127.0.0.1:2379';
const PEER_URL = 'http://127.0.0.1:2380';

/** Last lines of etcd's log in a message. */
const LOG_LINES = 40;

/**
 * Returns a script that restores without another revision, and asks etcd on it for its keys. etcd runs in a network
 * namespace of its own with nothing but loopback: no program outside reaches it, and its ports are free. The answers
 * are one line of JSON. At its end, however it ends, the script takes everything away; after a kill the next drill does.
 */
export function drillDatabase(drill: Drill): RemoteScript {
  const { dataDir, hash, seconds } = drill;
  const flags = {
    memberName: 'drill',
    peerUrl: PEER_URL,
    initialCluster: `drill=${PEER_URL}`,
    token: 'etcd-ha-action-drill',
  };
  const etcd = [
    `--name=${flags.memberName}`,
    `--listen-client-urls=${CLIENT_URL} --advertise-client-urls=${CLIENT_URL}`,
    `--listen-peer-urls=${PEER_URL} --initial-advertise-peer-urls=${PEER_URL}`,
    `--initial-cluster=${flags.initialCluster} --initial-cluster-token=${flags.token}`,
  ].join(' ');
  return {
    title,
    effect: 'changes',
    timeoutMs: (2 * seconds + 300) * 1000,
    script: `${PAUSE_FUNCTION}${workFolder(dataDir)}${programFunctions(drill)}
require_own_folder
if foreign "$data_dir" || ! [ -d "$work" ]; then exit ${NOT_EMPTY}; fi
take_away() { stop_units; clear_programs; discard_work; rmdir -- ${quoteBash(ACTION_DIR)} 2> /dev/null; } >&2
at_exit take_away
stop_units
clear_programs
get_programs etcd etcdctl etcdutl
choose_tool
now_ms() { local up; read -r up _ < /proc/uptime; printf -v "$1" %s "$((10#\${up/./}))0"; }
now_ms begun
${restoreData({ ...flags, bumpRevision: 0, ownLog: false, seconds })}
now_ms restored
unit_log=$work/etcd.log
start_unit ${DRILL_UNIT} '-p PrivateNetwork=yes -p CPUWeight=50 -p RuntimeMaxSec=${seconds + 60}' \\
  "$programs/etcd" --data-dir="$work/data" ${etcd}
end_with() { tail -n ${LOG_LINES} -- "$unit_log" >&2 || true; exit "$1"; }
network() { stat -Lc %i -- "/proc/$1/ns/net"; }
own=$(network $$)
answer() { # NAME TIMEOUT WORD…: sets NAME to the answer of etcd; only within its own network
  local pid of text
  pid=$(systemctl show ${DRILL_UNIT} -p MainPID --value)
  if [ "\${pid:-0}" = 0 ]; then end_with ${ENDED}; fi
  of=$(network "$pid" 2> /dev/null) || return
  if [ "$of" = "$own" ]; then return ${NOT_APART}; fi
  text=$(nsenter --net="/proc/$pid/ns/net" -- "$programs/etcdctl" --endpoints=${CLIENT_URL} --command-timeout="$2" "\${@:3}" 2> "$work/errors" < /dev/null) || return
  printf -v "$1" %s "$text"
}
while true; do
  outcome=0
  answer status 2s endpoint status || outcome=$?
  if [ "$outcome" = 0 ]; then break; fi
  now_ms now
  if [ $((now - restored)) -gt ${seconds * 1000} ]; then
    if [ "$outcome" = ${NOT_APART} ]; then exit ${NOT_APART}; fi
    end_with ${SILENT}
  fi
  ${EXIT_IF_RUN_GONE}
  pause $(((now - restored) / 1000))
done
now_ms started
answer count 120s get '' --prefix --count-only -w fields || { cat -- "$work/errors" >&2; exit ${UNANSWERED}; }
hash=null
${hash === null ? '' : `answer hash 120s endpoint hashkv --rev=${hash.revision} -w json || { cat -- "$work/errors" >&2; exit ${UNANSWERED}; }`}
revision=$(sed -n 's/^"Revision" : \\([0-9]*\\)$/\\1/p' <<< "$count")
keys=$(sed -n 's/^"Count" : \\([0-9]*\\)$/\\1/p' <<< "$count")
printf '{"revision":%s,"keys":%s,"hash":%s,"restoreMs":%s,"startMs":%s}\\n' "\${revision:-null}" "\${keys:-null}" "$hash" $((restored - begun)) $((started - restored))
`,
  };
}

/** The answers of etcd; undefined where it gave none. */
export interface DrillAnswer {
  readonly revision: number | undefined;
  readonly keys: number | undefined;
  readonly hash: number | undefined;
  readonly compactRevision: number | undefined;
  readonly restoreMs: number;
  readonly startMs: number;
}

/** Parses the line of the script. */
export function parseDrill(text: string): DrillAnswer {
  const line = fieldsIn(fieldsOf(text));
  const hash = fieldsIn(objectsIn(line['hash'])[0]?.['HashKV']);
  return {
    revision: numberIn(line['revision']),
    keys: numberIn(line['keys']),
    // etcdctl leaves out a zero
    hash: 'header' in hash ? (numberIn(hash['hash']) ?? 0) : undefined,
    compactRevision: 'header' in hash ? (numberIn(hash['compact_revision']) ?? 0) : undefined,
    restoreMs: numberIn(line['restoreMs']) ?? 0,
    startMs: numberIn(line['startMs']) ?? 0,
  };
}

/** Compares the answers with the backup. Returns undefined if all are equal. */
export function drillFinding(
  { revision, keys, hash }: ExpectedData,
  answer: DrillAnswer,
): Omit<Finding, 'host' | 'at'> | undefined {
  const pairs: readonly (readonly [string, number | undefined, number])[] = [
    ['revision', answer.revision, revision],
    ['number of keys', answer.keys, keys],
    ...(hash === null
      ? []
      : ([
          ['compacted revision', answer.compactRevision, hash.compactRevision],
          [`hash at revision ${hash.revision}`, answer.hash, hash.hash],
        ] as const)),
  ];
  const differing = pairs
    .filter(([, found, wanted]) => found !== wanted)
    .map(([name, found, wanted]) => `${name} ${found ?? 'unknown'} instead of ${wanted}`);
  return differing.length === 0
    ? undefined
    : {
        code: 'drill-differs',
        fact: `the restored etcd does not have what the manifest of the backup names: ${differing.join(', ')}.`,
        cause:
          'The release of etcd on this host hashes or reads the data in another way, or the disk returned wrong data.',
        fix: 'Repeat the drill with the image of the cluster, and on another host. If it differs again, take a new backup and open an issue with both releases of etcd.',
      };
}

function drillLine({ revision, keys, hash }: ExpectedData, { restoreMs, startMs }: DrillAnswer): string {
  const equal = `revision ${revision}, ${keys} keys${hash === null ? '' : ` and the hash at revision ${hash.revision}`}`;
  return `the restored etcd has ${equal}, as the backup: restored in ${duration(restoreMs)}, started in ${duration(startMs)}`;
}

/** Explains why a drill came to no comparison. */
export function explainDrill(
  step: Pick<DrillDatabase, 'image' | 'dataDir'>,
): (result: RemoteResult) => Omit<Finding, 'host' | 'at'> {
  const otherwise = explainRestore(step);
  return (result) => {
    switch (result.code) {
      case ENDED:
        return {
          code: 'drill-failed',
          fact: `etcd ended on the restored data: ${lastWords(result.stderr, 2)}`,
          cause:
            'The image is of an earlier release of etcd than the backup, or the host has too little memory.',
          fix: 'Use the image of the cluster, and a host with as much memory as its members.',
        };
      case SILENT:
        return {
          code: 'drill-failed',
          fact: `etcd did not answer in time on the restored data: ${lastWords(result.stderr, 2)}`,
          cause: 'The host is slow, or has too little memory.',
          fix: 'Use a host like those of the members, and run again.',
        };
      case UNANSWERED:
        return {
          code: 'drill-failed',
          fact: `etcd did not say what it has: ${lastWords(result.stderr, 1)}`,
          cause: 'The authentication of etcd is on in the backup, or etcd ended meanwhile.',
          fix: 'Fix what the message names, and run again.',
        };
      case NOT_APART:
        return {
          code: 'drill-failed',
          fact: 'systemd started etcd without a network of its own; it was ended.',
          cause: 'The host is a container that may not make network namespaces.',
          fix: 'Use another host for the drill.',
        };
      default:
        return otherwise(result);
    }
  };
}
