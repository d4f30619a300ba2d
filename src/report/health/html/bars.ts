import { markup, joined, NOTHING, type Markup } from './markup.ts';

/** One bar with its label and its value in words. */
export interface Bar {
  readonly label: string;
  /** In the unit of the plot; null: not seen. */
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
export function barPlot({ title, note, columns, bars, limit, end }: BarPlot): Markup {
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
