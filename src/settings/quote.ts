import { showUnseen } from './characters.ts';

/** A value longer than this is cut in a message. */
const longestQuote = 80;

/** A user's value as it stands in a message: in double quotes, on one line, cut when long, unseen characters by their code. */
export function quote(value: string): string {
  const short = value.length > longestQuote ? `${value.slice(0, longestQuote)}…` : value;
  return JSON.stringify(showUnseen(short));
}

/** True for a text with a PEM private key in it, whole or not. */
export function holdsPrivateKey(value: string): boolean {
  return value.includes('PRIVATE KEY');
}
