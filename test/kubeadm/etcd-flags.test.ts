import { describe, expect, test } from '@jest/globals';
import { readSections } from '../../src/hosts/probe/sections.ts';
import { keepsCorruptCheck, KUBEADM_ETCD_FLAGS, OWNED_ETCD_FLAGS } from '../../src/kubeadm/etcd-flags.ts';
import { parseEtcdManifest } from '../../src/kubeadm/etcd-manifest.ts';
import { etcdArguments } from '../../src/kubeadm/kubeadm-config.ts';
import { ETCD_MANIFEST } from '../../src/kubeadm/paths.ts';
import { MEMBERS, SHAPE } from '../cluster/example.ts';
import { recorded } from '../hosts/probe/recorded.ts';

const [member = { name: '', address: '' }] = MEMBERS;
const actionsOwn = etcdArguments({ ...SHAPE, extraArgs: [] }, member).map(({ name }) => name);

/** Flags of a real member that the action created with kubeadm 1.34.4. */
function recordedFlags(): string[] {
  const sections = readSections(recorded('member'));
  const manifest = parseEtcdManifest(sections.get(`text:${ETCD_MANIFEST}`) ?? '');
  return [...(manifest?.arguments.keys() ?? [])];
}

test('every flag that the action writes is its own, so that none is written twice', () => {
  expect(actionsOwn.filter((name) => !OWNED_ETCD_FLAGS.has(name))).toEqual([]);
});

test("the flags of a real manifest are kubeadm's, apart from those that the action adds", () => {
  const flags = recordedFlags();
  expect(flags.length).toBeGreaterThan(20);
  expect(flags.filter((name) => !KUBEADM_ETCD_FLAGS.has(name))).toEqual(['initial-cluster-token']);
});

test('of the flags that kubeadm writes a user may change those that only tune etcd', () => {
  expect([...KUBEADM_ETCD_FLAGS].filter((name) => !OWNED_ETCD_FLAGS.has(name))).toEqual([
    'experimental-watch-progress-notify-interval',
    'feature-gates',
    'snapshot-count',
    'watch-progress-notify-interval',
  ]);
});

// Each of these loses data or a cluster, or makes the certificates worthless: it must never leave the list unnoticed.
test.each([
  'force-new-cluster',
  'unsafe-no-fsync',
  'v2-deprecation',
  'config-file',
  'data-dir',
  'wal-dir',
  'initial-cluster-state',
  'initial-cluster-token',
  'discovery',
  'client-cert-auth',
  'peer-client-cert-auth',
  'peer-skip-client-san-verification',
  'experimental-peer-skip-client-san-verification',
  'auto-tls',
  'peer-auto-tls',
  'strict-reconfig-check',
  'experimental-initial-corrupt-check',
  'enable-grpc-gateway',
])('--%s is owned', (name) => {
  expect(OWNED_ETCD_FLAGS.get(name)).toMatch(/^.{20,}[^.]$/);
});

describe('feature gates', () => {
  test.each([
    'InitialCorruptCheck=true',
    'InitialCorruptCheck=1',
    ' InitialCorruptCheck = T , CompactHashCheck=true',
    'CompactHashCheck=true,InitialCorruptCheck=True,',
    'InitialCorruptCheck=false,InitialCorruptCheck=true',
  ])('%j keep the check', (gates) => {
    expect(keepsCorruptCheck(gates)).toBe(true);
  });

  test.each([
    '',
    'CompactHashCheck=true',
    'AllAlpha=true',
    'InitialCorruptCheck',
    'InitialCorruptCheck=false',
    'InitialCorruptCheck=yes',
    'initialcorruptcheck=true',
    'InitialCorruptCheck=true,InitialCorruptCheck=false',
  ])('%j do not', (gates) => {
    expect(keepsCorruptCheck(gates)).toBe(false);
  });
});
