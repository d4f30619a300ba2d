import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { definitionOf, inputNames } from '../../src/inputs/table/table.ts';
import { given, settingsOf, sshKey } from './given.ts';

test('is that of one JSON object of all inputs that are not secret, with their defaults', () => {
  const open = inputNames
    .filter((name) => definitionOf(name).secret !== true)
    .toSorted()
    .map((name) => `"${name}":${JSON.stringify(given[name] ?? definitionOf(name).default ?? '')}`);
  expect(settingsOf({}).inputDigest).toBe(createHash('sha256').update(`{${open.join()}}`).digest('hex'));
});

test('a default that is written out makes no difference, another value does', () => {
  const { inputDigest } = settingsOf({});
  expect(settingsOf({ timeout: '30m', 'extra-args': '' }).inputDigest).toBe(inputDigest);
  expect(settingsOf({ timeout: '16m' }).inputDigest).not.toBe(inputDigest);
  expect(settingsOf({ 'extra-args': 'max-wals: 3' }).inputDigest).not.toBe(inputDigest);
});

// Otherwise the digest would permit guessing passphrases.
test('no secret has any part in it', () => {
  expect(settingsOf({ 'ssh-private-key': `${sshKey}\n\n` }).inputDigest).toBe(settingsOf({}).inputDigest);
});
