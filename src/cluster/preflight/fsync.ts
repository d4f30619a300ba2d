import { percentile } from '../../etcd/histogram.ts';
import type { ExaminedMember } from './examined.ts';
import { duration } from './format.ts';
import type { SevereFinding } from './severe-finding.ts';

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
      if (p99Ms <= WANTED_P99_MS) return [{ severity: 'info', host, at, fact: `${figures}.` }];
      return [
        {
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
