import type { HealthDocument, MemberDocument } from '../../../../checks/health-document.ts';
import { days } from '../../../../checks/view.ts';
import { STATUS_WORDS } from '../../../../report/check-view.ts';
import { duration, size } from '../../../../text/units.ts';
import type { TrendPoint } from '../../trends.ts';
import { joined, markup, type Markup, NOTHING } from './markup.ts';

const WIDTH = 600;
const HEIGHT = 90;

interface Line {
  readonly name: string;
  /** By point; null: unknown at that time. */
  readonly values: readonly (number | null)[];
}

/** What became of the figures over the runs, the oldest first; nothing for fewer than two. */
export function trendPlots(points: readonly TrendPoint[]): Markup {
  if (points.length < 2) return NOTHING;
  const names = [...new Set(points.flatMap(({ members }) => members.map(({ name }) => name)))];
  const ofMembers = (value: (member: TrendPoint['members'][number]) => number | null): Line[] =>
    names.map((name) => ({
      name,
      values: points.map(({ members }) => {
        const member = members.find((each) => each.name === name);
        return member === undefined ? null : value(member);
      }),
    }));
  const first = points[0]?.checkedAt.slice(0, 16).replace('T', ' ') ?? '';
  return markup`<section aria-labelledby="trends">
    <h2 id="trends">Over the last ${points.length} checks, since ${first} UTC</h2>
    <div class="grid">
      ${[
        plot(
          'Database in use',
          ofMembers(({ dbSizeInUseBytes }) => dbSizeInUseBytes),
          size,
        ),
        plot(
          'Linearizable read',
          ofMembers(({ readMs }) => readMs),
          duration,
        ),
        plot(
          'fsync of the log, 99th percentile',
          ofMembers(({ walFsyncP99Ms }) => walFsyncP99Ms),
          duration,
        ),
        plot(
          'Days left of the certificate that ends first',
          [{ name: 'days', values: points.map(({ leastDaysLeft }) => leastDaysLeft) }],
          days,
        ),
      ]}
    </div>
  </section>`;
}

function plot(title: string, lines: readonly Line[], text: (value: number) => string): Markup {
  const all = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  if (all.length < 2) return NOTHING;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const words = `${title}: between ${text(low)} and ${text(high)}`;
  const drawn = lines.map(({ values }, index) => {
    const spots = values.flatMap((value, at) =>
      value === null ? [] : [`${x(at, values.length)},${y(value, low, high)}`],
    );
    return markup`<polyline class="l${index % 5}" points="${spots.join(' ')}"></polyline>`;
  });
  const last = lines
    .map(({ name, values }) => `${lines.length === 1 ? '' : `${name} `}${lastText(values, text)}`)
    .join(', ');
  return markup`<div class="card trend">
    <h3>${title}</h3>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${words}">
      ${joined(drawn)}
    </svg>
    <p class="quiet small">From ${text(low)} to ${text(high)}. Now: ${last}.</p>
  </div>`;
}

function lastText(values: readonly (number | null)[], text: (value: number) => string): string {
  const last = values.at(-1);
  return last === null || last === undefined ? 'not seen' : text(last);
}

function x(at: number, count: number): string {
  return ((at / Math.max(1, count - 1)) * WIDTH).toFixed(1);
}

function y(value: number, low: number, high: number): string {
  const share = high === low ? 0.5 : (value - low) / (high - low);
  return (HEIGHT - 6 - share * (HEIGHT - 12)).toFixed(1);
}

const PICTURE_WIDTH = 360;
const PICTURE_HEIGHT = 300;
const RADIUS = 38;

interface Place {
  readonly member: MemberDocument;
  readonly x: number;
  readonly y: number;
}

/** The members in a ring: who leads, who is out, and how long a round trip between two takes. */
export function clusterPicture({ members, cluster, thresholds }: HealthDocument): Markup {
  const places = members.map((member, index): Place => {
    const angle = (index / members.length) * 2 * Math.PI - Math.PI / 2;
    const reach = members.length === 1 ? 0 : 1;
    return {
      member,
      x: PICTURE_WIDTH / 2 + reach * Math.cos(angle) * (PICTURE_WIDTH / 2 - RADIUS - 18),
      y: PICTURE_HEIGHT / 2 + reach * Math.sin(angle) * (PICTURE_HEIGHT / 2 - RADIUS - 10),
    };
  });
  const bottom = Math.max(...places.map(({ y }) => y)) + RADIUS + 6;
  const pairs = places.flatMap((one, index) => places.slice(index + 1).map((other) => [one, other] as const));
  const words = `${members.length} members. ${cluster.leader === null ? 'No leader is known.' : `${cluster.leader} leads.`} ${members
    .map(({ name, status, reachable }) => `${name}: ${reachable ? STATUS_WORDS[status] : 'no answer'}`)
    .join(', ')}.`;
  return markup`<div class="card picture">
    <h2>The cluster</h2>
    <svg viewBox="0 0 ${PICTURE_WIDTH} ${bottom.toFixed(0)}" role="img" aria-label="${words}">
      ${joined(pairs.map(([one, other]) => edge(one, other, thresholds.peerLatencyWarningMs)))}
      ${joined(places.map((place) => node(place)))}
    </svg>
    <p class="quiet small">
      On the lines: the slower direction's round trip, 99th percentile. A crown marks the leader, a dashed
      ring who does not answer.
    </p>
  </div>`;
}

function edge(one: Place, other: Place, mostMs: number): Markup {
  const p99 = slowest(one.member, other.member);
  const isCut = !one.member.reachable || !other.member.reachable;
  const kind = isCut ? 'edge cut' : p99 !== undefined && p99 > mostMs ? 'edge slow' : 'edge';
  const [x, y] = [(one.x + other.x) / 2, (one.y + other.y) / 2];
  const label =
    p99 === undefined || isCut
      ? markup``
      : markup`<rect
            class="plate"
            x="${(x - 30).toFixed(1)}"
            y="${(y - 10).toFixed(1)}"
            width="60"
            height="18"
            rx="4"
          ></rect
          ><text class="sub" x="${x.toFixed(1)}" y="${(y + 3).toFixed(1)}">${duration(p99)}</text>`;
  return markup`<line
      class="${kind}"
      x1="${one.x.toFixed(1)}"
      y1="${one.y.toFixed(1)}"
      x2="${other.x.toFixed(1)}"
      y2="${other.y.toFixed(1)}"
    ></line
    >${label}`;
}

function slowest(one: MemberDocument, other: MemberDocument): number | undefined {
  const told = [
    ...one.peers.filter(({ name }) => name === other.name),
    ...other.peers.filter(({ name }) => name === one.name),
  ].map(({ p99Ms }) => p99Ms);
  return told.length === 0 ? undefined : Math.max(...told);
}

function node({ member, x, y }: Place): Markup {
  const ring = member.reachable ? member.status : member.status === 'fail' ? 'out' : 'unknown';
  const name = member.name.length > 11 ? `${member.name.slice(0, 10)}…` : member.name;
  const role = member.reachable ? (member.role ?? '') : 'no answer';
  const crown =
    member.role === 'leader'
      ? markup`<text x="${x.toFixed(1)}" y="${(y - 16).toFixed(1)}">♛</text>`
      : markup``;
  return markup`<circle class="${ring}" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${RADIUS}"></circle
    >${crown}<text x="${x.toFixed(1)}" y="${(y + 2).toFixed(1)}">${name}</text
    ><text class="sub" x="${x.toFixed(1)}" y="${(y + 17).toFixed(1)}">${role}</text>`;
}
