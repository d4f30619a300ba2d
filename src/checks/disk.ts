import { describeLostMount, LOST_MOUNT, lostMounts } from '../cluster/data-dir.ts';
import type { HostObservation } from '../facts/health.ts';
import type { FilesystemFact } from '../facts/preflight.ts';
import type { HealthThresholds } from '../inputs/run/health.ts';
import { duration, size } from '../text/units.ts';
import { type Check, checkOf, type MakeCheck } from './check.ts';
import { type ExaminedMember, extraNumber, type PreflightSettings } from './examined.ts';

const GIB = 1024 ** 3;

/** A folder of etcd's whose filesystem is judged. */
interface Place {
  /** Name of the member. */
  readonly name: string;
  /** The input that names the folder. */
  readonly input: 'data-dir' | 'wal-dir';
}

/** Makes the checks of a folder's filesystem; those of the data dir have no subject. */
function diskCheck({ name, input }: Place): MakeCheck {
  return checkOf('disk-space', name, input === 'data-dir' ? null : input);
}

function folderOf({ input }: Place): string {
  return input === 'data-dir' ? 'the data dir' : 'the folder of the log';
}

/**
 * Returns why nothing can be written to a filesystem, however much space it has; nothing if it can be written.
 * @param fewestInodes with fewer free ones it counts as full.
 */
function unusable(
  { readOnly, source, mountPoint, inodes, freeInodes }: FilesystemFact,
  place: Place,
  fewestInodes: number,
): Check[] {
  const check = diskCheck(place);
  return [
    ...(readOnly
      ? [
          check('fail', {
            code: 'host-not-writable',
            measured: `the filesystem of ${folderOf(place)} of ${place.name} (${source} on ${mountPoint}) is read-only.`,
            cause: 'It was mounted read-only, or the kernel made it read-only after a disk error.',
            fix: `Look at \`dmesg\`; if the disk is sound, \`mount -o remount,rw ${mountPoint}\`. etcd cannot write there.`,
          }),
        ]
      : []),
    // 0: the filesystem has no fixed number of inodes
    ...(inodes > 0 && freeInodes < fewestInodes
      ? [
          check('fail', {
            code: 'host-not-writable',
            measured: `${mountPoint} of ${place.name} has ${freeInodes} free inodes of ${inodes}: almost no file can be created there.`,
            cause: 'It holds a very large number of small files.',
            fix: `Find and remove them (\`du -x --inodes -d 2 ${mountPoint} | sort -n | tail\`).`,
          }),
        ]
      : []),
  ];
}

/** etcd stops at a write that finds no space: less than this counts as none. */
const FULL_PERCENT = 2;
const LEAST_FREE_BYTES = 256 * 1024 ** 2;

/** The disk of the data dir in service, and that of the log if it has one of its own. */
export function disksInService(
  name: string,
  { facts, more: { filesystem, walFilesystem } }: HostObservation,
  thresholds: HealthThresholds,
): Check[] {
  const lost = lostMounts(facts, typeof facts.state === 'object' ? facts.state : undefined);
  if (lost.length > 0) {
    const measured = `On ${name} ${lost.map(describeLostMount).join('; ')}.`;
    return [checkOf('disk-space', name)('fail', { code: 'data-not-mounted', measured, ...LOST_MOUNT })];
  }
  if (filesystem === undefined) {
    const measured = `The filesystem of the data dir of ${name} could not be read.`;
    return [checkOf('disk-space', name)('unknown', { measured })];
  }
  const ofData = spaceInService(filesystem, { name, input: 'data-dir' }, thresholds);
  return walFilesystem === undefined || walFilesystem.mountPoint === filesystem.mountPoint
    ? ofData
    : [...ofData, ...spaceInService(walFilesystem, { name, input: 'wal-dir' }, thresholds)];
}

function spaceInService(
  filesystem: FilesystemFact,
  place: Place,
  { diskFreeWarningPercent }: HealthThresholds,
): Check[] {
  const { freeBytes, sizeBytes, mountPoint, inodes } = filesystem;
  const broken = unusable(filesystem, place, inodes * (FULL_PERCENT / 100));
  if (broken.length > 0) return broken;
  const check = diskCheck(place);
  const percent = sizeBytes === 0 ? 100 : (freeBytes / sizeBytes) * 100;
  const threshold = `at least ${diskFreeWarningPercent} % free; fails below ${FULL_PERCENT} % or ${size(LEAST_FREE_BYTES)}`;
  const measured = `${size(freeBytes)} of ${size(sizeBytes)} are free on ${mountPoint} of ${place.name} (${percent.toFixed(0)} %).`;
  if (percent >= diskFreeWarningPercent && freeBytes >= LEAST_FREE_BYTES)
    return [check('ok', { measured, threshold })];
  const isFull = percent < FULL_PERCENT || freeBytes < LEAST_FREE_BYTES;
  return [
    check(isFull ? 'fail' : 'warn', {
      code: 'disk-space-low',
      measured,
      threshold,
      cause: 'Logs, images or a growing database fill it.',
      fix: `Make room: \`du -xhd 3 ${mountPoint} | sort -h | tail\`, \`crictl rmi --prune\`, \`journalctl --vacuum-size=200M\`. Delete nothing in the data dir. A member that finds no space ends.`,
    }),
  ];
}

/** The quota if --quota-backend-bytes is not given (server/storage/quota.go, DefaultQuotaBytes). */
export const DEFAULT_QUOTA_BYTES = 2 * GIB;
/** WAL segments of 64 MiB: 5 that are kept (--max-wals), the one in use and the next; and some small snapshot files. */
const LOG_BYTES = GIB / 2;
/** A member's data dir holds some dozen files. */
const FEW_INODES = 100;
/** Two files of the log, which etcd makes at their full size of 64 MiB (server/storage/wal/wal.go, SegmentSizeBytes). */
const FULL_BYTES = 128 * 1024 ** 2;

const NETWORK =
  /^(nfs\d?|cifs|smb\d?|smbfs|afs|ceph|lustre|9p|ncpfs|fuse\.(sshfs|glusterfs|s3fs|ceph|.*nfs))$/;
const IN_MEMORY = /^(tmpfs|ramfs)$/;
const LAYERED = /^(overlay|aufs|fuse\.fuse-overlayfs)$/;

/** What a disk is for. */
interface Use extends Place {
  /** Bytes that the database may grow to; 0: it is elsewhere. */
  readonly quota: number;
  /** Bytes that the log takes; 0: it is elsewhere. */
  readonly log: number;
}

/** The filesystem of the data dir, and that of the log, before a deploy: writable, of a fitting kind, with enough room. */
export function disksForDeploy({ name, seen }: ExaminedMember, settings: PreflightSettings): Check[] {
  const { filesystem, walFilesystem } = seen;
  const { dataDir, walDir } = settings;
  if (filesystem === undefined) return [unread({ name, input: 'data-dir' }, dataDir)];
  if (walDir !== undefined && walFilesystem === undefined)
    return [unread({ name, input: 'wal-dir' }, walDir)];
  const given = extraNumber(settings, 'quota-backend-bytes') ?? 0;
  const quota = given === 0 ? DEFAULT_QUOTA_BYTES : given;
  const isOne = walFilesystem === undefined || walFilesystem.mountPoint === filesystem.mountPoint;
  return [
    ...problemsOf(filesystem, { name, input: 'data-dir', quota, log: isOne ? LOG_BYTES : 0 }),
    ...(isOne ? [] : problemsOf(walFilesystem, { name, input: 'wal-dir', quota: 0, log: LOG_BYTES })),
  ];
}

function unread(place: Place, path: string): Check {
  return diskCheck(place)('warn', {
    code: 'host-not-writable',
    measured: `the filesystem of ${path} could not be read.`,
    cause: 'findmnt is not installed, or the filesystem does not answer.',
    fix: `Run \`findmnt -T ${path}\` on the host.`,
  });
}

function problemsOf(disk: FilesystemFact, use: Use): Check[] {
  return [...unusable(disk, use, FEW_INODES), ...kind(disk, use), ...room(disk, use)];
}

function kind({ type, source, mountPoint }: FilesystemFact, use: Use): Check[] {
  const check = diskCheck(use);
  const where = `${folderOf(use)} is on ${type} (${source} on ${mountPoint})`;
  const fix = `Give etcd a local disk, best an SSD of its own, with ext4 or xfs, and name a folder on it as \`${use.input}\`.`;
  if (NETWORK.test(type)) {
    return [
      check('warn', {
        code: 'hardware-below-advice',
        measured: `${where}, which is reached over a network.`,
        cause:
          'A shared export was mounted there. Each write of etcd waits for its fsync, and one outage of the server stops every member.',
        fix,
      }),
    ];
  }
  if (IN_MEMORY.test(type)) {
    return [
      check('warn', {
        code: 'data-dir-volatile',
        measured: `${where}, which is memory: a reboot loses the member's data.`,
        cause: 'The host runs from an image, or the disk is not mounted.',
        fix,
      }),
    ];
  }
  if (!LAYERED.test(type)) return [];
  return [
    check('warn', {
      code: 'data-dir-volatile',
      measured: `${where}, whose upper layer may be gone after a reboot.`,
      cause: 'The host is a container or a live system, or an overlay protects its root file system.',
      fix,
    }),
  ];
}

/**
 * What the data dir has taken already counts as room. Below the quota and the log, the disk is full before etcd's own
 * limit stops writes: a member then crashes. Twice the quota, because a defragmentation and a snapshot from the
 * leader write a second copy of the database (server/storage/backend/backend.go, api/snap/db.go).
 */
function room(disk: FilesystemFact, use: Use): Check[] {
  const { input, quota, log } = use;
  const available = disk.freeBytes + disk.dataDirBytes;
  const least = quota + log;
  const good = 2 * quota + log;
  // others may have filled it, also within the data dir
  if (disk.dataDirBytes > 0 && disk.freeBytes < FULL_BYTES) return [full(disk, use)];
  if (available >= good) return [];
  const has = `${disk.mountPoint} has ${size(disk.freeBytes)} free of ${size(disk.sizeBytes)}`;
  const takers = [
    ...(quota === 0 ? [] : [`a database at its quota of ${size(quota)}`]),
    ...(log === 0 ? [] : ['the log']),
  ];
  const takes = `${takers.join(' and ')} ${takers.length === 1 ? 'takes' : 'take'} ${size(least)}`;
  const isTooSmall = available < least;
  return [
    diskCheck(use)(isTooSmall ? 'fail' : 'warn', {
      code: 'disk-space-low',
      measured: isTooSmall
        ? `${has}; ${takes}.`
        : `${has}; ${takes}, and ${size(good)} while it is defragmented or received from the leader.`,
      cause: 'The disk is small, or shared with images and logs. On a full disk a member stops.',
      fix: `Make room (\`du -xh -d 2 / | sort -h | tail\`), or give etcd a disk of its own and name a folder on it as \`${input}\`.`,
    }),
  ];
}

function full({ mountPoint, freeBytes, sizeBytes }: FilesystemFact, use: Use): Check {
  return diskCheck(use)('fail', {
    code: 'disk-space-low',
    measured: `${mountPoint} has ${size(freeBytes)} free of ${size(sizeBytes)}: etcd ends when it finds no room for the next file of its log.`,
    cause: 'Logs, images or other files fill it, or the database has grown to the size of its disk.',
    fix: `Make room (\`du -xh -d 2 ${mountPoint} | sort -h | tail\`), and delete nothing that etcd has written in \`${use.input}\`.`,
  });
}

/** "99th percentile … should be less than 10ms" (https://etcd.io/docs/latest/faq/, on wal_fsync_duration_seconds). */
export const WANTED_P99_MS = 10;

/** Cause and fix of a slow disk. */
export const SLOW_DISK = {
  cause: 'The disk is slow, shared with others, or behind a network.',
  fix: 'Give etcd an SSD of its own. Until then expect slow writes and lost leaders, and look at what else writes to that disk (`iostat -x 1`).',
} as const;

/** What the write test showed, if one was asked for. */
export function diskTestResult({ name, diskTest }: ExaminedMember): Check[] {
  const check = checkOf('disk-test', name);
  switch (diskTest?.outcome) {
    case undefined:
      return [];
    case 'mount-point':
      return [
        check('ok', {
          measured:
            'no write test was made: the folder of the log is a mount point, and a test file would have to be inside it.',
          notice:
            'The action writes nothing into a folder of etcd. Use a folder on that disk (`data-dir: /var/lib/etcd/data`), or measure with `fio` before etcd uses the disk.',
        }),
      ];
    case 'no-space':
      return [
        check('ok', {
          measured: 'no write test was made: the disk is almost full.',
          notice: 'Make room, then run again.',
        }),
      ];
    case 'measured': {
      const { writes, p50Ms, p99Ms, maxMs } = diskTest;
      const measured = `${writes} synced writes took ${duration(p50Ms)} at the median, ${duration(p99Ms)} at the 99th percentile, ${duration(maxMs)} at most.`;
      const threshold = `99 % within ${duration(WANTED_P99_MS)}`;
      if (p99Ms <= WANTED_P99_MS)
        return [check('ok', { measured, threshold, notice: 'That is as fast as etcd requires.' })];
      return [
        check('warn', {
          code: 'disk-slow',
          measured: `${measured} etcd requires less than ${WANTED_P99_MS} ms at the 99th percentile.`,
          threshold,
          ...SLOW_DISK,
        }),
      ];
    }
  }
}
