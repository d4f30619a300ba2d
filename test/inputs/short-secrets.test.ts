import { expect, test } from '@jest/globals';
import { shortSecrets } from '../../src/inputs/read.ts';

test('a secret that is too short to be hidden is warned of, without its text', () => {
  const raw = {
    'sudo-password': '4711',
    'registry-password': '12345',
    'ssh-key-passphrase': '',
    'cluster-name': 'abc',
  };
  const warnings = shortSecrets(raw, 5);
  expect(warnings.map(({ at }) => at)).toEqual(['sudo-password']);
  expect(JSON.stringify(warnings)).not.toContain('4711');
});
