import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterAll, afterEach, expect, jest, test } from '@jest/globals';

import type { Privilege } from '../../../src/hosts/root-shell/shell-command.ts';
import type { Transport } from '../../../src/hosts/transport.ts';
import { connectTo, hostError, KeptLog, pinned, usableKey } from '../ssh/client.ts';
import { OpensshRun } from '../ssh/openssh.ts';
import { HARDENED, LOGIN_SHELLS } from '../ssh/hardened.ts';
import { Sshd, type SshdExtras } from '../ssh/sshd.ts';
import { sshKeygen, TemporaryFolder } from '../ssh/tools.ts';
import { needing } from '../../needs.ts';

jest.setTimeout(20_000); // starts many processes, on a machine that may be busy

const needed = needing('root', 'sshd', 'ssh');

const folder = new TemporaryFolder();
const login = sshKeygen(folder, 'login', 'ed25519');
const key = usableKey(login.privateText);
const toStop: (() => Promise<unknown>)[] = [];
let servers = 0;

afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});
afterAll(() => folder.remove());

async function start(
  users: Readonly<Record<string, string>>,
  config: readonly string[] = [],
  extras: SshdExtras = {},
): Promise<Sshd> {
  servers += 1;
  const sshd = await Sshd.start(folder, `server-${servers}`, login, users, config, extras);
  toStop.push(() => sshd.stop());
  return sshd;
}

interface Options {
  readonly privilege?: Privilege;
  readonly log?: KeptLog;
  readonly retryPausesMs?: readonly number[];
}

type ConnectAs = (sshd: Sshd, user: string, options?: Options) => Promise<Transport>;

const ssh2: ConnectAs = async (sshd, user, options = {}) => {
  const transport = await connectTo(sshd.port, { key, pins: pinsOf(sshd), user, ...options });
  toStop.push(() => transport.close());
  return transport;
};

const openssh: ConnectAs = async (sshd, user, options = {}) => {
  const run = new OpensshRun(folder);
  toStop.push(() => run.end());
  const transport = await run.connect(sshd.port, { key, pins: pinsOf(sshd), user, ...options });
  toStop.push(() => transport.close());
  return transport;
};

function pinsOf(sshd: Sshd): ReturnType<typeof pinned> {
  return pinned(sshd.port, sshd.hostKey.host);
}

/**
 * Expects everything to work that every host must support: scripts with input and both outputs, several at once, and a
 * stream to one of its ports.
 */
async function expectWorks(transport: Transport): Promise<void> {
  const input = Buffer.from([0, 1, 10, 13, 255]);
  const script = 'id -u; cat; echo err >&2; exit 7';
  const step = { title: 'a step', effect: 'reads', timeoutMs: 10_000 } as const;
  const results = await Promise.all([1, 2, 3].map(() => transport.run({ ...step, script, input })));
  for (const { code, stdout, stderr } of results) {
    expect({ code, stderr }).toEqual({ code: 7, stderr: 'err\n' });
    expect(stdout.subarray(stdout.indexOf('\n') + 1)).toEqual(input);
  }
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const stream = await transport.openTcp('127.0.0.1', port);
  expect(await text(stream)).toBe('hello');
  server.close();
}

needed.describe.each<[string, ConnectAs]>([
  ['ssh2', ssh2],
  ['openssh', openssh],
])('a hardened OpenSSH server, by %s', (_name, connectAs) => {
  test.each(HARDENED)('$name', async ({ config, extras }) => {
    const sshd = await start({}, config, extras);
    await expectWorks(await connectAs(sshd, 'root'));
  });

  // Login shells parse the one command line of a session; root's own is always bash.
  for (const { shell, needs } of LOGIN_SHELLS) {
    needing(...needs).test(`the login shell ${shell}`, async () => {
      const sshd = await start({ ops: shell });
      await expectWorks(await connectAs(sshd, 'ops', { privilege: 'login' }));
    });
  }

  test('MaxStartups: a connection dropped while others log in is tried again', async () => {
    const sshd = await start({}, ['MaxStartups 1:100:2']);
    const waiting = connect(sshd.port, '127.0.0.1').on('error', () => undefined);
    await once(waiting, 'data');
    const log = new KeptLog();
    log.info = (line) => {
      log.lines.push(line);
      waiting.destroy();
    };
    await connectAs(sshd, 'root', { log, retryPausesMs: [300, 600] });
    expect(log.lines.join('\n')).toMatch(
      /closes the connection before the SSH handshake is done.* Trying again/,
    );
  });

  test.each([
    [
      'a command of its own',
      "ForceCommand echo 'Only backups here.'; exit 3",
      /does not run the shell .*status 3, saying: Only backups here\./,
    ],
    ['sftp alone', 'ForceCommand internal-sftp', /does not run/],
    ['no session at all', 'MaxSessions 0', /refuses a session/],
  ])('that allows %s is reported', async (_, line, expected) => {
    const sshd = await start({}, [line]);
    const transport = await connectAs(sshd, 'root');
    const running = transport.run({ title: 'a step', effect: 'reads', script: ':', timeoutMs: 5000 });
    expect((await hostError(running)).message).toMatch(expected);
  });
});
