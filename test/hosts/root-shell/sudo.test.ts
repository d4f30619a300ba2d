import { chmodSync, readFileSync, writeFileSync } from 'node:fs';

import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';

import { TrialGate } from '../../../src/hosts/root-shell/channel-slots.ts';
import { PasswordRejectedError } from '../../../src/hosts/root-shell/sudo-dialogue.ts';
import type { RemoteResult, Transport } from '../../../src/hosts/transport.ts';
import { connectTo, hostError, pinned, usableKey } from '../ssh/client.ts';
import { Sshd } from '../ssh/sshd.ts';
import { sshKeygen, TemporaryFolder, versionOfRustSudo } from '../ssh/tools.ts';
import { needing } from '../../needs.ts';

jest.setTimeout(30_000); // PAM waits for two seconds after a wrong password

const needed = needing('root', 'sshd', 'sudo');

const PASSWORD = 'it\'s a $(secret) \\n "word" ü';
const folder = new TemporaryFolder();
const login = sshKeygen(folder, 'login', 'ed25519');
const key = usableKey(login.privateText);
const open: Transport[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()));
});
afterAll(() => folder.remove());

const newGate = (): TrialGate => new TrialGate((error) => error instanceof PasswordRejectedError);

const USERS = ['asked', 'free', 'mixed', 'terminal', 'nobody1', 'rootpw', 'once', 'insulted'];

const SUDOERS = `
Defaults lecture=always, secure_path="/usr/sbin:/usr/bin:/sbin:/bin"
Defaults:terminal requiretty
Defaults:rootpw rootpw
Defaults:once passwd_tries=1
Defaults:insulted badpass_message="Nein!"
asked, mixed, terminal, rootpw, once, insulted ALL=(ALL:ALL) ALL
mixed ALL=(root) NOPASSWD: /usr/bin/true, /bin/true
free ALL=(ALL:ALL) NOPASSWD: ALL
`;

/** Counts every attempt, and failed ones as pam_faillock does. */
const PAM = `
auth optional pam_exec.so quiet /bin/sh ${folder.at('count')}
auth required pam_faillock.so preauth silent deny=3
auth [success=1 default=ignore] pam_unix.so
auth [default=die] pam_faillock.so authfail deny=3
auth required pam_permit.so
account required pam_permit.so
session required pam_permit.so
`;

needed.describe('a real sudo', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    writeFileSync(folder.at('count'), `echo "$PAM_USER" >> ${folder.at('tries')}\n`);
    sshd = await Sshd.start(
      folder,
      'sudo',
      login,
      Object.fromEntries(USERS.map((user) => [user, '/bin/sh'])),
      [],
      {
        passwords: Object.fromEntries(USERS.map((user) => [user, PASSWORD])),
        files: { '/etc/sudoers': SUDOERS, '/etc/pam.d/sudo': PAM },
        emptied: ['/var/lib/sudo'],
      },
    );
  });
  beforeEach(() => {
    writeFileSync(folder.at('tries'), '');
    chmodSync(folder.at('tries'), 0o666);
  });
  afterAll(() => sshd.stop());

  /** Returns how often PAM was called for a user. */
  const tries = (): number => readFileSync(folder.at('tries'), 'utf8').split('\n').length - 1;

  async function connectAs(
    user: string,
    password: string | undefined,
    gate = newGate(),
    name = 'infra0',
  ): Promise<Transport> {
    const transport = await connectTo(sshd.port, {
      name,
      key,
      pins: pinned(sshd.port, sshd.hostKey.host),
      user,
      ...(password === undefined ? {} : { sudo: { password, gate } }),
    });
    open.push(transport);
    return transport;
  }

  function run(transport: Transport, script: string, input?: Buffer): Promise<RemoteResult> {
    return transport.run({
      title: 'a step',
      effect: 'changes',
      script,
      timeoutMs: 15_000,
      ...(input === undefined ? {} : { input }),
    });
  }

  test.each(['asked', 'mixed', 'once', 'free'])(
    "%s becomes root, and the input stays the script's",
    async (user) => {
      const transport = await connectAs(user, PASSWORD);
      const input = Buffer.from([0, 10, 13, 255]);
      const result = await run(transport, 'id -u; cat; echo err >&2', input);
      expect(result).toMatchObject({ code: 0, stderr: 'err\n' });
      expect(result.stdout).toEqual(Buffer.concat([Buffer.from('0\n'), input]));
    },
  );

  test('many scripts at once', async () => {
    const transport = await connectAs('asked', PASSWORD);
    const results = await Promise.all(Array.from({ length: 12 }, (_, n) => run(transport, `echo ${n}`)));
    expect(results.map(({ stdout }) => Number(stdout.toString()))).toEqual([...results.keys()]);
  });

  /** Returns failed attempts as counted by pam_faillock: three would lock the account. */
  async function failures(user: string): Promise<number> {
    const root = await connectAs('root', undefined);
    const { stdout } = await run(root, `cat /run/faillock/${user} 2> /dev/null | wc -c`);
    return Number(stdout.toString()) / 64; // struct tally (pam_faillock's faillock.h)
  }

  test.each(['asked', 'once', 'insulted'])(
    'a wrong password of %s is one try, however many scripts wait for it on however many hosts',
    async (user) => {
      const before = await failures(user);
      const gate = newGate();
      const [first, second] = await Promise.all([
        connectAs(user, 'wrong', gate, 'infra0'),
        connectAs(user, 'wrong', gate, 'infra1'),
      ]);
      const errors = await Promise.all(
        [first, first, first, second, second].map((transport) => hostError(run(transport, ':'))),
      );
      const messages = errors.map(({ message }) => message);
      const refused = messages.filter((message) => message.includes('does not accept the password'));
      const unsent = messages.filter((message) =>
        message.includes('the action did not send it, because infra'),
      );
      expect([2, 3]).toContain(refused.length); // all of the host that was first
      expect(refused.length + unsent.length).toBe(5);
      expect((await hostError(run(first, ':'))).message).toMatch(/does not accept|did not send/);
      expect(await failures(user)).toBe(before + 1);
    },
  );

  test('a password that sudo is checking when the run ends is no failed attempt', async () => {
    await run(await connectAs('mixed', PASSWORD), ':');
    for (let round = 0; round < 3; round += 1) {
      const transport = await connectAs('mixed', PASSWORD);
      await run(transport, ':');
      await transport.close(); // the shell that is kept ready has just begun to ask
    }
    await (await connectAs('mixed', PASSWORD)).close();
    expect(await failures('mixed')).toBe(0);
  });

  const isRust = versionOfRustSudo() !== undefined;
  const WANTS_TERMINAL: [string, string, RegExp] = [
    'terminal',
    PASSWORD,
    /sudo requires a terminal for user/,
  ];

  test.each<[string, string | undefined, RegExp]>([
    ...(isRust ? [] : [WANTS_TERMINAL]), // sudo-rs has no `requiretty`
    ['nobody1', PASSWORD, /user nobody1 may not use sudo/],
    ['rootpw', PASSWORD, /sudo does not accept the password .*`rootpw`/],
    [
      'asked',
      undefined,
      // In sudo-rs before 0.2.13 PAM's message comes first.
      isRust
        ? /(?:asks user asked for a password\.|PAM error: Permission denied) .*`sudo-password`/
        : /sudo asks user asked for a password\. .*`sudo-password`/,
    ],
  ])('what %s cannot do is said', async (user, password, expected) => {
    const error = await hostError(run(await connectAs(user, password), ':'));
    expect(error.message).toMatch(expected);
    expect(error.message).not.toContain(PASSWORD);
  });

  test('nothing is tried without a password', async () => {
    await hostError(run(await connectAs('asked', undefined), ':'));
    expect(tries()).toBeLessThanOrEqual(isRust ? 1 : 0); // sudo-rs up to 0.2.8 lets PAM begin, and does not let it ask
  });

  // Every user of a host can read the command lines of all processes, and root their environments.
  test('the password is in no command line and no environment', async () => {
    const transport = await connectAs('mixed', PASSWORD);
    const read = 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2> /dev/null || true';
    const { stdout } = await run(transport, read);
    expect(stdout.toString()).toContain('etcd-ha-sudo-password:');
    expect(stdout.includes(PASSWORD)).toBe(false);
  });
});
