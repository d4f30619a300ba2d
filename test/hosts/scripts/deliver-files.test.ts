import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { deliverFiles, type Delivery } from '../../../src/hosts/scripts/deliver-files.ts';
import { KUBEADM_CONFIG, PATCHES_DIR, REPLACED_DIR, STATE_FILE } from '../../../src/kubeadm/paths.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'deliver-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const OLD = `${PATCHES_DIR}/0123456789abcdef`;
const NEW = `${PATCHES_DIR}/fedcba9876543210`;

function file(path: string, text: string): Delivery {
  return { path: join(root, path), mode: '600', bytes: Buffer.from(text), replaces: 'absent' };
}

/** Runs the script with real bash, below `root`. */
function deliver(deliveries: readonly Delivery[], options?: Parameters<typeof deliverFiles>[2]): void {
  const { script, input } = deliverFiles('deliver files', deliveries, options);
  if (!Buffer.isBuffer(input)) throw new Error('the files are given whole');
  const own = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const local = script
    .replaceAll('/etc/kubernetes', join(root, 'etc/kubernetes'))
    .replace('chown 0:0', `chown ${own}`);
  const { status, stderr } = spawnSync('bash', ['-c', `umask 077; set -euo pipefail\n${local}`], {
    input,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
}

function put(path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), 'x');
}

test('patches are delivered before the configuration that names them', () => {
  deliver([file(`${NEW}/etcd.yaml`, 'patch'), file(KUBEADM_CONFIG, 'config')]);
  expect(readFileSync(join(root, NEW, 'etcd.yaml'), 'utf8')).toBe('patch');
});

// What a restart could go back to is kept until the cluster has been proven healthy.
test('patches that are not in use any more go with what was kept for going back, and not before', () => {
  put(`${OLD}/etcd.yaml`);
  put(`${NEW}/etcd.yaml`);
  put(`${REPLACED_DIR}/x`);
  deliver([file(KUBEADM_CONFIG, 'config')]);
  expect(existsSync(join(root, OLD))).toBe(true);
  deliver([file(STATE_FILE, '{}')], { forgetReplaced: true, patches: NEW });
  expect(readdirSync(join(root, PATCHES_DIR))).toEqual(['fedcba9876543210']);
  expect(existsSync(join(root, REPLACED_DIR))).toBe(false);
});

test('without any in use their folder goes too', () => {
  put(`${OLD}/etcd.yaml`);
  deliver([file(STATE_FILE, '{}')], { forgetReplaced: true });
  expect(existsSync(join(root, PATCHES_DIR))).toBe(false);
  deliver([{ ...file(STATE_FILE, '{}'), replaces: 'unknown' }], { forgetReplaced: true });
});
