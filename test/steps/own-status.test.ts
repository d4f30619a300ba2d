import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { OWN_STATUS_FUNCTIONS } from '../../src/hosts/bash.ts';
import { listenOn } from '../listen.ts';
import { needing } from '../needs.ts';

let server: Server;
const children: ChildProcess[] = [];

beforeEach(() => {
  server = createServer((_, response) => response.end());
});
afterEach(() => {
  server.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Returns the functions' output, as `status stranger`. */
async function run(script: string): Promise<string> {
  const child = spawn('bash', ['--norc', '-c', `set -euo pipefail\n${OWN_STATUS_FUNCTIONS}\n${script}`]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => (said += data.toString()));
  }
  await once(child, 'close');
  return said.trim();
}

const ASK = 'own_status "$address" "$port" / trusted; echo "$status ${stranger-}"';
const OF_THIS_USER = 'trusted() { [ "$1" = "$EUID" ]; }';

describe('an answer on loopback', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['::1', '::1'],
    ['::', '127.0.0.1'],
  ])("of a socket of the asking user's, which listens on %s, counts", async (listens, address) => {
    const port = await listenOn(server, listens);
    expect(await run(`address=${address} port=${port}; ${OF_THIS_USER}; ${ASK}`)).toBe('200');
  });

  test("of another user's socket does not count, and whose it is is said", async () => {
    const port = await listenOn(server);
    const answer = await run(`address=127.0.0.1 port=${port}; trusted() { [ "$1" = 65533 ]; }; ${ASK}`);
    expect(answer).toBe(`strange a socket of the user with the id ${process.getuid?.() ?? ''}`);
  });

  test('counts if the named process holds the socket, under any user', async () => {
    const port = await listenOn(server);
    const held = (pid: number | string): string =>
      `address=127.0.0.1 port=${port}; trusted() { holds_socket ${pid} "$2"; }; ${ASK}`;
    expect(await run(held(process.pid))).toBe('200');
    expect(await run(held('$$'))).toMatch(/^strange a socket of the user/);
  });

  // As readlink of uutils, to 0.12 at least: it prints nothing for files after one that was closed since the shell
  // listed it.
  test('counts where the process closes another file meanwhile', async () => {
    const port = await listenOn(server);
    const trusted = `trusted() { holds_socket ${process.pid} "$2"; }`;
    const readlink = 'readlink() { command readlink -- "$2"; return 1; }';
    expect(await run(`address=127.0.0.1 port=${port}; ${readlink}; ${trusted}; ${ASK}`)).toBe('200');
  });

  // The stand-in closes its listener with its first answer, as an impostor of etcd may.
  test('of a socket that is gone a moment later does not count', async () => {
    const port = await listenOn(server);
    const vanishing = 'http_status() { status=200; listeners() { listening=(); }; }';
    expect(await run(`${vanishing}\naddress=127.0.0.1 port=${port}; ${OF_THIS_USER}; ${ASK}`)).toBe(
      'strange a socket that was gone a moment later',
    );
  });

  test('that is no 200 is reported as it is', async () => {
    const port = await listenOn(server);
    server.removeAllListeners('request');
    server.on('request', (_, response) => response.writeHead(503).end());
    expect(await run(`address=127.0.0.1 port=${port}; ${OF_THIS_USER}; ${ASK}`)).toBe('503');
    server.close();
    expect(await run(`address=127.0.0.1 port=1; ${OF_THIS_USER}; ${ASK}`)).toBe('');
  });
});

// Only root can start a process of another user; the case above covers the tests of other users.
needing('root', 'python3').test("a real process of another user's is not believed", async () => {
  const program = `
import http.server, sys
class Ok(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response(200); self.end_headers()
server = http.server.HTTPServer(('127.0.0.1', 0), Ok)
print(server.server_port, flush=True)
server.serve_forever()`;
  const child = spawn('python3', ['-c', program], {
    uid: 65534,
    gid: 65534,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  expect(await run(`address=127.0.0.1 port=${port}; ${OF_THIS_USER}; ${ASK}`)).toBe(
    'strange a socket of the user with the id 65534',
  );
});
