import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { formatRestoredData } from '../../src/facts/restored-data.ts';
import { ACTION_DIR, MANIFEST_DIR } from '../../src/kubeadm/paths.ts';
import { explainMember, type MemberStart, startMember } from '../../src/steps/start-member.ts';
import { listenOn } from '../listen.ts';

let folder: string;
let server: Server;
let rendered: string;

/** Returns a host's path below a folder of this test. */
const here = (path: string): string => join(folder, path.slice(1));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'start-member-'));
  // etcd is ready as soon as it is asked
  server = createServer((_, response) => response.end());
  const port = await listenOn(server);
  rendered = `    - --listen-metrics-urls=http://127.0.0.1:${port}\n`;
  mkdirSync(here(ACTION_DIR), { recursive: true });
  mkdirSync(here(MANIFEST_DIR), { recursive: true });
  writeFileSync(join(here(ACTION_DIR), 'etcd.rendered.yaml'), rendered);
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const QUESTION = {
  address: '10.0.0.6',
  criEndpoint: 'unix:///none',
  hadContainers: false,
  onProgress: () => undefined,
};

function start(walDir?: string): Promise<number> {
  return run({
    ...QUESTION,
    dataDir: here('/var/lib/etcd'),
    ...(walDir !== undefined && { walDir }),
    manifestSha256: createHash('sha256').update(rendered).digest('hex'),
  });
}

async function run(question: MemberStart, changed = (script: string): string => script): Promise<number> {
  const script = changed(startMember(question).script);
  const moved = script.replaceAll(ACTION_DIR, here(ACTION_DIR)).replaceAll(MANIFEST_DIR, here(MANIFEST_DIR));
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  const child = spawn('bash', ['--norc', '-c', `set -euo pipefail\numask 077\n${moved}`], { env });
  const [code] = (await once(child, 'close')) as [number];
  return code;
}

const RESTORED = { sha256: 'ab'.repeat(32), token: 'new', memberName: 'infra0', bumpRevision: 1000 };

/** The folder of a restore that has made its data. */
function makeRestored(ownLog = false): string {
  const work = here('/var/lib/etcd/.etcd-ha-action-restore');
  mkdirSync(join(work, 'data/member/snap'), { recursive: true });
  writeFileSync(join(work, 'data/member/snap/db'), 'database');
  const log = join(work, ownLog ? 'wal' : 'data/member/wal');
  mkdirSync(log);
  writeFileSync(join(log, '0-0.wal'), 'log');
  writeFileSync(join(work, 'restored.json'), `${formatRestoredData(RESTORED)}\n`);
  writeFileSync(join(work, 'snapshot.db'), 'snapshot');
  return work;
}

/** Starts on restored data. @param command of the script that ends it like a kill, just before it. */
function startRestored(walDir?: string, killedBefore?: string): Promise<number> {
  const question = {
    ...QUESTION,
    dataDir: here('/var/lib/etcd'),
    ...(walDir !== undefined && { walDir }),
    manifestSha256: createHash('sha256').update(rendered).digest('hex'),
    restored: RESTORED,
  };
  return run(question, (script) =>
    killedBefore === undefined ? script : script.replace(killedBefore, () => `exit 99; ${killedBefore}`),
  );
}

function mode(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8);
}

test('both folders are made, for etcd alone, and what leads to them for everybody', async () => {
  const walDir = here('/mnt/disk/wal');
  expect(await start(walDir)).toBe(0);
  expect([here('/var/lib/etcd'), walDir].map(mode)).toEqual(['700', '700']);
  expect(mode(dirname(walDir))).toBe('755');
  expect(existsSync(join(here(MANIFEST_DIR), 'etcd.yaml'))).toBe(true);
});

test("a folder of the log that is there, as a fresh disk is, becomes etcd's alone", async () => {
  const walDir = here('/mnt/disk');
  mkdirSync(join(walDir, 'lost+found'), { recursive: true, mode: 0o755 });
  expect(await start(walDir)).toBe(0);
  expect(mode(walDir)).toBe('700');
});

test('nothing is started if one of them has been filled meanwhile', async () => {
  const walDir = here('/mnt/disk');
  mkdirSync(join(walDir, 'wal'), { recursive: true });
  const code = await start(walDir);
  expect(existsSync(join(here(MANIFEST_DIR), 'etcd.yaml'))).toBe(false);
  expect(existsSync(here('/var/lib/etcd'))).toBe(false);
  expect(explainMember({ code, stdout: Buffer.of(), stderr: '' }).fact).toContain(
    'its data dir, or the folder of its log, is no longer empty',
  );
});

// kubelet reports that it is healthy a second before it ends the pod: the old etcd answers that it is ready all the
// while.
test('a member whose container kubelet is about to end is not ready before that has ended', async () => {
  const containers = join(folder, 'containers');
  writeFileSync(join(folder, 'crictl'), `#!/bin/sh\n[ -e ${containers} ] && cat ${containers}\n`, {
    mode: 0o755,
  });
  writeFileSync(containers, 'old1\nother\n');
  writeFileSync(join(here(MANIFEST_DIR), 'etcd.yaml'), rendered);
  let isOver = false;
  const running = run({ ...QUESTION, dataDir: here('/var/lib/etcd'), outgoing: ['old1'] }).then((code) => {
    isOver = true;
    return code;
  });
  await sleep(700);
  rmSync(containers); // the runtime answers nothing for a moment
  await sleep(700);
  expect(isOver).toBe(false);
  writeFileSync(containers, 'new1\nother\n');
  expect(await running).toBe(0);
});

describe('restored data', () => {
  const explained = (code: number): unknown => explainMember({ code, stdout: Buffer.of(), stderr: '' }).code;
  const has = (path: string, text: string): void => expect(readFileSync(path, 'utf8')).toBe(text);

  test('is moved to its place before the manifest', async () => {
    makeRestored();
    expect(await startRestored()).toBe(0);
    has(here('/var/lib/etcd/member/snap/db'), 'database');
    has(here('/var/lib/etcd/member/wal/0-0.wal'), 'log');
    expect(existsSync(join(here(MANIFEST_DIR), 'etcd.yaml'))).toBe(true);
  });

  test('with a log in a folder of its own', async () => {
    const work = makeRestored(true);
    const walDir = here('/mnt/disk');
    expect(await startRestored(walDir)).toBe(0);
    has(here('/var/lib/etcd/member/snap/db'), 'database');
    has(join(walDir, 'wal/0-0.wal'), 'log');
    expect(existsSync(join(work, 'wal'))).toBe(false);
  });

  test.each([
    'if [ -e "$work/wal" ]; then',
    "rm -rf -- '/",
    'cp -a --',
    "mv -fT -- '/",
    'rm -rf -- "$work/wal"',
    'if [ -e "$work/data/member" ]; then',
    'mv -fT -- "$work"/placing',
    'mapfile -d',
    `mv -fT -- ${ACTION_DIR}/etcd.rendered.yaml`,
  ])('goes on after a kill before: %s', async (command) => {
    makeRestored(true);
    const walDir = here('/mnt/disk');
    expect(await startRestored(walDir, command)).toBe(99);
    expect(existsSync(join(here(MANIFEST_DIR), 'etcd.yaml'))).toBe(false);
    expect(await startRestored(walDir)).toBe(0);
    has(here('/var/lib/etcd/member/snap/db'), 'database');
    has(join(walDir, 'wal/0-0.wal'), 'log');
  });

  test('of other values, or that is not whole, is not started on', async () => {
    const work = makeRestored();
    writeFileSync(join(work, 'restored.json'), formatRestoredData({ ...RESTORED, token: 'other' }));
    expect(explained(await startRestored())).toBe('restore-unfinished');
    writeFileSync(join(work, 'restored.json'), formatRestoredData(RESTORED));
    rmSync(join(work, 'data/member/snap/db'));
    expect(explained(await startRestored())).toBe('restore-unfinished');
    rmSync(work, { recursive: true });
    expect(explained(await startRestored())).toBe('restore-unfinished');
    expect(existsSync(join(here(MANIFEST_DIR), 'etcd.yaml'))).toBe(false);
  });

  test('is not moved onto data of others', async () => {
    makeRestored(true);
    mkdirSync(here('/var/lib/etcd/member'));
    expect(explained(await startRestored())).toBe('changed-during-run');
    rmSync(here('/var/lib/etcd/member'), { recursive: true });
    mkdirSync(here('/mnt/disk/wal'), { recursive: true });
    expect(explained(await startRestored(here('/mnt/disk')))).toBe('changed-during-run');
  });

  test('is in the way of a member that founds a cluster', async () => {
    makeRestored();
    const code = await start();
    expect(explainMember({ code, stdout: Buffer.of(), stderr: '' })).toMatchObject({
      code: 'restore-unfinished',
      fact: expect.stringContaining('holds a restore that has not ended'),
    });
  });
});
