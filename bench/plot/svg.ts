/** A piece of SVG that can be placed anywhere. */
export type Piece = string;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}

/** Formats coordinates with one decimal: more is invisible. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Returns one line of text; its baseline is at `y`. */
export function label(
  { x, y }: Place,
  text: string,
  { kind = '', anchor = 'start' }: { kind?: string; anchor?: 'start' | 'middle' | 'end' } = {},
): Piece {
  const style = kind === '' ? '' : ` class="${kind}"`;
  return `<text x="${at(x)}" y="${at(y)}"${style}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}>${escaped(text)}</text>`;
}

export function rectangle({ x, y }: Place, width: number, height: number, kind: string): Piece {
  return `<rect x="${at(x)}" y="${at(y)}" width="${at(Math.max(width, 1))}" height="${at(height)}" rx="2" class="${kind}"/>`;
}

export function line(from: Place, to: Place, kind: string): Piece {
  return `<line x1="${at(from.x)}" y1="${at(from.y)}" x2="${at(to.x)}" y2="${at(to.y)}" class="${kind}"/>`;
}

export function polyline(places: readonly Place[], kind: string): Piece {
  return `<polyline points="${places.map(({ x, y }) => `${at(x)},${at(y)}`).join(' ')}" class="${kind}"/>`;
}

export function dot({ x, y }: Place, kind: string): Piece {
  return `<circle cx="${at(x)}" cy="${at(y)}" r="4" class="${kind}"/>`;
}

/** Returns round numbers from 0 to just beyond `most`, at most six of them. */
export function ticksUpTo(most: number): number[] {
  const magnitude = 10 ** Math.floor(Math.log10(most));
  const step =
    [0.1, 0.2, 0.5, 1, 2, 5].map((part) => part * magnitude).find((one) => most / one <= 5) ?? most;
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) =>
    Number((index * step).toPrecision(6)),
  );
}
