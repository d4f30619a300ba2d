import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import { afterAll, afterEach, expect, test } from '@jest/globals';

import { TrialGate } from '../../../src/hosts/root-shell/channel-slots.ts';
import { PasswordRejectedError } from '../../../src/hosts/root-shell/sudo-dialogue.ts';
import type { Transport } from '../../../src/hosts/transport.ts';
import { connectTo, hostError, pinned, usableKey } from '../ssh/client.ts';
import { sshKeygen, TemporaryFolder } from '../ssh/tools.ts';
import { TestServer } from '../ssh2/server.ts';

const folder = new TemporaryFolder();
const hostKey = sshKeygen(folder, 'host', 'ed25519');
const key = usableKey(sshKeygen(folder, 'login', 'ed25519').privateText);
const toStop: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});
afterAll(() => folder.remove());

/** A stand-in for sudo-rs, which Debian 12 lacks, with its words and its prompt. The password is `right`. */
const SUDO_RS = `#!/bin/bash
[ "$1 $2" = "--stdin -p" ] && [ "$4" = -- ] || exit 90
for try in 1 2 3; do
  printf '[sudo: %s] Password: ' "$3" >&2
  IFS= read -r password || { echo >&2; echo 'sudo: Password entry timed out' >&2; exit 1; }
  echo >&2
  echo "$password" >> ${folder.at('sent')}
  [ "$password" = right ] && { shift 4; exec "$@"; }
  echo 'sudo: Authentication failed, try again.' >&2
done
echo 'sudo: Maximum 3 incorrect authentication attempts' >&2
exit 1
`;
/** A stand-in for a sudo whose PAM stack has a module that asks for a code. */
const SECOND_FACTOR = `#!/bin/bash
printf '%s' "$3" >&2
IFS= read -r password
printf '%s' "$3" >&2
IFS= read -r code || exit 1
exit 1
`;

/** A stand-in for sudo-rs behind pam_faillock, which ends a wrong attempt differently from pam_unix. */
const SUDO_RS_FAILLOCK = `#!/bin/bash
printf '[sudo: %s] Password: ' "$3" >&2
IFS= read -r password
echo "$password" >> ${folder.at('sent')}
echo 'sudo-rs: PAM error: Permission denied' >&2
exit 1
`;
/** A stand-in for sudo-rs whose PAM stack has a module that asks for a visible code. */
const SEEN_CODE = `#!/bin/bash
printf '[sudo: %s] Password: ' "$3" >&2
IFS= read -r password
printf '[sudo: input needed] Verification code:  ' >&2
IFS= read -r code || exit 1
exit 1
`;
/** A stand-in for sudo-rs that may not ask: PAM counts each call as a failed attempt. */
const SUDO_RS_SILENT = `#!/bin/bash
echo "$*" >> ${folder.at('sent')}
echo 'sudo-rs: interactive authentication is required' >&2
exit 1
`;

for (const [name, text] of Object.entries({
  'sudo-rs': SUDO_RS,
  'sudo-rs-silent': SUDO_RS_SILENT,
  'sudo-rs-faillock': SUDO_RS_FAILLOCK,
  'second-factor': SECOND_FACTOR,
  'seen-code': SEEN_CODE,
})) {
  mkdirSync(folder.at(name));
  writeFileSync(folder.at(`${name}/sudo`), text);
  chmodSync(folder.at(`${name}/sudo`), 0o755);
}

async function connectWith(sudo: string, password?: string): Promise<Transport> {
  const server = await TestServer.start({ hostKeys: [hostKey.privateText], path: folder.at(sudo) });
  toStop.push(() => server.stop());
  const gate = new TrialGate((error) => error instanceof PasswordRejectedError);
  const transport = await connectTo(server.port, {
    key,
    pins: pinned(server.port, hostKey.host),
    ...(password === undefined ? {} : { sudo: { password, gate } }),
  });
  toStop.push(() => transport.close());
  return transport;
}

const step = { title: 'a step', effect: 'reads', timeoutMs: 5000 } as const;

test('sudo-rs takes the right password', async () => {
  const transport = await connectWith('sudo-rs', 'right');
  const result = await transport.run({ ...step, script: 'cat', input: Buffer.from('input') });
  expect(result.stdout.toString()).toBe('input');
});

test.each(['sudo-rs', 'sudo-rs-faillock'])('a wrong one is sent to %s once', async (sudo) => {
  writeFileSync(folder.at('sent'), '');
  const transport = await connectWith(sudo, 'wrong');
  const errors = await Promise.all([1, 2, 3].map(() => hostError(transport.run({ ...step, script: ':' }))));
  for (const { message } of errors) expect(message).toContain('sudo does not accept the password');
  expect(folder.read('sent')).toBe('wrong\n');
});

test('sudo-rs that may not ask is called once, however many scripts there are', async () => {
  writeFileSync(folder.at('sent'), '');
  const transport = await connectWith('sudo-rs-silent');
  while (folder.read('sent') === '') await setTimeout(20);
  await setTimeout(200); // the shell that was started ahead has failed by now
  const scripts = [1, 2, 3].map(() => hostError(transport.run({ ...step, script: ':' })));
  for (const { message } of await Promise.all(scripts)) {
    expect(message).toContain('sudo asks user ubuntu for a password');
  }
  expect(folder.read('sent').trim().split('\n')).toHaveLength(1);
});

/** As env of uutils before 0.2: it also looks for its own flags after the command's name. */
const ENV = `#!/bin/bash
words=()
for word; do if [ "$word" != -S ]; then words+=("$word"); fi; done
exec /usr/bin/env "\${words[@]}"
`;

test('the password is asked for where env takes -S for its own', async () => {
  writeFileSync(folder.at('sudo-rs/env'), ENV, { mode: 0o755 });
  try {
    const transport = await connectWith('sudo-rs', 'right');
    expect((await transport.run({ ...step, script: 'echo root' })).stdout.toString()).toBe('root\n');
  } finally {
    rmSync(folder.at('sudo-rs/env'));
  }
});

test.each(['second-factor', 'seen-code'])('a %s is distinguished from a wrong password', async (sudo) => {
  const transport = await connectWith(sudo, 'right');
  const error = await hostError(transport.run({ ...step, script: ':' }));
  expect(error.message).toContain('sudo asks user ubuntu for more than the password');
});

/** Asks for the password with sudo's prompt, for any user, and then runs the requested shell. */
const asks = (command: string): string => `printf 'etcd-ha-sudo-password:' >&2; sleep 0.3; ${command}`;

test.each([
  ['user root', { user: 'root' }],
  ['a user whose own bash runs scripts', { privilege: 'login' }],
] as const)('%s: sudo is not started, and whatever asks for its password does not get it', async (_, who) => {
  const server = await TestServer.start({ hostKeys: [hostKey.privateText], login: asks });
  toStop.push(() => server.stop());
  const gate = new TrialGate((error) => error instanceof PasswordRejectedError);
  const transport = await connectTo(server.port, {
    key,
    pins: pinned(server.port, hostKey.host),
    sudo: { password: 'right', gate },
    ...who,
  });
  toStop.push(() => transport.close());
  const script = 'cat';
  const result = await transport.run({ title: 'a step', effect: 'reads', script, timeoutMs: 5000 });
  expect(result).toMatchObject({ code: 0, stdout: Buffer.alloc(0) });
  expect(server.commands.join()).not.toContain('sudo -');
});
