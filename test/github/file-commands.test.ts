import { describe, expect, test } from '@jest/globals';
import { parseKeyValueFile, parsePathFile } from './file-commands.ts';

describe('key and value files', () => {
  test('both forms, in order; a value may hold the other form', () => {
    const text = 'a=1\n\nb<<EOF\nx=y\n\nz<<EOF2\nEOF\nc==<<\nd=\ne<<E\nE\n';
    expect(parseKeyValueFile(text)).toEqual([
      ['a', '1'],
      ['b', 'x=y\n\nz<<EOF2'],
      ['c', '=<<'],
      ['d', ''],
      ['e', ''],
    ]);
  });

  test('a line feed ends a line, a carriage return is part of the value', () => {
    expect(parseKeyValueFile('a=1\r\nb<<E\nx\r\ny\nE\n')).toEqual([
      ['a', '1\r'],
      ['b', 'x\r\ny'],
    ]);
  });

  test('the last line may lack its line feed', () => {
    expect(parseKeyValueFile('a=1')).toEqual([['a', '1']]);
    expect(parseKeyValueFile('a<<E\n1\nE')).toEqual([['a', '1']]);
  });

  test.each([
    ['neither form', 'name\n', "Invalid format 'name'"],
    ['no name', '<<E\nx\nE\n', 'Name must not be empty'],
    ['no delimiter', 'a<<\nx\n', 'delimiter must not be empty'],
    ['never closed', 'a<<E\nx\n', "Matching delimiter not found 'E'"],
    ['closed by a longer line', 'a<<E\nx\nEE\n', "Matching delimiter not found 'E'"],
    ['never closed and cut off', 'a<<E\nx', 'EOF marker missing new line'],
  ])('refuses: %s', (_what, text, words) => {
    expect(() => parseKeyValueFile(text)).toThrow(words);
  });
});

test('a path file has one directory a line', () => {
  expect(parsePathFile('/a\n\n/b c\r\n')).toEqual(['/a', '/b c']);
});
