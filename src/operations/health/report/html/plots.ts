import type {
  CertificateDocument,
  HealthDocument,
  MemberDocument,
} from '../../../../checks/health-document.ts';
import { days, plural } from '../../../../checks/view.ts';
import { duration, size } from '../../../../text/units.ts';
import { joined, markup, type Markup, NOTHING, scrollTable } from './markup.ts';

/** All figures that are shown as plots. */
export function plots(document: HealthDocument): Markup {
  return markup`<div class="grid">
    ${[
      latency(document),
      databases(document),
      raftLag(document),
      disks(document),
      roundTrips(document),
      daysLeft(document),
    ]}
  </div>`;
}

function perMember(
  members: readonly MemberDocument[],
  value: (member: MemberDocument) => number | null,
  text: (value: number) => string,
  limit: number,
): Bar[] {
  return members.map((member) => {
    const seen = value(member);
    return {
      label: member.name,
      value: seen,
      text: seen === null ? 'not seen' : text(seen),
      ...(seen !== null && seen > limit && { status: 'warn' as const }),
    };
  });
}

function latency({ members, thresholds: { latencyWarningMs } }: HealthDocument): Markup {
  const bars = members.flatMap((member): Bar[] => {
    const { name, readMs, localReadMs, roundTripMs } = member;
    const way = roundTripMs ?? 0;
    const slow = readMs !== null && readMs - way > latencyWarningMs;
    return [
      {
        label: name,
        value: readMs,
        text: readMs === null ? 'no answer' : duration(readMs),
        ...(readMs !== null && { part: Math.max(0, readMs - way) }),
        ...(slow && { status: 'warn' as const }),
      },
      {
        label: `${name}, alone`,
        value: localReadMs,
        text: localReadMs === null ? 'no answer' : duration(localReadMs),
        ...(localReadMs !== null && { part: Math.max(0, localReadMs - way) }),
      },
    ];
  });
  return barPlot({
    title: 'Read latency',
    columns: ['Member', 'Read'],
    bars,
    limit: latencyWarningMs,
    note: `Dark: etcd; light: the way there and back. First through the majority (linearizable), then from the member alone (serializable). Warning from ${latencyWarningMs} ms.`,
  });
}

function databases({ members, thresholds: { dbQuotaWarningPercent } }: HealthDocument): Markup {
  const quota = Math.max(0, ...members.map(({ quotaBytes }) => quotaBytes ?? 0));
  const bars = members.map(({ name, dbSizeBytes, dbSizeInUseBytes, quotaBytes }): Bar => ({
    label: name,
    value: dbSizeBytes,
    part: dbSizeInUseBytes,
    text:
      dbSizeBytes === null
        ? 'not seen'
        : `${size(dbSizeBytes)}${quotaBytes === null ? '' : ` (${((dbSizeBytes / quotaBytes) * 100).toFixed(0)} %)`}`,
    ...(dbSizeBytes !== null &&
      quotaBytes !== null &&
      dbSizeBytes >= (quotaBytes * dbQuotaWarningPercent) / 100 && { status: 'warn' as const }),
  }));
  return barPlot({
    title: 'Database against quota',
    columns: ['Member', 'Size'],
    bars,
    ...(quota > 0 && { end: quota, limit: (quota * dbQuotaWarningPercent) / 100 }),
    note: `Dark: in use; light: free within the file, until it is defragmented. ${quota > 0 ? `The scale is the quota, ${size(quota)}; the line is the warning, ${dbQuotaWarningPercent} %.` : ''}`,
  });
}

function raftLag({ members, thresholds: { raftLagWarning } }: HealthDocument): Markup {
  return barPlot({
    title: 'Raft lag',
    columns: ['Member', 'Behind'],
    bars: perMember(
      members,
      ({ raftLag: lag }) => lag,
      (lag) => String(lag),
      raftLagWarning,
    ),
    limit: raftLagWarning,
    end: raftLagWarning,
    note: `Entries of the log behind the leader. The scale ends at the warning, ${raftLagWarning}.`,
  });
}

function disks({ members, thresholds, metricsWindowSeconds }: HealthDocument): Markup {
  const bars = members.flatMap(({ name, walFsync, backendCommit }): Bar[] => [
    {
      label: `${name}, fsync`,
      value: walFsync?.p99Ms ?? null,
      text: walFsync === null ? 'not seen' : duration(walFsync.p99Ms),
      ...(walFsync !== null && walFsync.p99Ms > thresholds.fsyncWarningMs && { status: 'warn' as const }),
    },
    {
      label: `${name}, commit`,
      value: backendCommit?.p99Ms ?? null,
      text: backendCommit === null ? 'not seen' : duration(backendCommit.p99Ms),
      ...(backendCommit !== null &&
        backendCommit.p99Ms > thresholds.commitWarningMs && { status: 'warn' as const }),
    },
  ]);
  const samples = members.flatMap(({ walFsync }) => walFsync?.samples ?? []);
  const period = metricsWindowSeconds === null ? "since each member's start" : `in ${metricsWindowSeconds} s`;
  return barPlot({
    title: 'Disk, 99th percentile',
    columns: ['Member', 'Takes'],
    bars,
    limit: thresholds.fsyncWarningMs,
    note: `${samples.length === 0 ? '' : `From ${plural(Math.min(...samples), 'sample')} and more, ${period}. `}Warnings from ${thresholds.fsyncWarningMs} ms (fsync, the line) and ${thresholds.commitWarningMs} ms (commit).`,
  });
}

function roundTrips({ members, thresholds: { peerLatencyWarningMs } }: HealthDocument): Markup {
  const told = new Map(
    members.flatMap(({ name, peers }) => peers.map((peer) => [`${name}\n${peer.name}`, peer] as const)),
  );
  if (told.size === 0) return NOTHING;
  const names = members.map(({ name }) => name);
  const rows = names.map((from) => {
    const cells = names.map((to) => {
      const peer = told.get(`${from}\n${to}`);
      if (peer === undefined) return markup`<td class="figure quiet">–</td>`;
      const isSlow = peer.p99Ms > peerLatencyWarningMs;
      return markup`<td class="figure${isSlow ? ' warn' : ''}">
        ${isSlow ? '▲ ' : ''}${duration(peer.p99Ms)}
      </td>`;
    });
    return markup`<tr>
      <th scope="row">${from}</th>
      ${cells}
    </tr>`;
  });
  const columns = [{ title: 'from ╲ to' }, ...names.map((title) => ({ title, isFigure: true }))];
  return markup`<div class="card">
    <h3>Round trips between members</h3>
    ${scrollTable('Round trips between members', columns, rows)}
    <p class="quiet small">
      99th percentile, as the member in the row measured it. ▲: beyond ${peerLatencyWarningMs} ms. etcd makes
      one every 30 s.
    </p>
  </div>`;
}

/** A table shows more than these. */
const MOST_CERTIFICATES = 12;

function daysLeft({ certificates, thresholds }: HealthDocument): Markup {
  const soonest = distinct(certificates).toSorted((one, other) => one.daysLeft - other.daysLeft);
  const bars = soonest.slice(0, MOST_CERTIFICATES).map((certificate): Bar => {
    const { certificateFailureDays, certificateWarningDays } = thresholds;
    const left = certificate.daysLeft;
    const status =
      left < certificateFailureDays ? 'fail' : left < certificateWarningDays ? 'warn' : undefined;
    return {
      label: `${certificate.isCa ? '' : `${certificate.member} `}${fileName(certificate.where)}`,
      value: Math.max(0, Math.min(left, YEAR)),
      text: left < 0 ? `ended` : days(left),
      ...(status !== undefined && { status }),
    };
  });
  return barPlot({
    title: 'Days left per certificate',
    columns: ['Certificate', 'Left'],
    bars,
    limit: thresholds.certificateWarningDays,
    end: YEAR,
    note: `${soonest.length > MOST_CERTIFICATES ? `The ${MOST_CERTIFICATES} that end first of ${soonest.length}. ` : ''}The scale ends at a year; the line is the warning, ${days(thresholds.certificateWarningDays)}.`,
  });
}

const YEAR = 365;

/** Counts a certificate once if it is on disk and served, or on every host. */
function distinct(certificates: readonly CertificateDocument[]): CertificateDocument[] {
  return [...new Map(certificates.toReversed().map((each) => [each.fingerprint, each])).values()];
}

function fileName(where: string): string {
  return where.replace(/^.*\//, '');
}

/** One bar with its label and its value in words. */
interface Bar {
  readonly label: string;
  /** In the unit of the plot; null: unknown. */
  readonly value: number | null;
  /** A part of it that is drawn darker, in the same unit. */
  readonly part?: number | null;
  readonly text: string;
  readonly status?: 'ok' | 'warn' | 'fail' | 'unknown';
}

/** A bar plot, which is a table to those who do not see it. */
export interface BarPlot {
  readonly title: string;
  /** What the bars and the line mean. */
  readonly note: string;
  readonly columns: readonly [label: string, value: string];
  readonly bars: readonly Bar[];
  /** Drawn as a line, in the unit of the bars. */
  readonly limit?: number;
  /** The end of the scale; else a little beyond the longest bar and the limit. */
  readonly end?: number;
}

/** A card with the plot; nothing where there is nothing to draw. */
function barPlot({ title, note, columns, bars, limit, end }: BarPlot): Markup {
  if (bars.every(({ value }) => value === null)) return NOTHING;
  const longest = Math.max(...bars.map(({ value }) => value ?? 0));
  const scale = end ?? Math.max(longest, nearby(limit, longest)) * 1.08;
  const drawn = limit !== undefined && limit <= scale ? limit : undefined;
  return markup`<div class="card">
    <h3>${title}</h3>
    <table class="bars">
      <thead class="small">
        <tr>
          <th scope="col">${columns[0]}</th>
          <td></td>
          <th scope="col" class="figure">${columns[1]}</th>
        </tr>
      </thead>
      <tbody>
        ${joined(bars.map((bar) => row(bar, scale, drawn)))}
      </tbody>
    </table>
    <p class="quiet small">${note}</p>
  </div>`;
}

/** A limit far beyond all bars would make them invisible. */
function nearby(limit: number | undefined, longest: number): number {
  return limit !== undefined && limit <= longest * 4 ? limit : 0;
}

function row({ label, value, part, text, status }: Bar, scale: number, limit: number | undefined): Markup {
  const length = (amount: number): string => `${percent(amount, scale)}%`;
  const whole = part === undefined || part === null ? (status ?? 'bar') : 'part';
  const pieces = [
    markup`<rect class="track" width="100%" height="14" rx="3"></rect>`,
    value === null
      ? NOTHING
      : markup`<rect class="${whole}" width="${length(value)}" height="14" rx="3"></rect>`,
    part === undefined || part === null
      ? NOTHING
      : markup`<rect class="${status ?? 'bar'}" width="${length(part)}" height="14" rx="3"></rect>`,
    limit === undefined
      ? NOTHING
      : markup`<line class="limit" x1="${length(limit)}" x2="${length(limit)}" y1="0" y2="14"></line>`,
  ];
  return markup`<tr>
    <th scope="row">${label}</th>
    <td><svg aria-hidden="true" focusable="false">${pieces}</svg></td>
    <td class="figure">${text}</td>
  </tr>`;
}

function percent(amount: number, scale: number): string {
  return scale <= 0 ? '0' : Math.max(0, Math.min(100, (amount / scale) * 100)).toFixed(2);
}
