import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../lab/client.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';

jest.setTimeout(15 * 60_000);

let lab: Lab;
const keys = mkdtempSync(join(tmpdir(), 'etcd-ha-keys-'));

beforeAll(async () => {
  lab = await freshLab();
});
afterAll(async () => {
  rmSync(keys, { recursive: true, force: true });
  await lab.down();
});

/** Returns every file of every host that a deploy could change, and the process of its kubelet's supervisor. */
function hostsAsTheyAre(): Promise<string[]> {
  return Promise.all(
    lab.hosts.map(({ name }) =>
      lab.sh(
        name,
        'find /etc /var/lib/etcd /run -xdev -type f -newer /etc/machine-id -path "*etcd*" -printf "%p %T@\\n"; find /etc/kubernetes /etc/systemd -type f -printf "%p %T@\\n" | sort',
      ),
    ),
  );
}

/** Runs a deploy that must fail, and returns its log and duration. */
async function failingDeploy(
  changes: Readonly<Record<string, string>>,
): Promise<{ log: string; seconds: number }> {
  const run = await runInLab(lab, deployInputs(lab, changes));
  expect(run.conclusion).toBe('failure');
  const { verdict = 'refuse', ...outputs } = run.outputs;
  expect({ ...outputs, verdict }).toEqual({ healthy: 'false', changed: 'false', verdict: 'refuse' });
  expect(run.summary).not.toBe('');
  return { log: run.log.join('\n'), seconds: run.main.durationMs / 1000 };
}

/** Creates a key pair and returns the private key's text. */
function newKey(name: string, passphrase: string): { privateKey: string; publicKey: string } {
  const file = join(keys, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', file]);
  return { privateKey: readFileSync(file, 'utf8'), publicKey: readFileSync(`${file}.pub`, 'utf8') };
}

/** Accepted and refused logins in sshd's log. */
const LOGINS =
  "journalctl -b -t sshd -o cat --no-pager | grep -cE 'Accepted|Failed|Invalid user|preauth.*authenticating' || true";

let before: string[];
beforeEach(async () => {
  before = await hostsAsTheyAre();
});

describe('a run that cannot get in touches nothing and says why', () => {
  test('a host key that is not the known one: stops before the login', async () => {
    const stranger = newKey('stranger', '').publicKey.split(' ').slice(0, 2).join(' ');
    const others = lab.knownHosts.split('\n').filter((line) => !line.startsWith('10.77.0.11 '));
    const logins = await lab.sh('infra1', LOGINS);
    const { log } = await failingDeploy({
      'ssh-known-hosts': [...others, `10.77.0.11 ${stranger}`].join('\n'),
    });
    expect(log).toMatch(/\[10\.77\.0\.11\].*SHA256:/);
    expect(log).toMatch(/10\.77\.0\.11 ssh-ed25519 AAAA/); // the line to add
    expect(await lab.sh('infra1', LOGINS)).toBe(logins);
    expect(await hostsAsTheyAre()).toEqual(before);
  });

  test('a host without any known key', async () => {
    const others = lab.knownHosts.split('\n').filter((line) => !line.startsWith('10.77.0.12 '));
    const { log } = await failingDeploy({ 'ssh-known-hosts': others.join('\n') });
    expect(log).toMatch(/\[10\.77\.0\.12\]/);
    expect(await hostsAsTheyAre()).toEqual(before);
  });

  test('a wrong passphrase, before any connection', async () => {
    const { privateKey } = newKey('locked', 'right one');
    const { log, seconds } = await failingDeploy({
      'ssh-private-key': privateKey,
      'ssh-key-passphrase': 'wrong one',
    });
    expect(log).toMatch(/ssh-key-passphrase/);
    expect(log).not.toContain('Connecting to');
    expect(log).not.toContain('wrong one');
    expect(seconds).toBeLessThan(10);
  });

  test('a key that no host knows', async () => {
    const { privateKey } = newKey('unknown', '');
    const { log } = await failingDeploy({ 'ssh-private-key': privateKey });
    for (const { address } of lab.hosts) expect(log).toMatch(new RegExp(`\\[${address}\\] .*SHA256:`));
    expect(log).toMatch(/authorized_keys/);
  });

  test('a user that does not exist', async () => {
    const { log } = await failingDeploy({ 'ssh-user': 'nobody-here' });
    expect(log).toMatch(/nobody-here/);
  });

  test('sudo that asks for a password', async () => {
    const rule = (await lab.sh('infra2', "grep -rl '^ubuntu' /etc/sudoers.d")).trim();
    await lab.sh('infra2', `sed -i 's/NOPASSWD://' ${rule}`);
    try {
      const { log } = await failingDeploy({});
      expect(log).toMatch(/\[10\.77\.0\.12\].*password/);
      expect(log).toMatch(/ubuntu ALL=\(root\) NOPASSWD: ALL/);
      expect(log).not.toMatch(/\[10\.77\.0\.10\]/);
    } finally {
      await lab.sh(
        'infra2',
        `sed -i 's/ALL=(ALL) *ALL/ALL=(ALL) NOPASSWD:ALL/' ${rule}; sudo -n -u ubuntu sudo -n true`,
      );
    }
    expect(await hostsAsTheyAre()).toEqual(before);
  });

  test('a closed port', async () => {
    const { log, seconds } = await failingDeploy({
      'ssh-port': '2222',
      'ssh-known-hosts': lab.knownHosts.replaceAll(/^(10\.77\.0\.\d+) /gm, '[$1]:2222 '),
    });
    expect(log).toMatch(/10\.77\.0\.10:2222 refuses connections/);
    expect(seconds).toBeLessThan(30);
  });

  test('a host that is down: the others are named as reached, the one is named as not', async () => {
    await lab.link('infra1', 'down');
    try {
      const { log, seconds } = await failingDeploy({});
      expect(log).toMatch(/\[10\.77\.0\.11\]/);
      expect(seconds).toBeLessThan(60);
    } finally {
      await lab.link('infra1', 'up');
    }
    expect(await hostsAsTheyAre()).toEqual(before);
  });
});

describe('a run that would harm something refuses before it touches anything', () => {
  test('data of an earlier etcd on one host', async () => {
    await lab.sh(
      'infra1',
      'mkdir -p -m 700 /var/lib/etcd/member/wal && echo x > /var/lib/etcd/member/wal/0-0.wal',
    );
    before = await hostsAsTheyAre();
    const { log } = await failingDeploy({});
    expect(log).toMatch(/\[infra1\].*did not set up: a member's data/);
    expect(await hostsAsTheyAre()).toEqual(before);
    expect(await lab.sh('infra1', 'cat /var/lib/etcd/member/wal/0-0.wal')).toBe('x\n');
    await lab.sh('infra1', 'rm -r /var/lib/etcd');
  });

  test('a node of a Kubernetes cluster, and a kubelet with other pods: both are reported at once', async () => {
    await lab.sh('infra0', 'touch /etc/kubernetes/kubelet.conf');
    await lab.sh('infra2', 'touch /etc/kubernetes/manifests/web.yaml');
    before = await hostsAsTheyAre();
    const { log } = await failingDeploy({});
    expect(log).toMatch(/\[infra0\].*node of a Kubernetes cluster/);
    expect(log).toMatch(/\[infra2\].*web\.yaml/);
    expect(await hostsAsTheyAre()).toEqual(before);
    await lab.sh('infra0', 'rm /etc/kubernetes/kubelet.conf');
    await lab.sh('infra2', 'rm /etc/kubernetes/manifests/web.yaml');
  });

  test('members that cannot reach each other', async () => {
    await lab.partition('infra0', 'infra2');
    try {
      const { log } = await failingDeploy({});
      expect(log).toMatch(/\[infra0\].*cannot reach 10\.77\.0\.12 on TCP port 2380/);
      expect(log).toMatch(/\[infra2\].*cannot reach 10\.77\.0\.10 on TCP port 2379/);
    } finally {
      await lab.heal();
    }
    expect(await hostsAsTheyAre()).toEqual(before);
  });

  test('programs that are missing', async () => {
    await lab.sh(
      'infra1',
      'mv /usr/bin/kubelet /usr/bin/kubelet.away; mv /usr/bin/kubeadm /usr/bin/kubeadm.away',
    );
    const { log } = await failingDeploy({});
    expect(log).toMatch(/\[infra1\].*kubelet is not installed/);
    expect(log).toMatch(/\[infra1\].*kubeadm is not installed/);
    await lab.sh(
      'infra1',
      'mv /usr/bin/kubelet.away /usr/bin/kubelet; mv /usr/bin/kubeadm.away /usr/bin/kubeadm',
    );
  });

  test('all bad inputs at once, before any connection', async () => {
    const { log } = await failingDeploy({
      hosts: '10.77.0.10,10.77.0.11',
      'client-port': '99999',
      'key-algorithm': 'DSA',
      hosst: 'x',
    });
    for (const name of ['hosts', 'client-port', 'key-algorithm', 'hosst'])
      expect(log).toMatch(new RegExp(name));
    expect(log).not.toContain('Connecting to');
  });
});
