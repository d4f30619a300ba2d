import { describeLostMount, LOST_MOUNT, lostMounts } from '../cluster/data-dir.ts';
import type { HealthFacts, HostSight, MemberSight } from '../facts/health.ts';
import type { FilesystemFact } from '../facts/preflight.ts';
import type { HealthThresholds } from '../inputs/thresholds.ts';
import { median } from '../text/units.ts';
import { type Check, checkOf, type CheckStatus, type Told } from './check.ts';
import { duration, size } from './view.ts';

/** etcd stops at a write that finds no room: this is as good as none. */
const FULL_PERCENT = 2;
const FULL_BYTES = 256 * 1024 ** 2;
/** Beyond this leases, logs and certificates are not to be trusted. */
const CLOCK_FAILURE_MS = 30_000 * 10;

/** Disk and clock of each host. */
export function machineChecks({ members }: HealthFacts, thresholds: HealthThresholds): Check[] {
  const offsets = clockOffsets(members);
  return members.flatMap((member) => {
    if ('unseen' in member.host) return [];
    const sight = member.host.seen;
    return [
      ...diskSpace(member.name, sight, thresholds),
      clock(member.name, sight, offsets.get(member.name), thresholds),
    ];
  });
}

/** Milliseconds that each host's clock is ahead of the median of all that were seen, by member name. */
export function clockOffsets(members: readonly MemberSight[]): ReadonlyMap<string, number> {
  const told = members.flatMap(({ name, host }) =>
    'seen' in host ? [[name, host.seen.more.clock.offsetMs] as const] : [],
  );
  const middle = median(told.map(([, offset]) => offset));
  return new Map(told.map(([name, offset]) => [name, offset - middle]));
}

/** The disk of the data dir, and that of the log where it is another one. */
function diskSpace(
  name: string,
  { facts, more: { filesystem, walFilesystem } }: HostSight,
  thresholds: HealthThresholds,
): Check[] {
  const lost = lostMounts(facts, typeof facts.state === 'object' ? facts.state : undefined);
  if (lost.length > 0) {
    const measured = `On ${name} ${lost.map(describeLostMount).join('; ')}.`;
    return [checkOf('disk-space', name)('fail', { measured, ...LOST_MOUNT })];
  }
  if (filesystem === undefined) {
    const measured = `The filesystem of the data dir of ${name} could not be read.`;
    return [checkOf('disk-space', name)('unknown', { measured })];
  }
  const ofData = spaceOn(filesystem, name, thresholds, null);
  return walFilesystem === undefined || walFilesystem.mountPoint === filesystem.mountPoint
    ? [ofData]
    : [ofData, spaceOn(walFilesystem, name, thresholds, 'wal-dir')];
}

function spaceOn(
  filesystem: FilesystemFact,
  name: string,
  { diskFreeWarningPercent }: HealthThresholds,
  subject: string | null,
): Check {
  const check = (status: CheckStatus, told: Omit<Told, 'subject'>): Check =>
    checkOf('disk-space', name)(status, { ...told, subject });
  const { freeBytes, sizeBytes, mountPoint, readOnly, inodes, freeInodes } = filesystem;
  const percent = sizeBytes === 0 ? 100 : (freeBytes / sizeBytes) * 100;
  const threshold = `at least ${diskFreeWarningPercent} % free; fails below ${FULL_PERCENT} % or ${size(FULL_BYTES)}`;
  const measured = `${size(freeBytes)} of ${size(sizeBytes)} are free on ${mountPoint} of ${name} (${percent.toFixed(0)} %).`;
  if (readOnly) {
    return check('fail', {
      measured: `${mountPoint} of ${name} is mounted read-only.`,
      cause: 'The kernel does that when the disk fails (`dmesg`).',
      fix: 'Have the disk looked at; etcd cannot write there.',
    });
  }
  if (inodes > 0 && freeInodes / inodes < FULL_PERCENT / 100) {
    return check('fail', {
      measured: `Only ${freeInodes} of ${inodes} inodes are free on ${mountPoint} of ${name}.`,
      cause: 'Very many small files lie on that filesystem.',
      fix: '`df -i`, and find them (`du --inodes -x -d 3 /`).',
    });
  }
  if (percent >= diskFreeWarningPercent && freeBytes >= FULL_BYTES)
    return check('ok', { measured, threshold });
  const isFull = percent < FULL_PERCENT || freeBytes < FULL_BYTES;
  return check(isFull ? 'fail' : 'warn', {
    measured,
    threshold,
    cause: 'Logs, images or a growing database fill it.',
    fix: `Make room: \`du -xhd 3 ${mountPoint} | sort -h | tail\`, \`crictl rmi --prune\`, \`journalctl --vacuum-size=200M\`. Delete nothing within the data dir. A member that finds no room ends.`,
  });
}

function clock(
  name: string,
  { more: { clock: seen } }: HostSight,
  offset: number | undefined,
  { clockWarningMs }: HealthThresholds,
): Check {
  const check = checkOf('clock', name);
  const threshold = `within ${clockWarningMs} ms of the median`;
  const away = Math.abs(offset ?? 0);
  const measured = `The clock of ${name} is ${duration(away)} ${(offset ?? 0) >= 0 ? 'ahead of' : 'behind'} the median of all hosts (± ${duration(seen.uncertaintyMs)}).`;
  // What is uncertain because of the way there counts in the host's favour.
  const atLeast = away - seen.uncertaintyMs;
  if (atLeast <= clockWarningMs) return check('ok', { measured, threshold });
  return check(atLeast > CLOCK_FAILURE_MS ? 'fail' : 'warn', {
    measured,
    threshold,
    cause: 'No time service runs on it, or it reaches no server.',
    fix: '`timedatectl`, then start one (`systemctl enable --now chrony` or systemd-timesyncd).',
  });
}
