import { expect, test } from '@jest/globals';
import { headings } from './markdown.ts';
import { filesBelow, read } from './repository.ts';

/** Pieces of messages, as a heading quotes them: in code, with `…` for what differs. */
function quotedPieces(heading: string): string[] {
  return [...heading.matchAll(/`([^`]+)`/g)]
    .flatMap(([, quoted = '']) => quoted.split('…'))
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
}

test('a heading quotes what stands between its variable parts', () => {
  expect(quotedPieces('`sudo asks … for a password`, `may not`')).toEqual([
    'sudo asks',
    'for a password',
    'may not',
  ]);
});

test('every message that TROUBLESHOOTING.md quotes is one that the action prints', () => {
  const sources = filesBelow('src', '.ts').map(read).join('\n');
  const pieces = headings(read('docs/TROUBLESHOOTING.md')).flatMap(quotedPieces);
  expect(pieces.length).toBeGreaterThan(100);
  expect(pieces.filter((piece) => !sources.includes(piece))).toEqual([]);
});
