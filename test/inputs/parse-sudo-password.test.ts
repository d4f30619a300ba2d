import { expect, test } from '@jest/globals';
import { findingOf, settingsOf } from './given.ts';

test.each([
  ['secret', 'secret'],
  ['secret\n', 'secret'],
  ['secret\r\n', 'secret'],
  [' two words ', ' two words '],
  ['', undefined],
  ['\n', undefined],
])('sudo-password %j', (text, expected) => {
  expect(settingsOf({ 'sudo-password': text }).sudoPassword).toBe(expected);
});

test.each([
  ['Zq9\ntwo', /has a line break in it/],
  ['Zq9\0', /has a line break in it/],
  ['ü'.repeat(512), /more than the 1023 bytes/],
])('refuses %j, and does not quote it', (text, fact) => {
  const finding = findingOf({ 'sudo-password': text });
  expect(finding).toMatchObject({ at: 'sudo-password', fact: expect.stringMatching(fact) as unknown });
  expect(JSON.stringify(finding)).not.toContain(text.slice(0, 3));
});

test('a short one is reported as not hidden, and one for root as useless', () => {
  expect(settingsOf({ 'sudo-password': 'abcd' }).warnings).toMatchObject([
    { at: 'sudo-password', fact: expect.stringContaining('not hidden') as unknown },
  ]);
  expect(settingsOf({ 'sudo-password': 'abcde', 'ssh-user': 'root' }).warnings).toMatchObject([
    { at: 'sudo-password', fact: expect.stringContaining('root') as unknown },
  ]);
});
