import { expect, test } from '@jest/globals';
import { appendFileSync } from 'node:fs';
import { fileFailure } from '../../src/text/file-failures.ts';

function failureOf(code: string): ReturnType<typeof fileFailure> {
  return fileFailure(Object.assign(new Error(code), { code }), '/data/backups');
}

test.each([
  ['ENOSPC', /disk of the runner is full/, /df -h \/data\/backups/],
  ['EDQUOT', /quota/, /quota/],
  ['EROFS', /mounted read-only/, /findmnt -T \/data\/backups/],
  ['EIO', /has an error/, /dmesg/],
  ['EFBIG', /no file of this size/, /ulimit -f/],
  ['EMFILE', /limit on open files/, /ulimit -n/],
  ['ENFILE', /limit on open files/, /ulimit -n/],
])('%s has a cause and a fix of its own', (code, cause, fix) => {
  const failure = failureOf(code);
  expect(failure?.cause).toMatch(cause);
  expect(failure?.fix).toMatch(fix);
});

test('the error of a real write to a full device is understood', () => {
  let thrown: unknown;
  try {
    appendFileSync('/dev/full', 'x');
  } catch (error) {
    thrown = error;
  }
  expect(fileFailure(thrown, '/dev/full')?.cause).toContain('full');
});

test.each(['EACCES', 'ENOENT', 'EISDIR', 'toString', ''])('%s is left to the writer of the file', (code) => {
  expect(failureOf(code)).toBeUndefined();
});

test('another error is not explained', () => {
  for (const error of [undefined, null, 'ENOSPC', new Error('ENOSPC'), { code: 5 }])
    expect(fileFailure(error, '/')).toBeUndefined();
});
