import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SELINUX } from '../../src/hosts/bash.ts';
import { ACTION_DIR, ETCD_MANIFEST, MANIFEST_DIR, RENDERED_MANIFEST } from '../../src/kubeadm/paths.ts';
import { deliverFiles } from '../../src/steps/put-files.ts';
import { startMember } from '../../src/steps/start-member.ts';

// Neither the tests nor the lab have SELinux: a stand-in for restorecon(8) records its arguments, and whether they
// exist.
const RESTORECON = `#!/bin/sh
for path; do [ -e "$path" ] && echo "there $path" >> "$RELABELLED" || echo "not there $path" >> "$RELABELLED"; done
[ ! -e "$RELABELLED.fails" ]
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'relabel-'));
  mkdirSync(at('bin'));
  writeFileSync(at('bin/restorecon'), RESTORECON);
  chmodSync(at('bin/restorecon'), 0o755);
  writeFileSync(at('selinux'), '1');
});
afterEach(() => rmSync(root, { recursive: true }));

function at(path: string): string {
  return join(root, path);
}

/** Runs a script with real bash, with the host's paths below `root`. */
function run(
  script: string,
  input: Buffer = Buffer.alloc(0),
): { status: number | null; relabelled: string[] } {
  const own = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const here = script
    .replaceAll(SELINUX, at('selinux'))
    .replaceAll('/etc/kubernetes', at('etc/kubernetes'))
    .replace('chown 0:0', `chown ${own}`);
  const { status } = spawnSync('bash', ['-c', `umask 077; set -euo pipefail\n${here}`], {
    input,
    env: { PATH: `${at('bin')}:${process.env['PATH'] ?? ''}`, RELABELLED: at('relabelled') },
  });
  const lines = existsSync(at('relabelled')) ? readFileSync(at('relabelled'), 'utf8').trim().split('\n') : [];
  return { status, relabelled: lines };
}

/** Delivers a key into folders, the last two of which do not exist. */
function deliver(): ReturnType<typeof run> {
  mkdirSync(at('etc/kubernetes'), { recursive: true });
  const path = at('etc/kubernetes/pki/etcd/server.key');
  const { script, input } = deliverFiles('deliver', [
    { path, mode: '600', bytes: Buffer.from('key'), replaces: 'absent' },
  ]);
  if (!Buffer.isBuffer(input)) throw new Error('the files are given whole');
  return run(script, input);
}

test('folders get their labels before there are files in them, and files where they are at last', () => {
  const { status, relabelled } = deliver();
  expect(status).toBe(0);
  const there = (path: string): string => `there ${at('etc/kubernetes')}/${path}`;
  expect(relabelled.slice(0, -1).toSorted()).toEqual(['pki', 'pki/etcd'].map(there));
  expect(relabelled.at(-1)).toBe(there('pki/etcd/server.key'));
});

test('what cannot be labelled is delivered', () => {
  writeFileSync(at('relabelled.fails'), '');
  expect(deliver().status).toBe(0);
  expect(readFileSync(at('etc/kubernetes/pki/etcd/server.key'), 'utf8')).toBe('key');
});

test.each([
  ['the kernel has no SELinux', 'selinux'],
  ['there is no restorecon', 'bin/restorecon'],
])('nothing is labelled where %s', (_, missing) => {
  rmSync(at(missing));
  const { status, relabelled } = deliver();
  // If the machine itself has restorecon, that one is used.
  expect([status, relabelled]).toEqual([0, []]);
});

test('the data dir is labelled before etcd is started on it', () => {
  mkdirSync(join(root, MANIFEST_DIR), { recursive: true });
  mkdirSync(join(root, ACTION_DIR), { recursive: true });
  writeFileSync(join(root, RENDERED_MANIFEST), 'manifest');
  const { script } = startMember({
    address: '10.0.0.6',
    dataDir: at('var/lib/etcd'),
    criEndpoint: 'unix:///none',
    hadContainers: false,
    manifestSha256: '5d3e3a8e', // of another manifest, so that etcd is not waited for
    onProgress: () => undefined,
  });
  expect(run(script).relabelled).toEqual([]); // nothing is created for another manifest
  const [upTo = ''] = script.replace('5d3e3a8e', '').split('outcome=0');
  const { status, relabelled } = run(`${upTo}\n`);
  expect(status).toBe(0);
  expect(relabelled).toEqual([join(root, MANIFEST_DIR), at('var/lib/etcd')].map((path) => `there ${path}`));
  expect(existsSync(join(root, ETCD_MANIFEST))).toBe(true);
});
