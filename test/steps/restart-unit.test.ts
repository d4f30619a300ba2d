import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  ACTION_DIR,
  ETCD_MANIFEST,
  MANIFEST_DIR,
  OUTGOING_MANIFEST,
  REPLACED_DIR,
  RUN_DIR,
} from '../../src/kubeadm/paths.ts';
import { RESTART_END, restartUnit } from '../../src/steps/member/restart-unit.ts';
import { explainRestart } from '../../src/steps/restart-member.ts';
import { listenOn } from '../listen.ts';
import { StandInPrograms } from './stand-in-programs.ts';

// The unit itself, on a tree of this test; programs stand in for those of a host, and this process for etcd: its
// answers depend on the manifest in place.

let host: StandInPrograms;
let server: Server;
let old: string;
let rendered: string;
/** True if etcd becomes ready with the new manifest. */
let isGood: boolean;

const here = (path: string): string => join(host.folder, path.slice(1));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

beforeEach(async () => {
  host = new StandInPrograms();
  isGood = true;
  server = createServer((_, response) => {
    const manifest = existsSync(here(ETCD_MANIFEST)) ? readFileSync(here(ETCD_MANIFEST), 'utf8') : '';
    const ready = manifest.includes('old') || (manifest.includes('new') && isGood);
    response.writeHead(ready ? 200 : 503).end();
  });
  const port = await listenOn(server);
  const line = `    - --listen-metrics-urls=http://127.0.0.1:${port}\n`;
  [old, rendered] = [`# old\n${line}`, `# new\n${line}`];
  for (const folder of [MANIFEST_DIR, ACTION_DIR, RUN_DIR, '/var/lib/etcd/member/wal']) {
    mkdirSync(here(folder), { recursive: true });
  }
  writeFileSync(here('/var/lib/etcd/member/wal/0.wal'), 'x');
  writeFileSync(here(ETCD_MANIFEST), old);
  writeFileSync(join(here(ACTION_DIR), 'etcd.rendered.yaml'), rendered);
  host.program('crictl', ':');
  host.program('systemctl', ':');
  host.program('journalctl', ':');
  host.program('sync', ':');
});
afterEach(() => {
  server.close();
  host.remove();
});

/** Returns its exit code and output. */
async function restart(): Promise<{ end: number; log: string }> {
  const script = restartUnit({
    address: '10.0.0.6',
    criEndpoint: 'unix:///none',
    dataDir: here('/var/lib/etcd'),
    currentSha256: sha256(old),
    renderedSha256: sha256(rendered),
    mayLackData: false,
  });
  const moved = [ACTION_DIR, MANIFEST_DIR, RUN_DIR].reduce(
    (text, path) => text.replaceAll(path, here(path)),
    script,
  );
  const env = { PATH: `${join(host.folder, 'bin')}:${process.env['PATH'] ?? ''}`, LC_ALL: 'C' };
  const child = spawn('bash', ['--norc', '-c', `set -euo pipefail; umask 077; cd /\n${moved}`], { env });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (log += data.toString()));
  await once(child, 'close');
  const result = join(here(RUN_DIR), 'restart.result');
  return { end: existsSync(result) ? Number(readFileSync(result, 'utf8')) : NaN, log };
}

test('a member that gets ready keeps the new manifest, and a copy of the old one is whole', async () => {
  expect(await restart()).toMatchObject({ end: RESTART_END.done });
  expect(readFileSync(here(ETCD_MANIFEST), 'utf8')).toBe(rendered);
  expect(existsSync(here(OUTGOING_MANIFEST))).toBe(false);
  const copy = join(here(REPLACED_DIR), here(ETCD_MANIFEST).replaceAll('/', '%'));
  expect(readFileSync(copy, 'utf8')).toBe(old);
}, 20_000);

test('a pod that kubelet cannot start: the old manifest is back at once, with the words of kubelet', async () => {
  isGood = false;
  const words = 'spec.containers[0].image: Required value';
  const complaint = `E1126 05:29:35.583926 291 config.go:1] "Could not process manifest file" err="invalid pod: ${words}" path="/etc/kubernetes/manifests/etcd.yaml"`;
  host.program('journalctl', `printf '%s\n' '${complaint}' '${complaint}'`);
  const { end, log } = await restart();
  expect(end).toBe(RESTART_END.refusedAndBack);
  expect(readFileSync(here(ETCD_MANIFEST), 'utf8')).toBe(old);
  expect(explainRestart({ code: end, stdout: Buffer.alloc(0), stderr: log }).fact).toBe(
    `with the new manifest kubelet could not start the pod of etcd: invalid pod: ${words}. The old manifest is back and the member is ready with it.`,
  );
}, 30_000);

test('an etcd that ends again and again: the old manifest is back', async () => {
  isGood = false;
  host.program(
    'crictl',
    `case "$*" in
  *'ps -a'*'--state exited'*)
    tries=$(($(cat $folder/tries 2> /dev/null || echo 0) + 1)); echo $tries > $folder/tries
    printf '%s\n' '"attempt": '"$tries" '"io.kubernetes.pod.uid": "6d"' ;;
  *'ps -a'*'-q'*) echo c0ffee ;;
  *logs*) echo '{"level":"fatal","msg":"discovery failed","error":"bind: address already in use"}' ;;
esac`,
  );
  const { end, log } = await restart();
  expect(end).toBe(RESTART_END.crashedAndBack);
  expect(readFileSync(here(ETCD_MANIFEST), 'utf8')).toBe(old);
  const { fact, cause } = explainRestart({ code: end, stdout: Buffer.alloc(0), stderr: log });
  expect(fact).toContain('discovery failed: bind: address already in use');
  expect(cause).toContain('Another program listens');
}, 30_000);
