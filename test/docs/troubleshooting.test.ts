import { expect, test } from '@jest/globals';
import { headings } from './markdown.ts';
import { hasWords, isQuotedBy, messagesOfCode, quotesOf } from './messages.ts';
import { filesBelow, read } from './repository.ts';

const quotes = headings(read('docs/TROUBLESHOOTING.md')).flatMap(quotesOf);

test('a heading quotes what stands between its variable parts', () => {
  expect(quotesOf('`sudo asks … for a password`, `may not`')).toEqual([
    ['sudo asks', 'for a password'],
    ['may not'],
  ]);
  expect(isQuotedBy('sudo asks ann for a password.', ['sudo asks', 'for a password'])).toBe(true);
  expect(isQuotedBy('for a password sudo asks', ['sudo asks', 'for a password'])).toBe(false);
});

test('every message that TROUBLESHOOTING.md quotes is one that the action prints', () => {
  const sources = filesBelow('src', '.ts').map(read).join('\n');
  const pieces = quotes.flat();
  expect(pieces.length).toBeGreaterThan(100);
  expect(pieces.filter((piece) => !sources.includes(piece))).toEqual([]);
});

test('every message of a finding has an entry', () => {
  const messages = messagesOfCode();
  // One word would be met by chance.
  const telling = quotes.filter((quote) => quote.join(' ').includes(' '));
  expect(messages.length).toBeGreaterThan(480);
  const withoutEntry = messages
    .filter(({ text }) => hasWords(text))
    .filter(({ text }) => !telling.some((quote) => isQuotedBy(text, quote)))
    .map(({ place, text }) => `${place}: ${text}`);
  expect(withoutEntry).toEqual([]);
});
