import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';

import { HostError } from '../../../src/hosts/host-error.ts';
import { OpensshBastions, type OpensshHop } from '../../../src/hosts/openssh/connector.ts';
import type { Transport } from '../../../src/hosts/transport.ts';
import { hostError, KeptLog, pinned, usableKey } from '../ssh/client.ts';
import { OpensshRun } from '../ssh/openssh.ts';
import { Sshd } from '../ssh/sshd.ts';
import { sshKeygen, TemporaryFolder } from '../ssh/tools.ts';
import { needing } from '../../needs.ts';

jest.setTimeout(20_000); // starts many processes, on a machine that may be busy

const needed = needing('root', 'sshd', 'ssh');

const folder = new TemporaryFolder();
const login = sshKeygen(folder, 'login', 'ed25519');
const jumpLogin = sshKeygen(folder, 'jump', 'ed25519');
const key = usableKey(login.privateText);
const toClose: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close();
});
afterAll(() => folder.remove());

needed.describe('bastions, by the runner’s own ssh', () => {
  let bastions: [Sshd, Sshd];
  let host: Sshd;
  beforeAll(async () => {
    // A user of a bastion has no shell, as the manuals advise.
    const users = { jump: '/usr/sbin/nologin', caged: '/bin/sh' };
    const config = ['MaxSessions 0', 'Match User caged', 'AllowTcpForwarding no'];
    bastions = [
      await Sshd.start(folder, 'first', jumpLogin, users, config),
      await Sshd.start(folder, 'second', jumpLogin, users, config),
    ];
    host = await Sshd.start(folder, 'host', login, {});
  });
  afterAll(() => Promise.all([...bastions, host].map((sshd) => sshd.stop())));

  type Connect = (options?: { readonly address?: string; readonly port?: number }) => Promise<Transport>;

  /** Returns the way through these bastions, as this user. */
  function way(user: string, hops: readonly Sshd[] = bastions, hostKey?: Sshd): Connect {
    const run = new OpensshRun(folder);
    toClose.push(() => run.end());
    const [first, ...others] = hops.map((sshd, index): OpensshHop => ({
      name: `bastion ${index}`,
      address: '127.0.0.1',
      port: sshd.port,
      user,
      client: run.client,
      login: { with: usableKey(jumpLogin.privateText) },
      pins: pinned(sshd.port, (hostKey ?? sshd).hostKey.host),
      log: new KeptLog(),
    }));
    if (first === undefined) throw new Error('no bastion');
    const chain = new OpensshBastions([first, ...others]);
    toClose.push(() => chain.close());
    return async (options = {}) => {
      const opened = await chain.open();
      const pins = pinned(host.port, host.hostKey.host);
      const transport = await run.connect(host.port, { key, pins, user: 'root', ...opened, ...options });
      toClose.push(() => transport.close());
      return transport;
    };
  }

  const step = { title: 'a', effect: 'reads', script: 'id -u', timeoutMs: 9000 } as const;

  test('a chain of them, with a key of their own, one connection to each for all hosts', async () => {
    const connect = way('jump');
    const before = bastions.map(({ log }) => log.match(/Accepted publickey/g)?.length ?? 0);
    const all = await Promise.all([connect(), connect(), connect()]);
    for (const transport of all) expect((await transport.run(step)).stdout.toString()).toBe('0\n');
    const after = bastions.map(({ log }) => log.match(/Accepted publickey/g)?.length ?? 0);
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1]);
  });

  test('a bastion with another key than is pinned is reported as itself', async () => {
    const error = await hostError(way('jump', bastions.slice(0, 1), host)());
    expect(error.message).toMatch(/^\[bastion 0\] connect: the host shows the key/);
  });

  test('a bastion that is lost takes all with it, and is named', async () => {
    const own = await Sshd.start(folder, 'third', jumpLogin, { jump: '/usr/sbin/nologin' });
    toClose.push(() => own.stop());
    const transport = await way('jump', [own])();
    const running = hostError(transport.run({ ...step, script: 'sleep 20' }));
    await transport.run(step);
    own.killSessions();
    expect((await running).message).toContain('the connection to the bastion 0 was lost');
  });

  test.each<[string, string, { address?: string; port?: number }, RegExp]>([
    [
      'a port where nothing listens',
      'jump',
      { port: 9 },
      /127\.0\.0\.1:9 refuses connections, as the bastion 1/,
    ],
    [
      'a name that does not resolve',
      'jump',
      { address: 'no-such-host.invalid' },
      /the name no-such-host\.invalid does not resolve .*, as the bastion 1 sees it/,
    ],
  ])('%s', async (_, user, options, expected) => {
    expect((await hostError(way(user)(options))).message).toMatch(expected);
  });

  test('a user who may not forward', async () => {
    const error = await way('caged')().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HostError);
    expect((error as HostError).message).toContain('the bastion 0 does not forward connections');
  });
});
