import { formatRestoredData, RESTORE_FILES } from '../facts/restored-data.ts';
import type { Finding } from '../findings.ts';
import { quoteBash } from '../hosts/bash.ts';
import { knownReason, type Reason } from '../hosts/explain-unknown.ts';
import { lastWords } from '../hosts/host-error.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import { type DataPlaces, placesOf } from '../kubeadm/paths.ts';
import type { StepContext } from './context.ts';
import { notEmpty } from './put-database.ts';
import { explainPrograms, programFunctions } from './restore/image-programs.ts';
import { DATA_MISSING, NOT_EMPTY, RESTORE_FAILED, restoreData, workFolder } from './restore/work-folder.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Makes a member's data of the database on its host, in the folder of the restore, with programs of etcd's image. */
export interface RestoreDatabase extends StepOnHost, DataPlaces {
  readonly kind: 'restore-database';
  readonly image: string;
  readonly criEndpoint: string;
  /** SHA-256 of the database followed by its digest, hex. */
  readonly sha256: string;
  readonly memberName: string;
  readonly peerUrl: string;
  /** NAME=URL,… */
  readonly initialCluster: string;
  readonly token: string;
  /** Added to the revision, and everything older is marked compacted; 0: neither. */
  readonly bumpRevision: number;
}

const title = 'restore database';

/** The kind of {@link RestoreDatabase}. Data of the same values that is there already is kept. */
export const restoreDatabaseStep: ScriptedKind<RestoreDatabase> = {
  title,
  describe({ image, bumpRevision }) {
    const bump = bumpRevision === 0 ? '' : `, revision raised by ${bumpRevision}`;
    return `${title} with ${image}${bump}`;
  },
  script(step, context) {
    const { host, memberName } = step;
    return {
      script: restoreDatabase({ ...step, seconds: secondsOf(context) }),
      explain: explainRestore(step),
      check: (stdout) => {
        const isThere = stdout.toString('utf8').trim() === THERE;
        context.log
          .host(host)
          .info(
            isThere
              ? `the data of ${memberName} is restored already`
              : `the data of ${memberName} is restored`,
          );
      },
    };
  },
};

/** A disk this slow is a fault. */
const LEAST_BYTES_PER_SECOND = 5 * 1024 * 1024;

/** Returns the seconds that a restore may take. */
export function secondsOf({ backup }: Pick<StepContext, 'backup'>): number {
  return 300 + Math.ceil((backup?.snapshotBytes ?? 0) / LEAST_BYTES_PER_SECOND);
}

/** The parameters of the script. */
export interface RestoreRequest extends Omit<RestoreDatabase, 'kind' | 'host' | 'why'> {
  /** Seconds that the program may take. */
  readonly seconds: number;
}

/** The output if nothing was needed. */
const THERE = 'there';

/** Returns a script that restores, and notes with what values once the data is whole and on the disk. */
export function restoreDatabase(request: RestoreRequest): RemoteScript {
  const { dataDir, walDir } = placesOf(request);
  const { data, restored, placing, placed, snapshot } = RESTORE_FILES;
  const note = quoteBash(formatRestoredData(request));
  const log = walDir === undefined ? `"$work/${data}/member/wal"` : `"$work/${RESTORE_FILES.log}"`;
  return {
    title,
    effect: 'changes',
    timeoutMs: (request.seconds + 300) * 1000,
    script: `${workFolder(dataDir)}${programFunctions(request)}
require_own_folder
note=
if [ -f "$work"/${restored} ]; then IFS= read -r note < "$work"/${restored} || true; fi
if [ "$note" = ${note} ]; then
  segments=(${log}/*.wal)
  if [ -e "$work"/${placing} ] || [ -e "$work"/${placed} ] ||
    { [ -s "$work/${data}/member/snap/db" ] && [ -s "\${segments[0]}" ]; }
  then
    clear_programs
    echo ${THERE}
    exit 0
  fi
fi
if foreign "$data_dir"${walDir === undefined ? '' : ` || foreign ${quoteBash(walDir)}`} || ! [ -f "$work/${snapshot}" ]; then exit ${NOT_EMPTY}; fi
at_exit clear_programs
stop_units
clear_programs
get_programs etcdutl
if ! [ -f "$programs/etcdutl" ]; then get_programs etcdctl; fi
choose_tool
rm -f -- "$work"/${placing} "$work"/${placed}
${restoreData({ ...request, ownLog: walDir !== undefined })}
printf '%s\\n' ${note} > "$work"/${restored}.new
sync -- "$work"/${restored}.new
mv -fT -- "$work"/${restored}.new "$work"/${restored}
sync -- "$work"
`,
  };
}

/** Explains why a database could not be restored. */
export function explainRestore({
  image,
  dataDir,
}: Pick<RestoreDatabase, 'image' | 'dataDir'>): (result: RemoteResult) => Omit<Finding, 'host' | 'at'> {
  return (result) => {
    switch (result.code) {
      case NOT_EMPTY:
        return notEmpty(dataDir);
      case RESTORE_FAILED:
        return {
          code: 'restore-failed',
          fact: `${image} did not restore the database: ${toolWords(result.stderr)}`,
          ...whyNotRestored(result.stderr),
        };
      case DATA_MISSING:
        return {
          code: 'restore-failed',
          fact: `${image} reported that it has restored the database, but a part of the data is missing in ${dataDir}.`,
          cause: 'The disk has an error, or a person works on this host at the same time.',
          fix: 'Look at `dmesg` on the host, and run again.',
        };
      default:
        return explainPrograms(image, result);
    }
  };
}

/** etcdutl logs much in JSON; the error itself is on a line that begins with this (pkg/cobrautl/error.go). */
function toolWords(stderr: string): string {
  const error = stderr.split('\n').findLast((line) => line.startsWith('Error:'));
  return lastWords(error ?? stderr, 2);
}

function whyNotRestored(said: string): Reason {
  if (/is not supported/.test(toolWords(said))) {
    return {
      cause: 'A later release of etcd has written the backup.',
      fix: 'Set `etcd-image-tag` to the minor release that the manifest of the backup names, or a later one.',
    };
  }
  return (
    knownReason(toolWords(said)) ?? {
      fix: 'Fix what the message names and run again: the data dir is as it was.',
    }
  );
}
