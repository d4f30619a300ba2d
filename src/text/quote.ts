import { showInvisible } from './characters.ts';

/** The maximum length of a value in a message. */
const maxQuoteLength = 80;

/**
 * Quotes a user's value for a message: in double quotes, on one line, shortened, invisible characters by their code.
 */
export function quote(value: string): string {
  return JSON.stringify(showInvisible(cut(value)));
}

/** Quotes a value of YAML or JSON for a message: a text by {@link quote}, anything else as JSON, without quotes. */
export function quoteJson(value: unknown): string {
  return typeof value === 'string' ? quote(value) : showInvisible(cut(JSON.stringify(value)));
}

function cut(text: string): string {
  return text.length > maxQuoteLength ? `${text.slice(0, maxQuoteLength)}…` : text;
}

/** Reports whether a text contains a PEM private key, whole or in part. */
export function holdsPrivateKey(value: string): boolean {
  return value.includes('PRIVATE KEY');
}
