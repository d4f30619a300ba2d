/** A piece of HTML in which everything from outside is escaped. */
export interface Markup {
  readonly html: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

type Part = Markup | string | number | readonly (Markup | string)[];

/** A template for HTML: what is put in is escaped, unless it is markup already. */
export function markup(parts: TemplateStringsArray, ...values: readonly Part[]): Markup {
  const text = parts.reduce((all, part, index) => {
    const value = values[index];
    return all + part + (value === undefined ? '' : render(value));
  }, '');
  return { html: text };
}

/** Nothing. */
export const NOTHING: Markup = { html: '' };

/** One after the other. */
export function joined(pieces: readonly Markup[]): Markup {
  return { html: pieces.map((piece) => piece.html).join('\n') };
}

/** Text in which `code` stands between backticks. */
export function prose(text: string): Markup {
  const pieces = text.split(/`([^`]+)`/);
  return joinedTight(
    pieces.map((piece, index) => (index % 2 === 1 ? markup`<code>${piece}</code>` : markup`${piece}`)),
  );
}

function joinedTight(pieces: readonly Markup[]): Markup {
  return { html: pieces.map((piece) => piece.html).join('') };
}

function render(value: Part): string {
  if (typeof value === 'object' && 'html' in value) return value.html;
  if (typeof value === 'object') return value.map(render).join('');
  return escape(String(value));
}

/** Control characters that HTML does not take have no place in a report either. */
function escape(text: string): string {
  return text
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

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
