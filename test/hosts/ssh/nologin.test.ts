/** A host that refuses users while it boots, with the words of a real sshd with PAM, for both transports. */
import { afterAll, afterEach, expect, jest, test } from '@jest/globals';

import { SshClient } from '../../../src/hosts/openssh/ssh-client.ts';
import { connectOpenssh } from '../../../src/hosts/openssh/connector.ts';
import { PrivateFolder } from '../../../src/runner/private-folder.ts';
import type { Transport } from '../../../src/hosts/transport.ts';
import { connectTo, hostError, KeptLog, pinned, usableKey } from './client.ts';
import { needing } from '../../needs.ts';
import { Sshd } from './sshd.ts';
import { sshKeygen, TemporaryFolder } from './tools.ts';

jest.setTimeout(30_000); // starts many processes, on a machine that may be busy

const needed = needing('root', 'sshd');

const folder = new TemporaryFolder();
const login = sshKeygen(folder, 'login', 'ed25519');
const key = usableKey(login.privateText);
const toStop: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});
afterAll(() => folder.remove());

const PAM = `
auth required pam_permit.so
account required pam_nologin.so
account required pam_permit.so
session required pam_permit.so
`;
const WORDS =
  'System is booting up. Unprivileged users are not permitted to log in yet. Please come back later.';

let servers = 0;

/** @param seconds until it admits users. */
async function booting(seconds: number, words = WORDS): Promise<Sshd> {
  servers += 1;
  const sshd = await Sshd.start(folder, `host-${servers}`, login, { ops: '/bin/sh' }, ['UsePAM yes'], {
    files: { '/etc/pam.d/sshd': PAM },
    prepare: () => [
      `echo '${words}' > /run/nologin`,
      `{ (sleep ${seconds}; rm -f /run/nologin) > /dev/null 2>&1 & }`,
    ],
  });
  toStop.push(() => sshd.stop());
  return sshd;
}

interface Patience {
  readonly connectTimeoutMs: number;
  readonly bootPauseMs: number;
  readonly log: KeptLog;
}

const TRANSPORTS: readonly (readonly [string, (sshd: Sshd, patience: Patience) => Promise<Transport>])[] = [
  [
    'ssh2',
    (sshd, patience) =>
      connectTo(sshd.port, { key, user: 'ops', pins: pinned(sshd.port, sshd.hostKey.host), ...patience }),
  ],
  [
    'openssh',
    (sshd, patience) => {
      const client = new SshClient(new PrivateFolder(folder.path), [], process.env);
      toStop.push(() => client.end());
      return connectOpenssh({
        name: 'infra0',
        address: '127.0.0.1',
        port: sshd.port,
        user: 'ops',
        pins: pinned(sshd.port, sshd.hostKey.host),
        client,
        login: { with: key },
        ...patience,
      });
    },
  ],
];

needed.describe.each(TRANSPORTS)('by %s', (_, connect) => {
  test('a host that boots is tried again until it lets users in', async () => {
    const sshd = await booting(1.5);
    const log = new KeptLog();
    const transport = await connect(sshd, { connectTimeoutMs: 20_000, bootPauseMs: 300, log });
    toStop.push(() => transport.close());
    expect(log.lines.join('\n')).toContain('lets only root log in, saying: System is booting up.');
  });

  test('one that boots for longer than there is patience is reported in its words', async () => {
    const sshd = await booting(30);
    const patience = { connectTimeoutMs: 2500, bootPauseMs: 700, log: new KeptLog() };
    const { finding } = await hostError(connect(sshd, patience));
    expect(finding.fact).toBe(
      `127.0.0.1:${sshd.port} lets only root log in, saying: ${WORDS.replace(/\.$/, '')}.`,
    );
    expect(finding.fix).toContain('ssh-connect-timeout');
  });

  test('one that keeps users out for another reason is reported in its words, at once', async () => {
    const sshd = await booting(30, 'Closed for inventory.\nuntil Monday');
    const log = new KeptLog();
    const { finding } = await hostError(connect(sshd, { connectTimeoutMs: 20_000, bootPauseMs: 300, log }));
    expect(finding.fact).toContain(
      'closed the connection during authentication, saying: Closed for inventory. until Monday.',
    );
    expect(log.lines.join('\n')).not.toContain('Trying again');
  });
});
