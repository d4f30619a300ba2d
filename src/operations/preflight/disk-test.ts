import type { DiskTestFact } from '../../facts/preflight.ts';
import { quoteBash } from '../../hosts/bash.ts';
import type { RemoteResult, RemoteScript } from '../../hosts/transport.ts';

/** Bytes of one write: what etcd's fio recipe takes (https://etcd.io/docs/latest/op-guide/hardware/). */
const WRITE_BYTES = 2300;
const MOST_WRITES = 200;
/** No write begins later than this many seconds. */
const WRITE_FOR_SECONDS = 3;
/** Below this much free space nothing is written. */
const LEAST_FREE_MIB = 64;

/** Exit codes of the script for why it did not write. */
const MOUNT_POINT = 3;
const NO_SPACE = 4;

/**
 * A short write test of the filesystem on which the log is or will be: up to {@link MOST_WRITES} synced writes
 * of {@link WRITE_BYTES} bytes into one file, in about {@link WRITE_FOR_SECONDS} s at most. The file is beside that folder, never in it, and has lost its name before the first write: whatever ends the script, nothing of it stays. It is
 * preallocated as etcd's log is (client/pkg/fileutil/preallocate.go).
 * @param folder the data dir, or the folder of the log where it has one of its own.
 */
export function diskTest(folder: string): RemoteScript {
  return {
    title: 'disk test',
    effect: 'writes-aside',
    timeoutMs: 30_000,
    script: `
data_dir=${quoteBash(folder)}
parent() { folder=\${1%/*}; folder=\${folder:-/}; }
parent "$data_dir"
while [ ! -d "$folder" ]; do parent "$folder"; done
if [ -d "$data_dir" ] && [ "$(stat -Lc %d -- "$data_dir")" != "$(stat -c %d -- "$folder")" ]; then exit ${MOUNT_POINT}; fi
free=$(stat -fc '%a %S' -- "$folder")
if [ $((\${free% *} * \${free#* })) -lt $((${LEAST_FREE_MIB} << 20)) ]; then exit ${NO_SPACE}; fi
file=$(mktemp -p "$folder" .etcd-ha-action-disk-test.XXXXXXXX)
at_exit 'rm -f -- "$file"'
exec 3<> "$file"
rm -f -- "$file"
fallocate -l $((${MOST_WRITES} * ${WRITE_BYTES})) /dev/fd/3 2>/dev/null || true
SECONDS=0
for ((i = 0; i < ${MOST_WRITES} && SECONDS < ${WRITE_FOR_SECONDS}; i++)); do
  dd if=/dev/urandom of=/dev/fd/3 bs=${WRITE_BYTES} count=1 seek="$i" conv=notrunc oflag=dsync
done
`,
  };
}

/** Returns the result of the test; undefined if it ended in a way that only `explainUnknown` can explain. */
export function parseDiskTest(result: RemoteResult): DiskTestFact | undefined {
  if (result.code === MOUNT_POINT) return { outcome: 'mount-point' };
  if (result.code === NO_SPACE) return { outcome: 'no-space' };
  if (result.code !== 0) return undefined;
  // dd takes the time between opening its files and closing them, so its own start does not count
  const times = [...result.stderr.matchAll(/copied, ([\d.e-]+) s/g)]
    .map(([, seconds]) => Number(seconds) * 1000)
    .toSorted((a, b) => a - b);
  const maxMs = times.at(-1);
  if (maxMs === undefined) return undefined;
  return {
    outcome: 'measured',
    writes: times.length,
    p50Ms: rank(0.5, times),
    p99Ms: rank(0.99, times),
    maxMs,
  };
}

/** The nearest rank: the smallest time that at least this share of all does not exceed. */
function rank(share: number, sorted: readonly number[]): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
