import { expect, test } from '@jest/globals';
import { isSupported, parseKubernetesVersion } from '../../src/kubeadm/version.ts';

test.each([
  ['v1.34.4', true],
  ['v1.31.0+vendor.1', true],
  ['v1.37.2', true],
  ['v1.30.14', false],
  ['v1.38.0', false],
  ['v2.34.0', false],
])('%s: supported %s', (text, supported) => {
  const version = parseKubernetesVersion(`${text}\n`);
  if (version === undefined) throw new Error('it is a version');
  expect(isSupported(version)).toBe(supported);
});

test.each(['', '1.34.4', 'v1.34', 'command not found'])('"%s" is no version', (text) => {
  expect(parseKubernetesVersion(text)).toBeUndefined();
});
