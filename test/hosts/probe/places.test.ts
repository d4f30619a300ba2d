import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import { placeFindings } from '../../../src/cluster/ports.ts';
import {
  ACTION_DIR,
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  KUBELET_DROP_IN,
  MANIFEST_DIR,
  PATCHES_DIR,
  STATE_FILE,
} from '../../../src/kubeadm/paths.ts';
import { ScratchHost } from './scratch-host.ts';
import { needing } from '../../needs.ts';

let host: ScratchHost;
const PATCH = `${PATCHES_DIR}/0123/etcd.yaml`;
const FILES = [ETCD_MANIFEST, CA_CERTIFICATE, CA_KEY, STATE_FILE, KUBELET_DROP_IN, PATCH];

beforeEach(async () => {
  host = await ScratchHost.start();
  for (const path of FILES) host.file(path);
  host.file('/var/lib/etcd/member/snap/db');
  host.file('/mnt/wal/wal/0.wal', 'an entry');
  chmodSync(host.path('/var/lib/etcd'), 0o700);
});
afterEach(async () => {
  await host.end();
});

const LOG = { walDir: '/mnt/wal' };

/** Moves a folder elsewhere on the same disk and links to it. */
function link(path: string): void {
  const elsewhere = `/opt/moved${path}`;
  mkdirSync(dirname(host.path(elsewhere)), { recursive: true });
  renameSync(host.path(path), host.path(elsewhere));
  symlinkSync(host.path(elsewhere), host.path(path));
}

/** Returns the facts that decide a plan, without the places of the folders. */
function decisive({ files, dataDir, state, unseen }: HostFacts): object {
  return {
    files: [...files.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1)),
    dataDir,
    state,
    unseen,
  };
}

const FOLDERS = [
  '/etc/kubernetes',
  MANIFEST_DIR,
  '/etc/kubernetes/pki',
  '/etc/kubernetes/pki/etcd',
  ACTION_DIR,
  dirname(KUBELET_DROP_IN),
  '/var/lib/etcd',
  '/mnt/wal',
];

test.each(FOLDERS)('a host on which %s is a link is seen as one without', (path) => {
  const before = host.look(LOG);
  link(path);
  const facts = host.look(LOG);
  expect(decisive(facts)).toEqual(decisive(before));
  expect(facts.dataDir).toMatchObject({ mode: '700', hasLog: true });
  expect(facts.places).toContainEqual(
    expect.objectContaining({ path, kind: 'link', resolved: `/opt/moved${path}` }),
  );
  expect(placeFindings(facts)).toEqual([]);
});

needing('root', 'unshare').test.each(FOLDERS)(
  'a host on which %s is a mount is seen as one without',
  (path) => {
    // The names of the folders' own files are the same; tmpfs has other sizes of folders.
    const named = (facts: HostFacts): unknown => ({
      ...facts.dataDir,
      files: [...facts.files].map(([name, { mode, sha256, text }]) => [name, mode, sha256, text]).toSorted(),
    });
    const before = host.look(LOG);
    const there = host.path(path);
    // By tar: cp -a of uutils does not restore the modes of folders.
    const copy = `${host.root}/copy.tar`;
    const mount = `tar -cf ${copy} -C ${there} .; mode=$(stat -c %a ${there}); mount -t tmpfs -o mode=$mode none ${there}; tar -xpf ${copy} -C ${there}; chmod $mode ${there}`;
    const facts = host.look(LOG, mount);
    expect(named(facts)).toEqual(named(before));
    expect(facts.unseen).toEqual([]);
    expect(facts.places).toContainEqual({ path, kind: 'folder', resolved: path, mountPoint: path });
    const findings = placeFindings(facts).map(({ fact }) => fact);
    expect(findings).toEqual(
      path === MANIFEST_DIR || path === ACTION_DIR ? [expect.stringContaining(`${path} `)] : [],
    );
  },
);

describe('what a run would fail on is named', () => {
  const facts = (): (string | undefined)[] => placeFindings(host.look(LOG)).map(({ fact }) => fact);

  test('a link that leads nowhere', () => {
    link('/var/lib/etcd');
    rmSync(host.path('/opt/moved/var/lib/etcd'), { recursive: true });
    expect(facts()).toEqual(['/var/lib/etcd is a link that does not lead to a folder.']);
  });

  test('a file in place of a folder', () => {
    rmSync(host.path(ACTION_DIR), { recursive: true });
    host.file(ACTION_DIR);
    expect(facts()).toEqual([`${ACTION_DIR} is not a folder.`]);
  });

  test('the folder of the patches as a link', () => {
    link(PATCHES_DIR);
    expect(facts()).toEqual([`${PATCHES_DIR} is a link, which the action does not follow.`]);
  });

  test.each([ETCD_MANIFEST, CA_KEY, STATE_FILE, KUBELET_DROP_IN])('the file %s as a link', (path) => {
    link(path);
    expect(facts()).toEqual([`${path} is a symbolic link, but the action manages the file itself.`]);
  });

  test('nothing on an empty host', () => {
    for (const path of ['/etc', '/var', '/mnt']) rmSync(host.path(path), { recursive: true });
    expect(facts()).toEqual([]);
  });

  test('manifests on another mount than the folder of the action, through a link', () => {
    const places = [
      { path: MANIFEST_DIR, kind: 'link' as const, resolved: '/srv/m', mountPoint: '/srv' },
      { path: '/etc/kubernetes', kind: 'folder' as const, resolved: '/etc/kubernetes', mountPoint: '/' },
    ];
    expect(placeFindings({ places, files: new Map() })).toEqual([
      expect.objectContaining({ fact: expect.stringContaining(`${MANIFEST_DIR} is on the mount /srv`) }),
    ]);
  });
});
