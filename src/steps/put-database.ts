import type { OpenedBackup } from '../backup/open-backup.ts';
import type { Finding } from '../findings.ts';
import { RESTORE_FILES } from '../facts/restored-data.ts';
import { quoteBash, RELABEL } from '../hosts/bash.ts';
import { explainUnknown } from '../hosts/explain-unknown.ts';
import { lastWords } from '../hosts/host-error.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import { duration, progressPauseMs, size, transferLine } from '../text/units.ts';
import type { StepContext } from './context.ts';
import { NOT_EMPTY, workFolder } from './restore/work-folder.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Sends the database of the backup to a host, into the folder of the restore in its data dir. */
export interface PutDatabase extends StepOnHost {
  readonly kind: 'put-database';
  readonly dataDir: string;
  /** Of the database followed by its digest. */
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

const title = 'put database';

/** The kind of {@link PutDatabase}. Nothing is sent to a host that has it already. */
export const putDatabaseStep: ScriptedKind<PutDatabase> = {
  title,
  describe({ bytes, sha256 }) {
    return `${title} of the backup, ${size(bytes)}, SHA-256 ${sha256}`;
  },
  // The database takes all of standard input.
  isAlone() {
    return true;
  },
  script(step, context) {
    const { host, bytes } = step;
    const { backup, log } = context;
    if (backup === undefined) throw new Error('a restore was planned without a backup');
    const begunMs = performance.now();
    return {
      script: putDatabase({ ...step, snapshot: () => observed(backup, step, context) }),
      explain: explainPut(step),
      check: (stdout) => {
        const isThere = stdout.toString('utf8').trim() === THERE;
        const took = `${size(bytes)} sent and verified in ${duration(performance.now() - begunMs)}`;
        log.host(host).info(isThere ? 'the database of the backup is there already' : took);
      },
    };
  },
};

/** Yields the database, and logs how far it has come. */
async function* observed(
  backup: OpenedBackup,
  { host, bytes }: PutDatabase,
  { log }: Pick<StepContext, 'log'>,
): AsyncGenerator<Buffer> {
  const begunMs = performance.now();
  let sent = 0;
  let nextMs = progressPauseMs(0);
  for await (const chunk of backup.snapshot()) {
    yield chunk;
    sent += chunk.length;
    const elapsedMs = performance.now() - begunMs;
    if (elapsedMs < nextMs) continue;
    nextMs = elapsedMs + progressPauseMs(elapsedMs);
    const bytesPerSecond = (sent / elapsedMs) * 1000;
    const secondsLeft = (bytes - sent) / bytesPerSecond;
    log
      .host(host)
      .info(transferLine('sent', { bytes: sent, totalBytes: bytes, bytesPerSecond, secondsLeft }));
  }
}

/** The parameters of the script. */
export interface DatabaseToPut extends Pick<PutDatabase, 'dataDir' | 'bytes' | 'sha256'> {
  /** Starts the database followed by its digest. */
  readonly snapshot: () => AsyncIterable<Buffer>;
}

/** Exit codes: the file system is too small; other bytes arrived. */
const NO_ROOM = 3;
const DAMAGED = 4;

/** The output if nothing was needed. */
const THERE = 'there';

/** The log that etcdutl makes: one segment (server/storage/wal/wal.go, SegmentSizeBytes). */
const LOG_BYTES = 64 * 1024 * 1024;
/** Bytes that stay free beside the snapshot and the restored database. */
const RESERVE_BYTES = 256 * 1024 * 1024;

/** A link this slow is a fault. */
const LEAST_BYTES_PER_SECOND = 256 * 1024;

/**
 * Returns a script that writes the database as it arrives, verifies its size and digest, and gives it its name after
 * that, on the disk. Data of another restore in the folder is removed first.
 */
export function putDatabase({ dataDir, bytes, sha256, snapshot }: DatabaseToPut): RemoteScript {
  const { snapshot: name, restored, placing, placed, made } = RESTORE_FILES;
  const needed = 2 * bytes + LOG_BYTES + RESERVE_BYTES;
  const digest = quoteBash(sha256);
  return {
    title,
    effect: 'changes',
    timeoutMs: 600_000 + Math.ceil((bytes / LEAST_BYTES_PER_SECOND) * 1000),
    input: snapshot,
    script: `${workFolder(dataDir)}${RELABEL}
file=$work/${name} part=$work/${name}.part
is_whole() { [ -f "$1" ] && [ "$(stat -c %s -- "$1")" = ${bytes} ] && case "$(sha256sum < "$1")" in ${digest}' '*) ;; *) return 1 ;; esac; }
require_own_folder
note=
if [ -f "$work"/${restored} ]; then IFS= read -r note < "$work"/${restored} || true; fi
case $note in *'"sha256":"'${digest}'"'*)
  if [ -e "$work"/${placing} ] || [ -e "$work"/${placed} ]; then echo ${THERE}; exit 0; fi ;;
esac
if foreign "$data_dir"; then exit ${NOT_EMPTY}; fi
if is_whole "$file"; then echo ${THERE}; exit 0; fi
stop_units
made=() folder=$data_dir
while ! [ -d "$folder" ]; do made+=("$folder"); folder=\${folder%/*}; folder=\${folder:-/}; done
if [ "\${#made[@]}" -gt 1 ]; then ( umask 022; mkdir -p -- "\${data_dir%/*}" ); fi
# the folder of the restore is closed; the mode of a data dir that is there is a matter of the start
if ! [ -d "$data_dir" ]; then mkdir -m 0700 -- "$data_dir"; fi
relabel "$data_dir"
mkdir -p -m 0700 -- "$work"
if [ "\${#made[@]}" -gt 0 ]; then printf '%s\\n' "\${made[@]}" > "$work"/${made}; fi
find "$work" -mindepth 1 -maxdepth 1 ! -name ${made} -exec rm -rf -- {} +
read -r free block inodes < <(stat -fc '%a %S %d' -- "$work")
if [ $((free * block)) -lt ${needed} ]; then
  printf '%s\\n' $((free * block)) >&2
  discard_work
  exit ${NO_ROOM}
fi
whole=()
if tee --output-error=exit /dev/null < /dev/null > /dev/null 2>&1; then whole=(--output-error=exit); fi
sum=$(tee "\${whole[@]}" -- "$part" | sha256sum)
came=$(stat -c %s -- "$part")
if [ "$came" != ${bytes} ] || [ "\${sum%% *}" != ${digest} ]; then
  rm -f -- "$part"
  printf '%s\\n' "$came" >&2
  exit ${DAMAGED}
fi
sync -- "$part"
mv -fT -- "$part" "$file"
sync -- "$work" "$data_dir" "\${data_dir%/*}/"
`,
  };
}

/** Explains why the database could not be put on a host. */
export function explainPut({
  dataDir,
  bytes,
}: Pick<PutDatabase, 'dataDir' | 'bytes'>): (result: RemoteResult) => Omit<Finding, 'host' | 'at'> {
  const needed = 2 * bytes + LOG_BYTES + RESERVE_BYTES;
  return (result) => {
    const said = Number(lastWords(result.stderr, 1));
    switch (result.code) {
      case NOT_EMPTY:
        return notEmpty(dataDir);
      case NO_ROOM:
        return {
          code: 'restore-no-room',
          fact: `the file system of ${dataDir} has ${Number.isFinite(said) ? size(said) : 'too little'} free, and a restore needs ${size(needed)}.`,
          cause: 'The backup and the restored database lie there side by side until the cluster is verified.',
          fix: 'Make room or enlarge the file system, and run again.',
        };
      case DAMAGED:
        return {
          code: 'restore-transfer-damaged',
          fact: `${said} of ${bytes} bytes of the backup arrived, or other bytes; the host has removed them.`,
          cause: 'The transfer was cut off, or the memory or disk of the host has an error.',
          fix: 'Run again. If it happens again on this host alone, look at `dmesg` there.',
        };
      default:
        return explainUnknown(result);
    }
  };
}

/** Explains a data dir with files of others. */
export function notEmpty(dataDir: string): Omit<Finding, 'host' | 'at'> {
  return {
    code: 'changed-during-run',
    fact: `${dataDir} is no longer empty; nothing was restored there.`,
    cause: 'Another run, or a person, works on this host at the same time.',
    fix: 'Wait until the other is done, then run again.',
  };
}
