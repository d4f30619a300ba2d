import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/client.ts';
import type { ActionRun } from '../github/runner.ts';
import { isListening } from '../hosts/ssh/tools.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { finding, logOf, succeeded } from './support/expect-run.ts';
import { filesWith, hostFilesWith, seenIn, watchProcesses } from './support/secrets.ts';

jest.setTimeout(15 * 60_000);

// All obstacles to a login at once: the runner reaches only infra0, and comes through infra0 and infra1 to all hosts,
// with a key of its own for the two; the hosts accept an agent's key, sudo asks for a password, PAM counts wrong ones,
// host keys are pinned by fingerprints, and sshd permits as little as possible.
const PASSWORD = 'Tr0ub4dor & "3"';
const ACCOUNTS = `
useradd --create-home --shell /bin/sh ops
useradd --create-home --shell /usr/sbin/nologin jump
chpasswd
for user in ops jump; do install -d -m 0700 -o $user -g $user /home/$user/.ssh; done
echo 'ops ALL=(root) ALL' > /etc/sudoers.d/ops
echo 'Defaults:ops lecture=always' >> /etc/sudoers.d/ops
chmod 0440 /etc/sudoers.d/ops
echo 'echo noise; echo noise >&2' > /home/ops/.profile
cat > /etc/pam.d/sudo << 'END'
auth required pam_faillock.so preauth silent deny=3
auth [success=1 default=ignore] pam_unix.so
auth [default=die] pam_faillock.so authfail deny=3
auth required pam_permit.so
account include common-account
session include common-session-noninteractive
END
cat > /etc/ssh/sshd_config.d/20-hard.conf << 'END'
HostKeyAlgorithms ssh-ed25519
KexAlgorithms curve25519-sha256
Ciphers chacha20-poly1305@openssh.com
MaxSessions 2
MaxStartups 2:50:5
MaxAuthTries 3
LoginGraceTime 30
Banner /etc/issue.net
END
systemctl reload ssh
`;
/** Prints the size of pam_faillock's records of wrong passwords, 64 bytes each. */
const FAILURES = 'cat /run/faillock/ops 2> /dev/null | wc -c';

const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-access-'));
const agentSocket = join(folder, 'agent');
let agent: ChildProcess | undefined;
let lab: Lab;
let inputs: Record<string, string>;
let run: ActionRun;
let processes: { arguments: string; environments: string };

beforeAll(async () => {
  lab = await freshLab();
  const [login, jump] = [newKey('login'), newKey('jump')];
  await Promise.all(
    lab.hosts.map(async ({ name }) => {
      await lab.sh(name, ACCOUNTS, { stdin: `ops:${PASSWORD}\n` });
      await lab.sh(name, 'cat > /home/ops/.ssh/authorized_keys', { stdin: login.publicKey });
      await lab.sh(name, 'cat > /home/jump/.ssh/authorized_keys', {
        stdin: `restrict,port-forwarding ${jump.publicKey}`,
      });
    }),
  );
  for (const { address } of lab.hosts.slice(1)) inRunner('ip', 'route', 'add', 'blackhole', address);
  agent = spawn('ssh-agent', ['-D', '-a', agentSocket], { stdio: 'ignore' });
  while (!(await isListening(agentSocket))) await sleep(20);
  execFileSync('ssh-add', ['-q', login.path], { env: { ...process.env, SSH_AUTH_SOCK: agentSocket } });
  inputs = {
    'ssh-user': 'ops',
    'ssh-private-key': '',
    'sudo-password': PASSWORD,
    'ssh-bastion': 'jump@10.77.0.10, jump@10.77.0.11',
    'ssh-bastion-private-key': jump.privateKey,
    'ssh-known-hosts': '',
    'ssh-host-fingerprints': fingerprints(),
  };
  const watch = watchProcesses();
  try {
    run = await runHere({}, folder);
  } finally {
    processes = watch.stop();
  }
});

afterAll(async () => {
  agent?.kill();
  rmSync(folder, { recursive: true, force: true });
  await lab.down();
});

function runHere(changes: Readonly<Record<string, string>>, workFolder?: string): Promise<ActionRun> {
  return runInLab(lab, deployInputs(lab, { ...inputs, ...changes }), {
    env: { SSH_AUTH_SOCK: agentSocket },
    ...(workFolder === undefined ? {} : { workFolder: mkdtempSync(join(workFolder, 'work-')) }),
  });
}

function inRunner(...argv: readonly string[]): void {
  const [program = '', ...rest] = lab.inRunner(argv);
  execFileSync(program, rest);
}

function newKey(name: string): { path: string; privateKey: string; publicKey: string } {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path]);
  return { path, privateKey: readFileSync(path, 'utf8'), publicKey: readFileSync(`${path}.pub`, 'utf8') };
}

/**
 * Returns the fingerprints that ssh-keygen prints for the lab's known_hosts, also those of key types that no host has
 * any more.
 */
function fingerprints(): string {
  const file = join(folder, 'known_hosts');
  writeFileSync(file, lab.knownHosts);
  return execFileSync('ssh-keygen', ['-lf', file], { encoding: 'utf8' });
}

/** Returns users and origins of a host's logins, without the lab's own. */
async function logins(host: string): Promise<string[]> {
  const log = await lab.sh(
    host,
    "journalctl -b -t sshd -o cat --no-pager | grep -E '^Accepted .* for (ops|jump) ' || true",
  );
  return log
    .trim()
    .split('\n')
    .map((line) => line.replace(/^Accepted publickey for (\S+) from (\S+) .*$/, '$1 $2'));
}

describe('the hard way in', () => {
  test('a cluster is set up', async () => {
    succeeded(run);
    expect(run.outputs).toMatchObject({ healthy: 'true', changed: 'true' });
    await assertOneClusterHealthy(lab);
  });

  test('the log says which way was taken, and with which keys', () => {
    expect(logOf(run)).toContain(
      'Route: this runner → jump@10.77.0.10:22 → jump@10.77.0.11:22 → 10.77.0.10:22, 10.77.0.11:22, ',
    );
    expect(logOf(run).match(/Route:/g)).toHaveLength(1);
    expect(logOf(run)).toMatch(/Keys of the ssh-agent: ssh-ed25519 SHA256:/);
  });

  test('one connection to each bastion and host, each from the machine before it', async () => {
    expect((await logins('infra0')).toSorted()).toEqual(['jump 10.77.0.1', 'ops 10.77.0.11']);
    expect((await logins('infra1')).toSorted()).toEqual(['jump 10.77.0.10', 'ops 10.77.0.11']);
    expect(await logins('infra2')).toEqual(['ops 10.77.0.11']);
  });

  test('PAM has seen no wrong password and no unanswered question', async () => {
    for (const { name } of lab.hosts) expect((await lab.sh(name, FAILURES)).trim()).toBe('0');
  });

  test('the password is nowhere', async () => {
    const pieces = [PASSWORD];
    expect(seenIn(processes.arguments, pieces)).toBe(false);
    expect(seenIn(processes.environments, pieces)).toBe(false);
    expect(seenIn([logOf(run), JSON.stringify(run.outputs), run.summary].join('\n'), pieces)).toBe(false);
    expect(filesWith(folder, pieces)).toEqual([]);
    expect(await hostFilesWith(lab, 'infra1', pieces)).toEqual([]);
  });

  test('another run changes nothing', async () => {
    expect(succeeded(await runHere({})).outputs).toMatchObject({ healthy: 'true', changed: 'false' });
  });
});

describe('what does not let in', () => {
  test('a wrong password: one failed try for the whole run, and one message for each host', async () => {
    const { log, conclusion } = await runHere({ 'sudo-password': 'not this one' });
    expect(conclusion).toBe('failure');
    const text = log.join('\n');
    expect(text).toMatch(/sudo does not accept the password/);
    expect(
      text.match(/the action did not send it, because 10\.77\.0\.1\d has refused it/g)?.length,
    ).toBeGreaterThanOrEqual(2);
    const failures = await Promise.all(lab.hosts.map(({ name }) => lab.sh(name, FAILURES)));
    expect(failures.map(Number).toSorted()).toEqual([0, 0, 64]);
  });

  test('a bastion with another key than is pinned is reported once, and no host of it', async () => {
    const other = `10.77.0.11 SHA256:${'A'.repeat(43)}`;
    const pins = fingerprints()
      .split('\n')
      .filter((line) => !line.includes('10.77.0.11'));
    const { log } = await runHere({ 'ssh-host-fingerprints': [...pins, other].join('\n') });
    const told = log.filter((line) => finding('bastion 10.77.0.11', 'the host shows the key').test(line));
    expect(told).toHaveLength(1);
  });

  test('an agent that has ended', async () => {
    agent?.kill();
    const { log, conclusion } = await runHere({});
    expect(conclusion).toBe('failure');
    expect(log.join('\n')).toMatch(finding(undefined, 'the ssh-agent at .* does not answer'));
    expect(log.join('\n')).not.toContain('Route:');
  });
});

test('keys that are taken unseen are reported, as lines that pin them', async () => {
  const before = succeeded(
    await runInLab(lab, {
      ...deployInputs(lab, { 'dry-run': 'true', 'ssh-bastion': 'ubuntu@10.77.0.10, ubuntu@10.77.0.11' }),
      'ssh-known-hosts': lab.knownHosts
        .split('\n')
        .filter((line) => line.startsWith('10.77.0.10 '))
        .join('\n'),
      'host-key-policy': 'accept-new',
    }),
  );
  const lines = (before.outputs['accepted-host-keys'] ?? '').split('\n').toSorted();
  const known = lab.knownHosts.split('\n').filter((line) => /^10\.77\.0\.1[12] ssh-ed25519/.test(line));
  expect(lines).toEqual(known.toSorted());
  expect(before.annotations.filter(({ message }) => message.includes('was accepted unverified'))).not.toEqual(
    [],
  );
});
