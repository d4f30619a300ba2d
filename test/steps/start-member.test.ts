import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
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

async function run(question: MemberStart): Promise<number> {
  const { script } = startMember(question);
  const moved = script.replaceAll(ACTION_DIR, here(ACTION_DIR)).replaceAll(MANIFEST_DIR, here(MANIFEST_DIR));
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  const child = spawn('bash', ['--norc', '-c', `set -euo pipefail\numask 077\n${moved}`], { env });
  const [code] = (await once(child, 'close')) as [number];
  return code;
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
