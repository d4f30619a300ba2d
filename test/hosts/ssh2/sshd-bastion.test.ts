import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';

import { BastionChain } from '../../../src/hosts/ssh2/connector.ts';
import { keyCredential } from '../../../src/hosts/ssh2/credential.ts';
import type { Transport } from '../../../src/hosts/transport.ts';
import { connectTo, hostError, KeptLog, pinned, usableKey } from '../ssh/client.ts';
import { Sshd } from '../ssh/sshd.ts';
import { sshKeygen, TemporaryFolder } from '../ssh/tools.ts';
import { needing } from '../../needs.ts';

jest.setTimeout(20_000); // starts many processes, on a machine that may be busy

const needed = needing('root', 'sshd');

const folder = new TemporaryFolder();
const login = sshKeygen(folder, 'login', 'ed25519');
const key = usableKey(login.privateText);
/** ssh2 encrypts it with state that all connections share, and here each packet of one is a packet of another. */
const CHACHA = 'Ciphers chacha20-poly1305@openssh.com';
const toClose: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of toClose.splice(0).toReversed()) await one.close();
});
afterAll(() => folder.remove());

// Only a real sshd has the words for targets that it cannot connect to.
needed.describe('OpenSSH as a bastion', () => {
  let bastion: Sshd;
  let host: Sshd;
  beforeAll(async () => {
    // A user of a bastion has no shell, as the manuals advise.
    bastion = await Sshd.start(folder, 'bastion', login, { jump: '/usr/sbin/nologin', caged: '/bin/sh' }, [
      'MaxSessions 0',
      CHACHA,
      'Match User caged',
      'AllowTcpForwarding no',
    ]);
    host = await Sshd.start(folder, 'host', login, {}, [CHACHA]);
  });
  afterAll(() => Promise.all([bastion.stop(), host.stop()]));

  async function connectAs(
    user: string,
    options: Partial<Parameters<typeof connectTo>[1]> = {},
    through = bastion,
  ): Promise<Transport> {
    const chain = new BastionChain([
      {
        name: 'bastion jump.example.com',
        address: '127.0.0.1',
        port: through.port,
        user,
        credential: keyCredential(key),
        pins: pinned(through.port, through.hostKey.host),
        log: new KeptLog(),
      },
    ]);
    toClose.push(chain);
    const way = await chain.open();
    const pins = pinned(host.port, host.hostKey.host);
    const transport = await connectTo(host.port, { key, pins, user: 'root', ...way, ...options });
    toClose.push(transport);
    return transport;
  }

  test('a host is reached through a user that has no shell', async () => {
    const transport = await connectAs('jump');
    const { stdout } = await transport.run({ title: 'a', effect: 'reads', script: 'id -u', timeoutMs: 9000 });
    expect(stdout.toString()).toBe('0\n');
  });

  test('the fix for a bastion that disables all forwarding works', async () => {
    const closed = await Sshd.start(folder, 'closed', login, { jump: '/bin/sh' }, ['DisableForwarding yes']);
    const { finding } = await hostError(connectAs('jump', {}, closed)).finally(() => closed.stop());
    const lines = [...(finding.fix ?? '').matchAll(/`([A-Z]\w+ [^`]+)`/g)].map(([, line = '']) => line);
    expect(lines[0]).toBe('Match User NAME');
    const config = ['DisableForwarding yes', ...lines].map((line) => line.replace('NAME', 'jump'));
    const opened = await Sshd.start(folder, 'opened', login, { jump: '/bin/sh' }, config);
    const transport = await connectAs('jump', {}, opened);
    const { code } = await transport.run({ title: 'a', effect: 'reads', script: ':', timeoutMs: 9000 });
    expect(code).toBe(0);
    await opened.stop();
  });

  test.each<[string, string, Partial<Parameters<typeof connectTo>[1]>, RegExp]>([
    [
      'a port where nothing listens',
      'jump',
      { port: 9 },
      /127\.0\.0\.1:9 refuses connections, as the bastion/,
    ],
    [
      'a name that does not resolve',
      'jump',
      { address: 'no-such-host.invalid' },
      /the name no-such-host\.invalid does not resolve .*, as the bastion jump\.example\.com sees it/,
    ],
    [
      'a user that may not forward',
      'caged',
      {},
      /the bastion jump\.example\.com does not forward connections/,
    ],
  ])('%s', async (_, user, options, expected) => {
    expect((await hostError(connectAs(user, options))).message).toMatch(expected);
  });
});
