import { dot, label, line, type Piece, polyline, ticksUpTo } from './svg.ts';

/** A row of values over one axis. */
export interface Series {
  readonly name: string;
  /** Class of its colour. */
  readonly kind: string;
  /** Position on the axis, and seconds. */
  readonly points: readonly { readonly x: number; readonly seconds: number }[];
}

const LEFT = 44;
const RIGHT = 150;
const BOTTOM = 44;
const TOP = 10;

/**
 * Draws lines with a dot at each measured position.
 * @param unit of the axis below.
 */
export function linePanel(
  series: readonly Series[],
  unit: string,
  { width, height }: { readonly width: number; readonly height: number },
): Piece {
  const places = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].toSorted(
    (a, b) => a - b,
  );
  const [first = 0, last = 1] = [places[0], places.at(-1)];
  const ticks = ticksUpTo(Math.max(...series.flatMap(({ points }) => points.map(({ seconds }) => seconds))));
  const xOf = (value: number): number =>
    LEFT + ((value - first) / Math.max(last - first, 1)) * (width - LEFT - RIGHT);
  const yOf = (seconds: number): number =>
    height - BOTTOM - (seconds / (ticks.at(-1) ?? 1)) * (height - BOTTOM - TOP);
  const grid = ticks.flatMap((tick) => [
    line({ x: LEFT, y: yOf(tick) }, { x: width - RIGHT, y: yOf(tick) }, 'grid'),
    label({ x: LEFT - 8, y: yOf(tick) + 4 }, `${tick} s`, { kind: 'quiet', anchor: 'end' }),
  ]);
  const axis = places.map((place) =>
    label({ x: xOf(place), y: height - BOTTOM + 18 }, String(place), { kind: 'quiet', anchor: 'middle' }),
  );
  const drawn = series.flatMap(({ name, kind, points }) => {
    const marks = points.map(({ x, seconds }) => ({ x: xOf(x), y: yOf(seconds) }));
    const end = marks.at(-1);
    const text = `${name} ${points.at(-1)?.seconds.toFixed(1) ?? ''} s`;
    return [
      polyline(marks, `${kind} stroke`),
      ...marks.map((mark) => dot(mark, kind)),
      ...(end === undefined ? [] : [label({ x: end.x + 10, y: end.y + 4 }, text)]),
    ];
  });
  const middle = LEFT + (width - LEFT - RIGHT) / 2;
  return [
    ...grid,
    ...axis,
    label({ x: middle, y: height - 6 }, unit, { kind: 'quiet', anchor: 'middle' }),
    ...drawn,
  ].join('\n');
}
