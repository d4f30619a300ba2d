import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { afterAll, afterEach, describe, expect, test } from '@jest/globals';

import { connector } from '../../src/hosts/connector.ts';
import type { Transport } from '../../src/hosts/transport.ts';
import type { RawInputs } from '../../src/inputs/table/table.ts';
import { settingsOf } from '../inputs/given.ts';
import { hostError, KeptLog } from './ssh/client.ts';
import { sshKeygen, TemporaryFolder } from './ssh/tools.ts';
import { TestServer } from './ssh2/server.ts';

const folder = new TemporaryFolder();
const hostKey = sshKeygen(folder, 'host', 'ed25519');
const bastionKey = sshKeygen(folder, 'bastion', 'ed25519');
const toStop: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});
afterAll(() => folder.remove());

async function serve(key: typeof hostKey, address?: string): Promise<TestServer> {
  const server = await TestServer.start({ hostKeys: [key.privateText], ...(address && { address }) });
  toStop.push(() => server.stop());
  return server;
}

/** Accepts connections and stays silent. */
async function serveSilence(): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume()).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  toStop.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

/** Connects to the one host of the inputs, as the action does. */
async function connectBy(inputs: RawInputs, log = new KeptLog()): Promise<Transport> {
  const settings = settingsOf({ hosts: '', 'ssh-user': 'root', ...inputs });
  const { connect, close } = await connector(settings, { privilege: 'login', temporary: folder.path, log });
  toStop.push(close);
  const [host] = settings.hosts;
  if (host === undefined) throw new Error('there is no host');
  const transport = await connect(host);
  toStop.push(() => transport.close());
  return transport;
}

/** An inventory of one host whose SSH server is on the loopback. */
function hostAt(port: number): string {
  return `- { name: infra0, address: 10.0.0.6, ssh: { address: 127.0.0.1, port: ${port} } }`;
}

test('from the inputs to a host, through a bastion with an IPv6 address, a pinned key and a private key of its own', async () => {
  const [host, bastion] = [await serve(hostKey), await serve(bastionKey, '::1')];
  const ownKey = generateKeyPairSync('ed25519').privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'of the bastion',
  });
  const log = new KeptLog();
  const transport = await connectBy(
    {
      inventory: hostAt(host.port),
      'ssh-bastion': `jump@[::1]:${bastion.port}`,
      'ssh-bastion-private-key': ownKey.toString(),
      'ssh-bastion-key-passphrase': 'of the bastion',
      'ssh-known-hosts': `[127.0.0.1]:${host.port} ${hostKey.publicLine}`,
      'ssh-host-fingerprints': `[::1]:${bastion.port} ${bastionKey.fingerprint}`,
    },
    log,
  );
  const { stdout } = await transport.run({ title: 'a', effect: 'reads', script: 'echo ok', timeoutMs: 9000 });
  expect(stdout.toString()).toBe('ok\n');
  expect([...new Set(bastion.logins)]).toEqual(['publickey jump']);
  expect([...new Set(host.logins)]).toEqual(['publickey root']);
  expect([bastion.connections, host.connections]).toEqual([1, 1]);
  expect(log.lines).toContain(
    `Route: this runner → jump@[::1]:${bastion.port} → infra0 (127.0.0.1:${host.port})`,
  );
});

describe('ssh-connect-timeout is for', () => {
  const silent = /accepts the connection but then sends nothing within 2\.0 s \(greeting\)/;

  test('hosts', async () => {
    const port = await serveSilence();
    const connecting = connectBy({ inventory: hostAt(port), 'ssh-connect-timeout': '2s' });
    expect((await hostError(connecting)).message).toMatch(silent);
  });

  test('bastions', async () => {
    const port = await serveSilence();
    const connecting = connectBy({
      inventory: hostAt(22),
      'ssh-bastion': `jump@127.0.0.1:${port}`,
      'ssh-connect-timeout': '2s',
    });
    const { message } = await hostError(connecting);
    expect(message).toMatch(/^\[bastion 127\.0\.0\.1\] connect: /);
    expect(message).toMatch(silent);
  });
});
