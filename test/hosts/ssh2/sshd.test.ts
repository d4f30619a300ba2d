import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { text } from 'node:stream/consumers';

import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';

import type { RemoteResult, Transport } from '../../../src/hosts/transport.ts';
import { connectTo, hostError, KeptLog, pinned, pinsOf, usableKey } from '../ssh/client.ts';
import { Sshd } from '../ssh/sshd.ts';
import { sshKeygen, TemporaryFolder, tool } from '../ssh/tools.ts';
import { needing } from '../../needs.ts';

jest.setTimeout(20_000); // starts many processes, on a machine that may be busy

const needed = needing('root', 'sshd');

const folder = new TemporaryFolder();
const login = sshKeygen(folder, 'login', 'ed25519');
const key = usableKey(login.privateText);
const open: Transport[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()));
});
afterAll(() => folder.remove());

async function connectAs(
  sshd: Sshd,
  user: string,
  options: Partial<Parameters<typeof connectTo>[1]> = {},
): Promise<Transport> {
  const transport = await connectTo(sshd.port, {
    key,
    pins: pinned(sshd.port, sshd.hostKey.host),
    user,
    ...options,
  });
  open.push(transport);
  return transport;
}

function run(transport: Transport, script: string, input?: Buffer): Promise<RemoteResult> {
  return transport.run({
    title: 'a step',
    effect: 'changes',
    script,
    timeoutMs: 10_000,
    ...(input === undefined ? {} : { input }),
  });
}

needed.describe('OpenSSH', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    // The lab has a real sudo; this one admits user `ops` and refuses the others.
    mkdirSync(folder.at('bin'));
    const sudo = `#!/bin/sh\nif [ "$USER $1 $2" = "ops -n --" ]; then shift 2; exec "$@"; fi; echo "sudo: a password is required" >&2; exit 1\n`;
    writeFileSync(folder.at('bin/sudo'), sudo);
    chmodSync(folder.at('bin/sudo'), 0o755);
    writeFileSync(folder.at('banner'), 'Authorised use only.\n');
    const users = { ops: '/bin/bash', guest: '/bin/sh', robot: '/usr/sbin/nologin', nobody1: '/bin/false' };
    sshd = await Sshd.start(folder, 'default', login, users, [
      `SetEnv PATH=${folder.at('bin')}:/usr/bin:/bin`,
      `Banner ${folder.at('banner')}`,
    ]);
    writeFileSync(folder.at('default/root/.bashrc'), 'echo out of .bashrc; echo noise >&2; printf half\n');
  });
  afterAll(() => sshd.stop());

  test('root runs scripts with input, whatever .bashrc and a banner print', async () => {
    const transport = await connectAs(sshd, 'root');
    const result = await run(transport, 'id -u; cat; echo err >&2; exit 7', Buffer.from([0, 1, 255]));
    expect(result).toEqual({ code: 7, stdout: Buffer.from([48, 10, 0, 1, 255]), stderr: 'err\n' });
    expect(transport.statistics().channels).toBe(2);
  });

  test('an RSA key signs with SHA-2', async () => {
    const rsa = sshKeygen(folder, 'login-rsa', 'rsa', ['-b', '2048']);
    appendFileSync(`${login.path}.pub`, `${rsa.publicLine}\n`);
    const transport = await connectAs(sshd, 'root', { key: usableKey(rsa.privateText) });
    expect((await run(transport, 'echo ok')).stdout.toString()).toBe('ok\n');
  });

  test('one login attempt, with the key, in the log of the server', async () => {
    await connectAs(sshd, 'root');
    const lines = sshd.log.split('\n').filter((line) => line.includes('for root'));
    expect(lines.at(-1)).toMatch(/Accepted publickey for root .* ED25519/);
    expect(sshd.log).not.toContain('Failed');
  });

  test('sudo that gives another user than root', async () => {
    const error = await hostError(run(await connectAs(sshd, 'ops'), ':'));
    expect(error.message).toContain("the shell of user ops is not root's");
  });

  test.each([
    ['guest', /sudo asks user guest for a password/],
    ['robot', /user robot has no login shell/],
    ['nobody1', /user nobody1 has no login shell/],
  ])('%s', async (user, expected) => {
    expect((await hostError(run(await connectAs(sshd, user), ':'))).message).toMatch(expected);
  });

  test('a user that does not exist', async () => {
    expect((await hostError(connectAs(sshd, 'nosuchuser'))).message).toContain(
      'does not let user nosuchuser in',
    );
  });

  test('known_hosts as ssh-keyscan makes it, hashed', async () => {
    const scanned = tool('ssh-keyscan', '-H', '-p', `${sshd.port}`, '127.0.0.1');
    const transport = await connectAs(sshd, 'root', { pins: pinsOf(sshd.port, scanned) });
    expect((await run(transport, 'echo ok')).stdout.toString()).toBe('ok\n');
  });

  test('HTTP over a forwarded connection, and a port where nothing listens', async () => {
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const transport = await connectAs(sshd, 'root');
    const stream = await transport.openTcp('127.0.0.1', port);
    const answer = request({
      createConnection: () => stream,
      path: '/',
      headers: { connection: 'close' },
    }).end();
    const [response] = (await once(answer, 'response')) as [NodeJS.ReadableStream];
    expect(await text(response)).toBe('hello');
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    const error = await hostError(transport.openTcp('127.0.0.1', port));
    expect(error.message).toContain(`nothing listens on 127.0.0.1:${port}`);
  });

  test('sshd ends the session of a running script', async () => {
    const transport = await connectAs(sshd, 'root');
    // The parent of the shell's parent is the process of this connection.
    const error = await hostError(run(transport, 'kill -9 "$PPID"; sleep 5'));
    expect(error.message).toMatch(
      /a step: (the SSH connection was lost|the session ended without an exit status)/,
    );
  });
});

needed.describe('an OpenSSH server that allows less', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await Sshd.start(folder, 'strict', login, {}, ['MaxAuthTries 1']);
  });
  afterAll(() => sshd.stop());

  test('a wrong key ends in too many failures', async () => {
    const stranger = sshKeygen(folder, 'stranger', 'ed25519');
    const log = new KeptLog();
    const error = await hostError(connectAs(sshd, 'root', { key: usableKey(stranger.privateText), log }));
    expect(error.message).toMatch(
      new RegExp(
        `too many authentication failures for user root with the ssh-ed25519 key ${stranger.fingerprint.replaceAll('+', '\\+')}`,
      ),
    );
    expect(log.lines.filter((line) => line.includes('Trying again'))).toEqual([]);
  });
});

needed.describe.each([1, 2])('an OpenSSH server with MaxSessions %i', (limit) => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await Sshd.start(folder, `sessions-${limit}`, login, {}, [`MaxSessions ${limit}`]);
  });
  afterAll(() => sshd.stop());

  // Repeatedly: a session that has just ended may still count there when the next one is requested.
  test('many scripts take turns, and so do those that come after them', async () => {
    const transport = await connectAs(sshd, 'root');
    for (let round = 0; round < 5; round += 1) {
      const results = await Promise.all(Array.from({ length: 10 }, (_, n) => run(transport, `echo ${n}`)));
      expect(results.map(({ stdout }) => Number(stdout.toString()))).toEqual([...results.keys()]);
    }
  });
});
