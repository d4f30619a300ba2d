import { expect, test } from '@jest/globals';
import { formatHostState, parseHostState, type HostState } from '../../src/facts/host-state.ts';

const state: HostState = {
  schema: 1,
  cluster: { name: 'etcd', token: 'etcd-1', caFingerprint: 'AA:BB' },
  member: { name: 'infra0', address: '10.0.0.6' },
  phase: 'bootstrapping',
  kubernetesVersion: 'v1.34.4',
  files: { '/etc/kubernetes/pki/etcd/ca.crt': '00ff' },
};

test('a written state is read back', () => {
  expect(parseHostState(formatHostState(state))).toEqual(state);
});

// A partly understood record must stop the run, not pass for an empty host.
test.each([
  ['cut off', formatHostState(state).slice(0, -20)],
  ['another form', JSON.stringify({ ...state, schema: 2 })],
  ['an unknown phase', JSON.stringify({ ...state, phase: 'leaving' })],
  ['no token', JSON.stringify({ ...state, cluster: { name: 'etcd', caFingerprint: 'AA:BB' } })],
  ['digests of another type', JSON.stringify({ ...state, files: { a: 1 } })],
  ['a list', '[]'],
])('%s is unreadable', (_, text) => {
  expect(parseHostState(text)).toBeUndefined();
});
