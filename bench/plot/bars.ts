import { label, line, type Piece, rectangle, ticksUpTo } from './svg.ts';

/** One bar. */
export interface Bar {
  readonly name: string;
  /** Seconds. */
  readonly value: number;
  /** Class of its colour. */
  readonly kind: string;
  readonly strong?: boolean;
}

/** A group of bars, e.g. those of one round trip. */
export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const BAR = 18;
const GAP = 6;
const GROUP_TITLE = 26;
const AXIS = 26;
const NAMES = 170;
const VALUES = 64;

/**
 * Draws horizontal bars in groups, on one scale.
 * @returns the drawing and its height.
 */
export function barPanel(groups: readonly BarGroup[], width: number): { piece: Piece; height: number } {
  const ticks = ticksUpTo(Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value))));
  const scale = (width - NAMES - VALUES) / (ticks.at(-1) ?? 1);
  const pieces: Piece[] = [];
  let y = 0;
  for (const { title, bars } of groups) {
    pieces.push(label({ x: 0, y: y + 16 }, title, { kind: 'quiet' }));
    y += GROUP_TITLE;
    for (const { name, value, kind, strong } of bars) {
      const style = strong === true ? { kind: 'strong' } : {};
      pieces.push(
        label({ x: NAMES - 10, y: y + 14 }, name, { ...style, anchor: 'end' }),
        rectangle({ x: NAMES, y }, value * scale, BAR, kind),
        label({ x: NAMES + value * scale + 6, y: y + 14 }, `${value.toFixed(1)} s`, style),
      );
      y += BAR + GAP;
    }
    y += GAP;
  }
  const grid = ticks.flatMap((tick) => {
    const x = NAMES + tick * scale;
    return [
      line({ x, y: 0 }, { x, y }, 'grid'),
      label({ x, y: y + 18 }, `${tick} s`, { kind: 'quiet', anchor: 'middle' }),
    ];
  });
  return { piece: [...grid, ...pieces].join('\n'), height: y + AXIS };
}
