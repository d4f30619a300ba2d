import { expect, test } from '@jest/globals';
import { read } from './repository.ts';

/** ncc follows only some kinds of import when it gathers licences: packages of the main step once were missing. */
test('the licence of every package that is bundled is in dist/licenses.txt', () => {
  const bundled = ['@actions/artifact', 'asn1', 'diff', 'fflate', 'node-forge', 'ssh2', 'undici', 'yaml'];
  const listed = read('dist/licenses.txt').split('\n');
  expect(bundled.filter((name) => !listed.includes(name))).toEqual([]);
});
