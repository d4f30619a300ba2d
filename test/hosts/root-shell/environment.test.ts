/** The login environment of a host must not reach a script, nor the programs that it starts. */
import { writeFileSync } from 'node:fs';

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';

import type { RemoteResult, Transport } from '../../../src/hosts/transport.ts';
import { connectTo, hostError, pinned, usableKey } from '../ssh/client.ts';
import { Sshd } from '../ssh/sshd.ts';
import { sshKeygen, TemporaryFolder, versionOfRustSudo } from '../ssh/tools.ts';
import { leftOut, needing } from '../../needs.ts';
import { TestServer } from '../ssh2/server.ts';

jest.setTimeout(30_000); // starts many processes, on a machine that may be busy

const needed = needing('root', 'sshd', 'sudo');

const folder = new TemporaryFolder();
const login = sshKeygen(folder, 'login', 'ed25519');
const key = usableKey(login.privateText);
const open: Transport[] = [];
const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});
afterAll(() => folder.remove());

function run(transport: Transport, script: string): Promise<RemoteResult> {
  return transport.run({ title: 'a step', effect: 'reads', script, timeoutMs: 15_000 });
}

const SUDOERS = `
Defaults !requiretty
Defaults:kept !env_reset, !env_delete, !secure_path
Defaults:stopped noexec
kept, reset, stopped ALL=(ALL:ALL) NOPASSWD: ALL
`;

/** A session that prints at its beginning and at its end, as session recorders do. */
const PAM = `
auth required pam_permit.so
account required pam_permit.so
session optional pam_exec.so quiet stdout /bin/echo this session is recorded
session required pam_permit.so
`;

/** As read by a bash without `-p`, and by its children. */
const START_UP = `
echo noise
read() { echo stolen; }
export -f read
readonly TMOUT=1
export TMOUT
shopt -s extdebug
set -C
`;

const ENVIRONMENT = [
  'POSIXLY_CORRECT=1',
  `BASH_ENV=${folder.at('start-up')}`,
  `ENV=${folder.at('start-up')}`,
  'SHELLOPTS=noclobber:noglob',
  'BASHOPTS=extdebug',
  'CDPATH=/tmp',
  'TMOUT=1',
  'GREP_OPTIONS=-v',
  'TAR_OPTIONS=--exclude=*',
  'CRI_CONFIG_FILE=/nowhere',
  'KUBECONFIG=/nowhere',
  'SYSTEMD_PAGER=/nowhere',
  'LD_PRELOAD=/nowhere/lib.so',
  'LC_MESSAGES=de_DE.UTF-8',
  '"BASH_FUNC_test%%=() { echo stolen; }"',
  '"BASH_FUNC_systemctl%%=() { echo stolen; }"',
];

needed.describe('a host with an environment of its own', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    writeFileSync(folder.at('start-up'), START_UP);
    const users = { kept: '/bin/bash', reset: '/bin/sh', stopped: '/bin/sh' };
    const files = { '/etc/sudoers': SUDOERS, '/etc/pam.d/sudo': PAM };
    sshd = await Sshd.start(folder, 'env', login, users, [`SetEnv ${ENVIRONMENT.join(' ')}`], { files });
  });
  afterAll(() => sshd.stop());

  async function connectAs(user: string, privilege: 'root' | 'login' = 'root'): Promise<Transport> {
    const pins = pinned(sshd.port, sshd.hostKey.host);
    const transport = await connectTo(sshd.port, { key, pins, user, privilege });
    open.push(transport);
    return transport;
  }

  test.each([
    ['root', 'root'],
    ['kept', 'root'],
    ['reset', 'root'],
    ['kept', 'login'],
  ] as const)(
    'of %s: as %s, nothing of it is there, for bash and for its programs',
    async (user, privilege) => {
      const transport = await connectAs(user, privilege);
      const shell = 'shopt -qo posix && echo posix; shopt -q extdebug && echo extdebug; declare -F; :';
      expect((await run(transport, shell)).stdout.toString()).toBe('declare -f at_exit\n'); // our own
      const { stdout, stderr } = await run(
        transport,
        'env; bash -c "declare -F; shopt -qo posix && echo posix; :"; sleep 1.2; read -r line || echo end',
      );
      const lines = stdout.toString().trim().split('\n');
      expect(lines.pop()).toBe('end');
      const names = lines.map((line) => line.split('=')[0] ?? '');
      const known = ['HOME', 'LC_ALL', 'OLDPWD', 'PATH', 'PWD', 'SHLVL', '_'];
      expect(names.filter((name) => !known.includes(name))).toEqual([]);
      expect(lines).toContain('LC_ALL=C');
      expect(stderr).toBe('');
    },
  );

  test('what the PAM session of sudo says around a script is not of the script', async () => {
    const transport = await connectAs('reset');
    for (const [script, status] of [
      ['printf whole', 0],
      ['printf whole; exit 3', 3],
      ['at_exit "printf whole"; sleep 0.1', 0],
    ] as const) {
      const { code, stdout, stderr } = await run(transport, script);
      expect([code, stdout.toString(), stderr]).toEqual([status, 'whole', '']);
    }
  });

  // Debian 13's sudo-rs does not know NOEXEC
  const withNoexec = versionOfRustSudo() === '0.2.5' ? leftOut : test;
  withNoexec('where sudo lets the shell start no program, that is what is said', async () => {
    const { finding } = await hostError(run(await connectAs('stopped'), 'echo no facts'));
    expect(finding.fact).toMatch(
      /^the shell that sudo starts for user stopped may not start programs: .*Permission denied/,
    );
    expect(finding.cause).toContain('noexec');
    expect(finding.fix).toContain('Defaults:stopped !noexec');
  });
});

describe('a host that is out of processes', () => {
  const hostKey = sshKeygen(folder, 'host', 'ed25519');
  const words = 'bash: fork: retry: Resource temporarily unavailable';

  async function connectWhere(login: (command: string) => string): Promise<Transport> {
    const server = await TestServer.start({ hostKeys: [hostKey.privateText], login });
    const transport = await connectTo(server.port, {
      key,
      pins: pinned(server.port, hostKey.host),
      user: 'root',
    });
    open.push(transport);
    servers.push(server);
    return transport;
  }

  test('what a script has read there does not count', async () => {
    const transport = await connectWhere((command) => command);
    const { finding } = await hostError(run(transport, `echo half; echo '${words}' >&2`));
    expect(finding.fact).toBe(
      `the host let it start no further program: ${words}; its results so far are discarded.`,
    );
    expect(finding.cause).toContain('TasksMax');
  });

  test('and cannot start the shell', async () => {
    const transport = await connectWhere(() => `echo '${words}' >&2; exit 254`);
    const { finding } = await hostError(run(transport, ':'));
    expect(finding.fact).toBe(`no further process can be started for user root: ${words}`);
  });
});
