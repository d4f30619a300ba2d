import { expect, test } from '@jest/globals';
import { canonicalUrl } from '../../src/etcd/endpoint.ts';

test.each([
  ['https://10.0.0.6:2380', 'https://10.0.0.6:2380/'],
  ['https://[fd00::1]:2380', 'https://[FD00:0:0:0:0:0:0:1]:2380'],
  ['https://[fd00::1]:2380', 'https://[fd00:0000::0001]:2380'],
])('%s and %s are one', (one, other) => {
  expect(canonicalUrl(one)).toBe(canonicalUrl(other));
});

test.each([
  ['https://10.0.0.6:2380', 'https://10.0.0.6:2379'],
  ['https://10.0.0.6:2380', 'http://10.0.0.6:2380'],
  ['https://[fd00::1]:2380', 'https://[fd00::2]:2380'],
])('%s and %s are two', (one, other) => {
  expect(canonicalUrl(one)).not.toBe(canonicalUrl(other));
});

test('text that is not a URL is compared literally', () => {
  expect(canonicalUrl('infra0')).toBe('infra0');
});
