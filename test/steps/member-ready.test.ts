import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ETCD_MANIFEST } from '../../src/kubeadm/paths.ts';
import { memberReadyFunctions } from '../../src/steps/member/member-ready.ts';
import { listenOn } from '../listen.ts';

let folder: string;
let server: Server;
let asked: string[];
let answers: Record<string, number>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'member-ready-'));
  asked = [];
  answers = { '/readyz': 200 };
  server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.writeHead(answers[url] ?? 404).end();
  });
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Asks as a host does, with the present manifest. */
async function isReady(address: string, manifest?: string, after = ''): Promise<boolean> {
  const file = join(folder, 'etcd.yaml');
  if (manifest !== undefined) writeFileSync(file, manifest);
  const functions = memberReadyFunctions({ address, criEndpoint: 'unix:///none' });
  const script = `set -euo pipefail\n${functions.replaceAll(ETCD_MANIFEST, file)}\n${after}\nis_ready`;
  const child = spawn('bash', ['--norc', '-c', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => (complaints += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(complaints).toBe('');
  return code === 0;
}

function manifest(urls: string): string {
  return `spec:\n  containers:\n  - command:\n    - etcd\n    - --listen-client-urls=https://10.0.0.6:2379\n    - --listen-metrics-urls=${urls}\n    - --name=infra0\n`;
}

describe('a member is asked', () => {
  test('on the port of the manifest in place, whatever the run wants it to become', async () => {
    const port = await listenOn(server);
    expect(await isReady('10.0.0.6', manifest(`http://127.0.0.1:${port}`))).toBe(true);
    expect(await isReady('10.0.0.6', manifest(`http://127.0.0.1:${port},http://10.0.0.6:1`))).toBe(true);
    expect(await isReady('10.0.0.6', manifest('http://127.0.0.1:1'))).toBe(false);
  });

  test('on the loopback address of its own family', async () => {
    const port = await listenOn(server, '::1');
    expect(await isReady('fd00::6', manifest(`http://[::1]:${port}`))).toBe(true);
    expect(await isReady('10.0.0.6', manifest(`http://[::1]:${port}`))).toBe(false);
  });

  test('for its health where it knows no readyz, and a full database does not count there either', async () => {
    const port = await listenOn(server);
    const text = manifest(`http://127.0.0.1:${port}`);
    // etcd's answers during NOSPACE.
    answers = { '/health?exclude=NOSPACE': 200, '/health': 503 };
    // The options of a script that lists files by patterns, with one of them in its way.
    expect(await isReady('10.0.0.6', text, 'shopt -s nullglob; cd /')).toBe(true);
    answers = { '/readyz': 503, '/health?exclude=NOSPACE': 200 };
    expect(await isReady('10.0.0.6', text)).toBe(false);
    // After a 200 it is asked once more: between two checks of the socket's owner.
    const health = '/health?exclude=NOSPACE';
    expect(asked).toEqual(['/readyz', health, health, '/readyz']);
  });

  // A patch may run etcd's container as another user.
  test('and its answer counts from a socket of its own container, whatever the user of that is', async () => {
    const port = await listenOn(server);
    const text = manifest(`http://127.0.0.1:${port}`);
    const pid = (of: number): string => `
      eval "of_another_user() $(declare -f is_etcds | tail -n +2 | sed 's/"$EUID"/65533/')"
      is_etcds() { of_another_user "$@"; }
      etcd_containers() { echo c0ffee; }
      cri() { printf '%s\\n' '{' '  "info": {' '    "pid": ${of},' '    "runtimeSpec": {}' '  }' '}'; }`;
    expect(await isReady('10.0.0.6', text, pid(process.pid))).toBe(true);
    expect(await isReady('10.0.0.6', text, pid(1))).toBe(false);
    expect(await isReady('10.0.0.6', text, 'is_etcds() { return 1; }')).toBe(false);
  });

  test("where there is no manifest, on kubeadm's own port, and nothing is said about it", async () => {
    expect(await isReady('10.0.0.6')).toBe(false);
  });
});
