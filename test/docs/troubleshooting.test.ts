import { expect, test } from '@jest/globals';
import { FINDING_CODES } from '../../src/finding-codes.ts';
import { anchorOf, headings } from './markdown.ts';
import { entriesOf, hasWords, isQuotedBy, messagesOfCode, quotesOf } from './messages.ts';
import { filesBelow, read } from './repository.ts';

const text = read('docs/TROUBLESHOOTING.md');
const entries = entriesOf(text);
const [, rest = ''] = text.split('## Messages without a code');
const sources = filesBelow('src', '.ts')
  .filter((path) => path !== 'src/finding-codes.ts')
  .map(read)
  .join('\n');

test('an entry quotes what stands between the variable parts of its messages', () => {
  expect(quotesOf('`sudo asks … for a password`, `may not`')).toEqual([
    ['sudo asks', 'for a password'],
    ['may not'],
  ]);
  expect(isQuotedBy('sudo asks ann for a password.', ['sudo asks', 'for a password'])).toBe(true);
  expect(isQuotedBy('for a password sudo asks', ['sudo asks', 'for a password'])).toBe(false);
});

test('there is one entry for each code, in the order of the list, and no other', () => {
  expect(entries.map(({ code }) => code)).toEqual([...FINDING_CODES]);
  expect(entries.filter(({ quotes }) => quotes.length === 0)).toEqual([]);
});

test('the link of each finding leads to a heading', () => {
  const anchors = headings(text).map(anchorOf);
  expect(FINDING_CODES.filter((code) => anchors.filter((anchor) => anchor === code).length !== 1)).toEqual(
    [],
  );
});

test('codes are short and in kebab case, and each is in use', () => {
  expect(FINDING_CODES.filter((code) => !/^[a-z][a-z0-9]*(?:-[a-z0-9]+){1,4}$/.test(code))).toEqual([]);
  expect(FINDING_CODES.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
});

test('every message that TROUBLESHOOTING.md quotes is one that the action prints', () => {
  const besides = [...rest.matchAll(/^- (`[^:]*`): /gm)].flatMap(([, quoted = '']) => quotesOf(quoted));
  const pieces = [...entries.flatMap(({ quotes }) => quotes), ...besides].flat();
  expect(besides.length).toBeGreaterThan(10);
  expect(pieces.length).toBeGreaterThan(400);
  expect(pieces.filter((piece) => !sources.includes(piece))).toEqual([]);
});

test('every message of a finding is quoted by the entry of its code', () => {
  const messages = messagesOfCode().filter(({ text: message }) => hasWords(message));
  expect(messages.length).toBeGreaterThan(480);
  const quotesByCode = new Map(entries.map(({ code, quotes }) => [code, quotes]));
  const withoutEntry = messages
    .filter(({ code, text: message }) => {
      const quotes = code === undefined ? entries.flatMap((one) => one.quotes) : quotesByCode.get(code);
      return quotes?.some((quote) => isQuotedBy(message, quote)) !== true;
    })
    .map(({ place, code = 'no code', text: message }) => `${place}: ${code}: ${message}`);
  expect(withoutEntry).toEqual([]);
});

test('the code of a message stands beside it', () => {
  const without = messagesOfCode()
    .filter(({ code, text: message }) => code === undefined && hasWords(message))
    .map(({ place, text: message }) => `${place}: ${message}`);
  expect(without).toEqual([]);
});
