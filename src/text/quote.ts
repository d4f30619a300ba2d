import { showUnseen } from './characters.ts';

/** A value longer than this is cut in a message. */
const longestQuote = 80;

/** A user's value as it stands in a message: in double quotes, on one line, cut when long, unseen characters by their code. */
export function quote(value: string): string {
  return JSON.stringify(showUnseen(cut(value)));
}

/** A value of YAML or JSON as it stands in a message: a text by {@link quote}, anything else as JSON, which has no quotes of its own. */
export function quoteJson(value: unknown): string {
  return typeof value === 'string' ? quote(value) : showUnseen(cut(JSON.stringify(value)));
}

function cut(text: string): string {
  return text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text;
}

/** True for a text with a PEM private key in it, whole or not. */
export function holdsPrivateKey(value: string): boolean {
  return value.includes('PRIVATE KEY');
}
