import { joined, markup, type Markup } from './markup.ts';

/** The head of a column. */
export interface Column {
  readonly title: string;
  /** Its cells are numbers, to the right. */
  readonly isFigure?: boolean;
}

/** A table that scrolls within itself where the page is narrow, and can be scrolled by keyboard. */
export function scrollTable(label: string, columns: readonly Column[], rows: readonly Markup[]): Markup {
  const heads = columns.map(({ title, isFigure }) =>
    isFigure === true
      ? markup`<th scope="col" class="figure">${title}</th>`
      : markup`<th scope="col">${title}</th>`,
  );
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${joined(rows)}
      </tbody>
    </table>
  </div>`;
}
