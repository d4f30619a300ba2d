import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { RunError } from '../../../src/findings.ts';
import { agentCredential, type Credential, listAgentKeys } from '../../../src/hosts/ssh2/credential.ts';
import type { Transport } from '../../../src/hosts/transport.ts';
import { connectTo, hostError, KeptLog, pinned, usableKey } from '../ssh/client.ts';
import { Sshd } from '../ssh/sshd.ts';
import { isListening, type KeyPair, sshKeygen, TemporaryFolder, tool } from '../ssh/tools.ts';
import { needing } from '../../needs.ts';

jest.setTimeout(20_000);

const needed = needing('root', 'sshd', 'ssh-agent');

const folder = new TemporaryFolder();
const login = sshKeygen(folder, 'login', 'ed25519');
const rsa = sshKeygen(folder, 'rsa', 'rsa', ['-b', '2048']);
const strangers = [0, 1, 2, 3, 4].map((n) => sshKeygen(folder, `stranger-${n}`, 'ed25519'));
const authority = sshKeygen(folder, 'authority', 'ed25519');
const toStop: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});
afterAll(() => folder.remove());

let agents = 0;

/** Starts a real ssh-agent that holds these keys, in this order. */
async function startAgent(...keys: readonly KeyPair[]): Promise<{ socket: string; process: ChildProcess }> {
  agents += 1;
  const socket = folder.at(`agent-${agents}`);
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  toStop.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  while (!(await isListening(socket))) await sleep(10);
  for (const { path } of keys) {
    execFileSync('ssh-add', ['-q', path], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'pipe' });
  }
  return { socket, process: child };
}

/** Returns the message of an agent's refusal. */
async function refusal(credential: Promise<Credential>): Promise<string> {
  try {
    await credential;
  } catch (error) {
    if (error instanceof RunError) return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

needed.describe('the keys of an ssh-agent', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    appendFileSync(`${login.path}.pub`, `${rsa.publicLine}\n`);
    sshd = await Sshd.start(folder, 'default', login, {});
  });
  afterAll(() => sshd.stop());

  async function connectWith(credential: Credential, server = sshd): Promise<Transport> {
    const transport = await connectTo(server.port, {
      key: usableKey(login.privateText), // replaced by the following
      credential,
      pins: pinned(server.port, server.hostKey.host),
      user: 'root',
    });
    toStop.push(() => transport.close());
    return transport;
  }

  test.each([
    ['the only key', [login]],
    ['the third key', [strangers[0], strangers[1], login]],
    ['an RSA key, which signs with SHA-2', [rsa]],
  ])('%s logs in', async (_, keys) => {
    const { socket } = await startAgent(...keys.filter((key) => key !== undefined));
    const log = new KeptLog();
    await connectWith(await agentCredential(socket, log));
    for (const key of keys) expect(log.lines.join('\n')).toContain(key?.fingerprint);
  });

  test('no more than five are tried, and the refusal names them', async () => {
    const { socket } = await startAgent(...strangers, login);
    const log = new KeptLog();
    const error = await hostError(connectWith(await agentCredential(socket, log)));
    for (const { fingerprint } of strangers) expect(error.message).toContain(fingerprint);
    expect(error.message).not.toContain(login.fingerprint);
    expect(error.message).toContain('must list one of these fingerprints');
    expect(log.lines.join('\n')).toContain('It has 6; the action tries at most 5');
  });

  test('a server that breaks off before is reported', async () => {
    const strict = await Sshd.start(folder, 'strict', login, {}, ['MaxAuthTries 2']);
    toStop.push(() => strict.stop());
    const { socket } = await startAgent(...strangers.slice(0, 2), login);
    const error = await hostError(connectWith(await agentCredential(socket, new KeptLog()), strict));
    expect(error.message).toContain('too many authentication failures for user root');
  });

  test('an agent that ends between listing and signing', async () => {
    const { socket, process: child } = await startAgent(login);
    const credential = await agentCredential(socket, new KeptLog());
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await hostError(connectWith(credential))).message).toMatch(
      /accepts the ssh-ed25519 key .* but the ssh-agent does not sign with it/,
    );
  });

  test('certificates are of no use, and said to be', async () => {
    tool('ssh-keygen', '-q', '-s', authority.path, '-I', 'test', '-n', 'root', `${rsa.path}.pub`);
    const { socket } = await startAgent(rsa);
    const log = new KeptLog();
    await connectWith(await agentCredential(socket, log));
    expect(log.lines.join('\n')).toContain('Not usable here: ssh-rsa-cert-v01@openssh.com.');
  });
});

describe('an agent that is no help is refused before any connection', () => {
  test('none is there', async () => {
    expect(await refusal(agentCredential(folder.at('nobody'), new KeptLog()))).toMatch(
      /the ssh-agent at .*nobody does not answer.*SSH_AUTH_SOCK/,
    );
  });

  /** Listens on a socket and handles each connection. */
  async function serveSocket(name: string, handle: (connection: Socket) => void): Promise<string> {
    const connections = new Set<Socket>();
    const server = createServer((connection) => {
      connections.add(connection);
      handle(connection);
    }).listen(folder.at(name));
    await once(server, 'listening');
    toStop.push(() => {
      for (const connection of connections) connection.destroy();
      return new Promise((resolve) => server.close(resolve));
    });
    return folder.at(name);
  }

  test.each([
    ['something else', 'HTTP/1.1 400 Bad Request\r\n\r\n', /the socket is not that of an ssh-agent/],
    ['no longer any program', '', /it has closed the connection/],
    ['an agent that refuses', '\0\0\0\x01\x05', /the socket is not that of an ssh-agent/],
    [
      'an answer that is cut off',
      '\0\0\0\x09\x0c\0\0\0\x01\0\0\0\x09',
      /the socket is not that of an ssh-agent/,
    ],
  ])('%s answers', async (name, words, expected) => {
    const socket = await serveSocket(name.replaceAll(' ', '-'), (connection) =>
      connection.end(words, 'latin1'),
    );
    expect(await refusal(agentCredential(socket, new KeptLog()))).toMatch(expected);
  });

  test('it says nothing', async () => {
    const socket = await serveSocket('silent', () => undefined);
    await expect(listAgentKeys(socket, 200)).rejects.toThrow('no answer within 0.2 s');
  });

  test('it has no key', async () => {
    const { socket } = await startAgent();
    expect(await refusal(agentCredential(socket, new KeptLog()))).toContain('no key that can log in');
  });

  test('the path is no socket', async () => {
    writeFileSync(folder.at('file'), '');
    expect(await refusal(agentCredential(folder.at('file'), new KeptLog()))).toContain('does not answer');
  });
});
