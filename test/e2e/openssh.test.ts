import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../lab/client.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { logOf, succeeded } from './support/expect-run.ts';
import { patientHealth } from './support/health.ts';
import { filesWith, hostFilesWith, piecesOf, seenIn, watchProcesses } from './support/secrets.ts';

jest.setTimeout(15 * 60_000);

// Only the runner's own ssh supports this: the hosts know no key of the user except the authority of its certificate,
// the runner knows none of the hosts except the authority of theirs, and the key exchange is post-quantum. Besides,
// nothing is forwarded, and sudo asks for a password.
const PASSWORD = 'Tr0ub4dor & "3"';
const ACCOUNT = `
useradd --create-home --shell /bin/bash ops
chpasswd
echo 'ops ALL=(root) ALL' > /etc/sudoers.d/ops
chmod 0440 /etc/sudoers.d/ops
cat > /etc/ssh/sshd_config.d/20-openssh.conf << 'END'
TrustedUserCAKeys /etc/ssh/users.pub
HostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub
KexAlgorithms sntrup761x25519-sha512@openssh.com
AllowTcpForwarding no
END
systemctl reload ssh
`;

const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-openssh-'));
let lab: Lab;
let inputs: Record<string, string>;
let pieces: readonly string[];
let run: ActionRun;
let processes: { arguments: string; environments: string };

beforeAll(async () => {
  lab = await freshLab();
  const [authority, login] = [newKey('authority'), newKey('login')];
  await Promise.all(
    lab.hosts.map(async ({ name, address }) => {
      await lab.sh(name, 'cat > /etc/ssh/users.pub', { stdin: read('authority.pub') });
      writeFileSync(join(folder, `${name}.pub`), await lab.sh(name, 'cat /etc/ssh/ssh_host_ed25519_key.pub'));
      sign(authority, '-h', '-n', address, join(folder, `${name}.pub`));
      await lab.sh(name, 'cat > /etc/ssh/ssh_host_ed25519_key-cert.pub', { stdin: read(`${name}-cert.pub`) });
      await lab.sh(name, ACCOUNT, { stdin: `ops:${PASSWORD}\n` });
    }),
  );
  sign(authority, '-n', 'ops', '-V', '-5m:+1h', `${login}.pub`);
  inputs = {
    transport: 'openssh',
    'ssh-user': 'ops',
    'ssh-private-key': read('login'),
    'ssh-certificate': read('login-cert.pub'),
    'ssh-known-hosts': `@cert-authority 10.77.0.* ${read('authority.pub')}`,
    'sudo-password': PASSWORD,
  };
  pieces = [PASSWORD, ...piecesOf([read('login')])];
  rmSync(login); // the one file on this machine that may have it
  const watch = watchProcesses();
  try {
    run = await runHere({}, mkdtempSync(join(folder, 'work-')));
  } finally {
    processes = watch.stop();
  }
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await lab.down();
});

function runHere(changes: Readonly<Record<string, string>>, workFolder?: string): Promise<ActionRun> {
  return runInLab(lab, deployInputs(lab, { ...inputs, ...changes }), workFolder ? { workFolder } : {});
}

function newKey(name: string): string {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path]);
  return path;
}

function sign(authority: string, ...options: readonly string[]): void {
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'lab', ...options]);
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

test('a cluster is set up', async () => {
  succeeded(run);
  expect(run.outputs).toMatchObject({ healthy: 'true', changed: 'true' });
  expect(run.annotations).toEqual([]);
  expect(logOf(run)).toContain('The SSH server does not forward TCP connections for this user');
  await assertOneClusterHealthy(lab);
});

test('one login on each host, by the certificate', async () => {
  for (const { name } of lab.hosts) {
    const log = await lab.sh(
      name,
      "journalctl -b -t sshd -o cat --no-pager | grep -E '^Accepted .* for ops '",
    );
    expect(log.trim().split('\n')).toEqual([expect.stringMatching(/ED25519-CERT .* ID lab .* CA ED25519/)]);
  }
});

test('key and password are in no file, command line or environment, and no process is left', async () => {
  expect(pieces.length).toBeGreaterThan(3);
  expect(seenIn(processes.arguments, ['ssh-agent'])).toBe(true);
  expect(seenIn(processes.arguments, pieces)).toBe(false);
  expect(seenIn(processes.environments, pieces)).toBe(false);
  expect(seenIn([logOf(run), JSON.stringify(run.outputs), run.summary].join('\n'), pieces)).toBe(false);
  expect(filesWith(folder, pieces)).toEqual([]);
  expect(await hostFilesWith(lab, 'infra1', pieces)).toEqual([]);
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(`${folder}/work-`);
});

test('run again it changes nothing, and a health check works', async () => {
  expect(succeeded(await runHere({})).outputs).toMatchObject({ healthy: 'true', changed: 'false' });
  const health = succeeded(await runHere({ operation: 'health', ...patientHealth }));
  expect(health.outputs['status']).toBe('ok');
});

test('a host with the certificate of another authority is refused', async () => {
  newKey('stranger');
  const { log, conclusion } = await runHere({
    'ssh-known-hosts': `@cert-authority 10.77.0.* ${read('stranger.pub')}`,
  });
  expect(conclusion).toBe('failure');
  expect(log.join('\n').match(/the certificate of the host is not accepted/g)?.length).toBe(3);
});
