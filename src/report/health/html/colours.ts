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
