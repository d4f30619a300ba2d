import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PreflightFacts } from '../../../src/facts/preflight.ts';
import { parsePreflightProbe, parseRoom, parseUnwritable } from '../../../src/hosts/probe/parse-preflight.ts';
import { preflightProbe } from '../../../src/hosts/probe/preflight-script.ts';
import { parseSources } from '../../../src/hosts/probe/parse-network.ts';
import { needing } from '../../needs.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'preflight-writing-'));
  mkdirSync(join(root, 'etc/kubernetes/manifests'), { recursive: true });
  mkdirSync(join(root, 'etc/systemd/system'), { recursive: true });
  mkdirSync(join(root, 'run'));
});
afterEach(() => {
  spawnSync('chattr', ['-R', '-i', '-a', root]);
  rmSync(root, { recursive: true });
});

/** Runs the real script on a tree of this test. */
function look(resolvConf = join(root, 'etc/resolv.conf'), path = process.env['PATH'] ?? ''): PreflightFacts {
  const { script } = preflightProbe({
    address: '127.0.0.2',
    peers: [],
    metricsPort: 1,
    ports: [],
    dataDir: join(root, 'var/lib/etcd'),
    resolvConf,
  });
  const here = script
    .replaceAll('/etc/kubernetes', join(root, 'etc/kubernetes'))
    .replaceAll(/(?<![\w/])\/run(?=[' /])/g, join(root, 'run'))
    .replaceAll('/etc/systemd/system', join(root, 'etc/systemd/system'));
  const stdout = execFileSync('bash', ['-c', `set -euo pipefail; { ${here}\n}`], {
    env: { PATH: path, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return parsePreflightProbe(stdout.toString());
}

describe('the file of resolvers', () => {
  test('that is there, missing, a link to nowhere, a folder', () => {
    const path = join(root, 'etc/resolv.conf');
    expect(look().resolvConf).toEqual({ path, state: 'missing' });
    symlinkSync('/nowhere at all/stub', path);
    expect(look().resolvConf).toEqual({ path, state: 'dangling', target: '/nowhere at all/stub' });
    rmSync(path);
    writeFileSync(path, '');
    expect(look().resolvConf).toEqual({ path, state: 'file' });
    expect(look(join(root, 'etc')).resolvConf).toMatchObject({ state: 'other' });
    expect(look('')).not.toHaveProperty('resolvConf');
  });
});

describe('places that root writes', () => {
  test('are none that it may not, where all is well', () => {
    const facts = look();
    expect(facts.unwritable).toEqual([]);
    expect(facts.room).toHaveLength(3);
    for (const { freeBytes } of facts.room ?? []) expect(freeBytes).toBeGreaterThan(0);
  });

  const needed = needing('root', 'chattr');

  needed.test('and an immutable place is reported, with its attribute', () => {
    const folder = join(root, 'etc/kubernetes/manifests');
    execFileSync('chattr', ['+i', folder]);
    const [found, ...others] = look().unwritable ?? [];
    expect(others).toEqual([]);
    expect(found).toMatchObject({ path: folder, kind: 'folder', attributes: expect.stringContaining('i') });
  });

  needed.test('and what may only grow, which the kernel lets root open', () => {
    const folder = join(root, 'etc/kubernetes');
    execFileSync('chattr', ['+a', folder]);
    expect(look().unwritable).toEqual([
      expect.objectContaining({ path: folder, attributes: expect.stringContaining('a') }),
    ]);
  });
});

test('lines of another form tell nothing', () => {
  expect(parseUnwritable('file\nfolder relative\nlsattr: x', 'lsattr: Operation not supported')).toEqual([]);
  expect(parseRoom('/run ')).toEqual([]);
  expect(parseRoom('/run 4096 2 0 0')).toEqual([{ path: '/run', freeBytes: 8192 }]);
  expect(parseRoom('/run 4096 2 100 7')).toEqual([{ path: '/run', freeBytes: 8192, freeInodes: 7 }]);
});

// As iproute2 6.1 and busybox write them.
test('the address that the kernel sends from', () => {
  const text = [
    '10.0.0.7 10.0.0.7 dev eth0 src 10.0.0.26 uid 0 \\    cache ',
    '10.1.0.8 10.1.0.8 via 10.0.0.1 dev eth0  src 10.0.0.6 ',
    'fd00::8 fd00::8 from :: dev eth0 proto kernel src fd00::6 metric 256 pref medium',
    '10.0.0.9 ',
    '10.0.0.10 RTNETLINK answers: Network is unreachable',
  ].join('\n');
  expect([...parseSources(text)]).toEqual([
    ['10.0.0.7', '10.0.0.26'],
    ['10.1.0.8', '10.0.0.6'],
    ['fd00::8', 'fd00::6'],
  ]);
});
