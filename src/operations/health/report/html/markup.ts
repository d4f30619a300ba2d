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

/** Colours of one scheme, by the name of the CSS variable. */
export interface Colours {
  readonly page: string;
  readonly card: string;
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly bar: string;
  readonly light: string;
  readonly limit: string;
  readonly ok: string;
  readonly warn: string;
  readonly fail: string;
  readonly unknown: string;
  readonly link: string;
}

/** Text colours (ink, quiet, ok, warn, fail, unknown, link) have a contrast of 4.5 and more on page and card (WCAG 2.2, 1.4.3). */
export const LIGHT: Colours = {
  page: '#f6f7f9',
  card: '#ffffff',
  ink: '#1b2330',
  quiet: '#5a6472',
  line: '#dde2e8',
  bar: '#3a6ea5',
  light: '#b9cde2',
  limit: '#9a3412',
  ok: '#17693a',
  warn: '#8a5300',
  fail: '#b3261e',
  unknown: '#565f6b',
  link: '#0b57b0',
};

export const DARK: Colours = {
  page: '#11151b',
  card: '#1a2029',
  ink: '#e6eaf0',
  quiet: '#a3adba',
  line: '#303946',
  bar: '#6ea6dd',
  light: '#35506b',
  limit: '#f0a070',
  ok: '#62c98b',
  warn: '#e7b04f',
  fail: '#ff8a80',
  unknown: '#a9b3c0',
  link: '#8ab8f0',
};

function variables(colours: Colours): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}

/** The style sheet of the report. Nothing in it is fetched from anywhere. */
export const STYLE = `
:root{color-scheme:light dark;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1rem}
header{padding-top:2rem;padding-bottom:1rem}
footer{padding:1rem 1rem 3rem;color:var(--quiet);font-size:.875rem}
h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0 .5rem;font-weight:650}
h2{font-size:1.15rem;margin:0 0 .75rem;font-weight:650}
h3{font-size:1rem;margin:0 0 .5rem;font-weight:600}
p{margin:.35rem 0}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem .75rem}
.quiet{color:var(--quiet)}
.small{font-size:.875rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.25rem;margin:0 0 1rem;min-width:0}
.grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));align-items:start}
.grid>.card{margin:0}
main>*,main>.card{margin-top:1rem;margin-bottom:0}
main>section:not(.card){margin-top:1.75rem}
.facts{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:1rem 0 0;padding:0}
.facts div{min-width:6rem}
.facts dt{color:var(--quiet);font-size:.8125rem}
.facts dd{margin:0;font-size:1.25rem;font-weight:600}
.status{display:inline-block;font-weight:650;white-space:nowrap}
.ok{color:var(--ok)}.warn{color:var(--warn)}.fail{color:var(--fail)}.unknown{color:var(--unknown)}
.verdict{border-left:6px solid currentColor;padding-left:1rem}
.verdict h1,.verdict p,.verdict dl{color:var(--ink)}
.finding{border-top:1px solid var(--line);padding:.75rem 0}
.finding:first-of-type{border-top:0;padding-top:0}
.finding dl,.two{display:grid;grid-template-columns:max-content 1fr;gap:.15rem .75rem;margin:.5rem 0 0;font-size:.9375rem}
.finding dt{color:var(--quiet)}
.finding dd{margin:0}
code{font:0.875em/1.5 ui-monospace,SFMono-Regular,Menlo,"Liberation Mono",monospace;background:var(--page);border:1px solid var(--line);border-radius:4px;padding:.05em .3em;user-select:all}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
th,td{text-align:left;padding:.35rem .5rem;border-top:1px solid var(--line);vertical-align:top}
thead th{border-top:0;color:var(--quiet);font-weight:500;font-size:.8125rem}
tbody th{font-weight:600}
tbody th .quiet{font-weight:400}
td.figure,th.figure{text-align:right;white-space:nowrap}
.scroll{overflow-x:auto}
.scroll table{overflow-wrap:normal}
.scroll th{white-space:nowrap}
.scroll td{min-width:4rem}
.bars td,.bars th{border:0;padding:.25rem .35rem;vertical-align:middle}
.bars th{font-weight:500}
.bars td:nth-child(2){width:48%}
.bars td.figure{width:1%}
.bars svg{display:block;width:100%;height:14px}
.track{fill:var(--line)}.bar{fill:var(--bar)}.part{fill:var(--light)}
rect.ok{fill:var(--ok)}rect.warn{fill:var(--warn)}rect.fail{fill:var(--fail)}rect.unknown{fill:var(--unknown)}
.limit{stroke:var(--limit);stroke-width:2}
.key{display:inline-block;width:.7em;height:.7em;border-radius:2px;margin-right:.3em;background:var(--bar)}
.key.second{background:var(--light)}.key.third{background:var(--limit);width:2px;height:1em;vertical-align:-.15em}
.picture svg{display:block;max-width:26rem;width:100%;height:auto;margin:0 auto}
.picture text{font:600 13px system-ui,sans-serif;fill:var(--ink);text-anchor:middle}
.picture .sub{font-weight:400;font-size:11px;fill:var(--quiet)}
.picture .edge{stroke:var(--line);stroke-width:2}
.picture .slow{stroke:var(--warn)}.picture .cut{stroke:var(--fail);stroke-dasharray:5 5}
.picture circle{fill:var(--card);stroke-width:3}
.picture .ok{stroke:var(--ok)}.picture .warn{stroke:var(--warn)}.picture .fail{stroke:var(--fail)}.picture .out{stroke:var(--fail);stroke-dasharray:6 4}.picture .unknown{stroke:var(--unknown);stroke-dasharray:2 4}
.picture .plate{fill:var(--card)}
.trend svg{display:block;width:100%;height:90px}
.trend polyline{fill:none;stroke:var(--bar);stroke-width:2;vector-effect:non-scaling-stroke}
.trend .l1{stroke:var(--ok)}.trend .l2{stroke:var(--warn)}.trend .l3{stroke:var(--unknown)}.trend .l4{stroke:var(--fail)}
details summary{cursor:pointer;padding:.25rem 0}
@media (max-width:40rem){
.finding dl{grid-template-columns:1fr}.finding dt{margin-top:.35rem}
.bars td:nth-child(2){width:36%}
}
@media print{body{background:#fff}.card{break-inside:avoid}}
`.trim();
