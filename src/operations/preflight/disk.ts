import { percentile } from '../../etcd/metrics.ts';
import type { FilesystemFact } from '../../facts/preflight.ts';
import { duration, size } from '../../text/units.ts';
import {
  type ExaminedMember,
  extraNumber,
  type PreflightSettings,
  type SevereFinding,
  type Severity,
} from './finding.ts';

const GIB = 1024 ** 3;
/** Where --quota-backend-bytes is not given (server/storage/quota.go, DefaultQuotaBytes). */
const DEFAULT_QUOTA_BYTES = 2 * GIB;
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

type Problem = Pick<SevereFinding, 'code' | 'severity' | 'fact' | 'cause' | 'fix'>;

/** What a disk is for. */
interface Use {
  /** The input that names the folder. */
  readonly at: 'data-dir' | 'wal-dir';
  /** The folder in words. */
  readonly folder: string;
  /** Bytes that the database may grow to; 0: it lies elsewhere. */
  readonly quota: number;
  /** Bytes that the log takes; 0: it lies elsewhere. */
  readonly log: number;
}

/** The filesystem of the data dir, and that of the log: writable, of a fitting kind, with enough room. */
export function dataDisks(
  { name: host, seen }: ExaminedMember,
  settings: PreflightSettings,
): SevereFinding[] {
  const { filesystem, walFilesystem } = seen;
  const { dataDir, walDir } = settings;
  if (filesystem === undefined) return [unread(host, 'data-dir', dataDir)];
  if (walDir !== undefined && walFilesystem === undefined) return [unread(host, 'wal-dir', walDir)];
  const given = extraNumber(settings, 'quota-backend-bytes') ?? 0;
  const quota = given === 0 ? DEFAULT_QUOTA_BYTES : given;
  const isOne = walFilesystem === undefined || walFilesystem.mountPoint === filesystem.mountPoint;
  return [
    ...problemsOf(host, filesystem, {
      at: 'data-dir',
      folder: 'the data dir',
      quota,
      log: isOne ? LOG_BYTES : 0,
    }),
    ...(isOne
      ? []
      : problemsOf(host, walFilesystem, {
          at: 'wal-dir',
          folder: 'the folder of the log',
          quota: 0,
          log: LOG_BYTES,
        })),
  ];
}

function unread(host: string, at: Use['at'], path: string): SevereFinding {
  return {
    code: 'host-not-writable',
    severity: 'warn',
    host,
    at,
    fact: `the filesystem of ${path} could not be read.`,
    cause: 'findmnt is not installed, or the filesystem does not answer.',
    fix: `Run \`findmnt -T ${path}\` on the host.`,
  };
}

function problemsOf(host: string, disk: FilesystemFact, use: Use): SevereFinding[] {
  const problems = [...readOnly(disk, use), ...kind(disk, use), ...space(disk, use), ...inodes(disk)];
  return problems.map((problem) => ({ ...problem, host, at: use.at }));
}

function readOnly({ readOnly, mountPoint, source }: FilesystemFact, { folder }: Use): Problem[] {
  if (!readOnly) return [];
  return [
    {
      code: 'host-not-writable',
      severity: 'fail',
      fact: `the filesystem of ${folder} (${source} on ${mountPoint}) is read-only.`,
      cause: 'It was mounted so, or the kernel made it so after an error of the disk.',
      fix: `Look at \`dmesg\`; if the disk is sound, \`mount -o remount,rw ${mountPoint}\`.`,
    },
  ];
}

function kind({ type, source, mountPoint }: FilesystemFact, { at, folder }: Use): Problem[] {
  const where = `${folder} lies on ${type} (${source} on ${mountPoint})`;
  const fix = `Give etcd a local disk, best an SSD of its own, with ext4 or xfs, and name a folder on it as \`${at}\`.`;
  if (NETWORK.test(type)) {
    return [
      {
        code: 'hardware-below-advice',
        severity: 'warn',
        fact: `${where}, which is reached over a network.`,
        cause:
          'A shared export was mounted there. Each write of etcd waits for its fsync, and one outage of the server stops every member.',
        fix,
      },
    ];
  }
  if (IN_MEMORY.test(type)) {
    return [
      {
        code: 'data-dir-volatile',
        severity: 'warn',
        fact: `${where}, which is memory: a reboot loses the member's data.`,
        cause: 'The host runs from an image, or the disk is not mounted.',
        fix,
      },
    ];
  }
  if (!LAYERED.test(type)) return [];
  return [
    {
      code: 'data-dir-volatile',
      severity: 'warn',
      fact: `${where}, whose upper layer may be gone after a reboot.`,
      cause: 'The host is a container or a live system, or its root is protected by an overlay.',
      fix,
    },
  ];
}

/**
 * What the data dir has taken already counts as room. Below the quota and the log, the disk is full before etcd's own
 * limit stops writes: a member then crashes. Twice the quota, because a defragmentation and a snapshot from the
 * leader write a second copy of the database (server/storage/backend/backend.go, api/snap/db.go).
 */
function space(disk: FilesystemFact, { at, quota, log }: Use): Problem[] {
  const room = disk.freeBytes + disk.dataDirBytes;
  const least = quota + log;
  const good = 2 * quota + log;
  // others may have filled it, also within the data dir
  if (disk.dataDirBytes > 0 && disk.freeBytes < FULL_BYTES) return [full(disk, at)];
  if (room >= good) return [];
  const severity: Severity = room < least ? 'fail' : 'warn';
  const has = `${disk.mountPoint} has ${size(disk.freeBytes)} free of ${size(disk.sizeBytes)}`;
  const takers = [
    ...(quota === 0 ? [] : [`a database at its quota of ${size(quota)}`]),
    ...(log === 0 ? [] : ['the log']),
  ];
  const takes = `${takers.join(' and ')} ${takers.length === 1 ? 'takes' : 'take'} ${size(least)}`;
  return [
    {
      code: 'disk-space-low',
      severity,
      fact:
        severity === 'fail'
          ? `${has}; ${takes}.`
          : `${has}; ${takes}, and ${size(good)} while it is defragmented or received from the leader.`,
      cause: 'The disk is small, or shared with images and logs. On a full disk a member stops.',
      fix:
        'Make room (`du -xh -d 2 / | sort -h | tail`), or give etcd a disk of its own and name a folder on it as `' +
        at +
        '`.',
    },
  ];
}

function full({ mountPoint, freeBytes, sizeBytes }: FilesystemFact, at: string): Problem {
  return {
    code: 'disk-space-low',
    severity: 'fail',
    fact: `${mountPoint} has ${size(freeBytes)} free of ${size(sizeBytes)}: etcd ends when it finds no room for the next file of its log.`,
    cause:
      'Logs, images, or files that were put there fill it; or the database has grown to the size of its disk.',
    fix: `Make room (\`du -xh -d 2 ${mountPoint} | sort -h | tail\`), and delete nothing that etcd has written in \`${at}\`.`,
  };
}

function inodes({ inodes: total, freeInodes, mountPoint }: FilesystemFact): Problem[] {
  if (total === 0 || freeInodes >= FEW_INODES) return [];
  return [
    {
      code: 'host-not-writable',
      severity: 'fail',
      fact: `${mountPoint} has ${freeInodes} free inodes of ${total}: hardly a file can be made there.`,
      cause: 'Very many small files lie on it.',
      fix: `Find and remove them (\`du -x --inodes -d 2 ${mountPoint} | sort -n | tail\`).`,
    },
  ];
}

/** "99th percentile … should be less than 10ms" (https://etcd.io/docs/latest/faq/, on wal_fsync_duration_seconds). */
const WANTED_P99_MS = 10;
/** Fewer observations say nothing about one in a hundred. */
const FEWEST = 100;

const SLOW = {
  cause: 'The disk is slow, shared with others, or behind a network.',
  fix: 'Give etcd an SSD of its own. Until then expect slow writes and lost leaders, and look at what else writes to that disk (`iostat -x 1`).',
} as const;

/** How long a running member has waited for its log to be on the disk. */
export function memberFsync({ name: host, seen }: ExaminedMember): SevereFinding[] {
  const histogram = seen.member?.walFsync;
  if (histogram === undefined || histogram.count < FEWEST) return [];
  const p99 = (percentile(histogram, 0.99) ?? 0) * 1000;
  if (p99 <= WANTED_P99_MS) return [];
  const mean = (histogram.sumSeconds / histogram.count) * 1000;
  return [
    {
      code: 'hardware-below-advice',
      severity: 'warn',
      host,
      at: 'disk',
      fact: `fsync of the member's log takes ${duration(p99)} at the 99th percentile, ${duration(mean)} on average (${histogram.count} since its start); etcd wants less than ${WANTED_P99_MS} ms.`,
      ...SLOW,
    },
  ];
}

/** What the write test showed, where one was asked for. */
export function diskTestResult({ name: host, diskTest }: ExaminedMember): SevereFinding[] {
  const at = 'disk-test';
  switch (diskTest?.outcome) {
    case undefined:
      return [];
    case 'mount-point':
      return [
        {
          code: 'disk-test-not-made',
          severity: 'info',
          host,
          at,
          fact: 'no write test was made: the folder of the log is a mount point, and a test file would have to lie inside of it.',
          cause: 'The action writes nothing into a folder of etcd.',
          fix: 'Make it a folder on that disk (`data-dir: /var/lib/etcd/data`), or measure with `fio` before etcd uses it.',
        },
      ];
    case 'no-space':
      return [
        {
          code: 'disk-test-not-made',
          severity: 'info',
          host,
          at,
          fact: 'no write test was made: the disk is almost full.',
          fix: 'Make room, then run again.',
        },
      ];
    case 'measured': {
      const { writes, p50Ms, p99Ms, maxMs } = diskTest;
      const figures = `${writes} synced writes took ${duration(p50Ms)} at the median, ${duration(p99Ms)} at the 99th percentile, ${duration(maxMs)} at most`;
      if (p99Ms <= WANTED_P99_MS)
        return [{ code: 'disk-test-result', severity: 'info', host, at, fact: `${figures}.` }];
      return [
        {
          code: 'hardware-below-advice',
          severity: 'warn',
          host,
          at,
          fact: `${figures}; etcd wants less than ${WANTED_P99_MS} ms at the 99th percentile.`,
          ...SLOW,
        },
      ];
    }
  }
}
