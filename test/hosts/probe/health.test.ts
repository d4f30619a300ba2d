import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  HEALTH_PROGRAM,
  healthProbe,
  ProbeFormatError,
  parseHealthProbe,
} from '../../../src/hosts/probe/health-probe.ts';
import { IncompleteProbeError } from '../../../src/hosts/probe/sections.ts';
import { recorded, withSections } from './recorded.ts';

/** The answer of a real member that was rebooted once, without unused lists. */
const RECORDED = recorded('health-member');
const TIMING = { sentMs: 0, receivedMs: 0 };

const withSection = (name: string, text: string): string => withSections(RECORDED, { [name]: text });

describe('a recorded answer', () => {
  test('tells what the ordinary probe tells, and more', () => {
    const { facts, more, clientKey } = parseHealthProbe(RECORDED, TIMING);
    expect(facts.hostname).toBe('infra0');
    expect(more.filesystem).toMatchObject({ type: 'ext4', mountPoint: '/', readOnly: false });
    expect(more.kubeletHealthz).toBe('ok');
    expect(more.containers).toMatchObject([
      { running: true, attempt: 1, startedAt: '2026-11-30T10:38:23.177Z' },
      { running: false, attempt: 0, exitCode: 255, reason: 'Unknown' },
    ]);
    expect(more.containers[0]).not.toHaveProperty('finishedAt');
    expect(more.lastLog.every((line) => line.startsWith('{'))).toBe(true);
    expect([...more.publicKeys]).toContainEqual([
      '/etc/kubernetes/pki/etcd/server.key',
      '6bc21be6a6c50b933305b8329db2b32e1be9a89d2c17ef4709dc634232be71d8',
    ]);
    expect(clientKey).toBeUndefined();
  });

  test('the key that it was asked for is kept as it is', () => {
    const answer = withSection('health.client-key', 'KEY\n');
    expect(parseHealthProbe(answer, TIMING).clientKey?.toString()).toBe('KEY\n');
  });

  test.each([
    ['hung', { 'ran.health.containers': 'late 12\n' }, 'it did not end within 12 s'],
    [
      'failed',
      { 'ran.health.containers': '1\nDeadlineExceeded' },
      'it ended with exit code 1: DeadlineExceeded',
    ],
    [
      'said something else',
      { 'health.containers': 'level=warning' },
      expect.stringContaining('level=warning'),
    ],
    ['said nothing', { 'health.containers': undefined }, expect.any(String)],
  ])('that the runtime %s is not taken for a host without containers', (_, changes, words) => {
    expect(parseHealthProbe(RECORDED, TIMING).facts.unseen).toEqual([]);
    const { facts, more } = parseHealthProbe(withSections(RECORDED, changes), TIMING);
    expect(facts.unseen).toEqual([{ what: 'containers', program: 'crictl ps', words }]);
    expect(more.containers).toEqual([]);
  });

  test('a container that was not inspected is known by the list', () => {
    const { more } = parseHealthProbe(withSections(RECORDED, { 'health.container.0': undefined }), TIMING);
    expect(more.containers[0]).toMatchObject({ running: true, attempt: 1 });
    expect(more.containers[0]).not.toHaveProperty('startedAt');
  });

  test('the clock is compared by the four times of NTP', () => {
    // Sent at 1000 s, received from 1010 s to 1011 s, answered at 1003 s: 1 s on each way.
    const answer = withSection('clock', '1010000000 1011000000\n');
    const { clock } = parseHealthProbe(answer, { sentMs: 1_000_000, receivedMs: 1_003_000 }).more;
    expect(clock).toEqual({ offsetMs: 9_000, uncertaintyMs: 1_000 });
  });

  test.each([
    'health.mount',
    'health.healthz',
    'health.container.0',
    'health.log',
    'health.public-key:/etc/kubernetes/pki/etcd/peer.key',
  ])('without %s the rest is there', (key) => {
    expect(parseHealthProbe(withSection(key, ''), TIMING).facts.hostname).toBe('infra0');
  });

  test('one that was cut off, and one of another form, are reported as such', () => {
    const cut = RECORDED.slice(0, -10);
    expect(() => parseHealthProbe(cut, TIMING)).toThrow(IncompleteProbeError);
    expect(() => parseHealthProbe(withSection('health.format', '0'), TIMING)).toThrow(ProbeFormatError);
  });
});

describe('the probe as a program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'health-probe-'));
  const program = join(folder, 'probe');
  writeFileSync(program, HEALTH_PROGRAM, { mode: 0o755 });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('lies in docs as it is here', () => {
    const installed = join(import.meta.dirname, '../../../docs/least-privilege/etcd-ha-health-probe');
    expect(readFileSync(installed, 'utf8')).toBe(HEALTH_PROGRAM);
  });

  test('is bash without a fault', () => {
    execFileSync('bash', ['-n', program]);
    execFileSync('bash', ['-n', '-c', healthProbe({ dataDir: '/d', clientKey: true }).script]);
  });

  // The account that may run it by sudo can pass it anything.
  test.each([
    [['/var/lib/../etcd', 'no']],
    [['var/lib/etcd', 'no']],
    [['/var/lib/$(id)', 'no']],
    [['/d;id', 'no']],
    [['', 'no']],
    [['/d', 'maybe']],
    [['/d', 'yes', 'more']],
    [['/d', 'yes', '']],
    [['/d', 'yes', '/w/../x']],
    [['/d', 'yes', '/w', '/x']],
    [['/d']],
    [[]],
  ])('refuses %j', (argv) => {
    const { status, stdout, stderr } = spawnSync(program, argv, { encoding: 'utf8' });
    expect([status, stdout]).toEqual([95, '']);
    expect(stderr).toMatch(/^etcd-ha-health-probe: /);
  });

  test('has nothing in its environment, whatever sudo lets through', () => {
    const shown = join(folder, 'shown');
    const show = 'env; printf "arg %s\\n" "$@"; declare -F; shopt -qo posix && echo posix; exit 0\numask 077';
    writeFileSync(shown, HEALTH_PROGRAM.replace('umask 077', show), { mode: 0o755 });
    const { stdout, stderr } = spawnSync(shown, ['/a b', 'no'], {
      encoding: 'utf8',
      env: {
        PATH: '/nowhere:/usr/bin:/bin',
        HOME: '/nowhere',
        POSIXLY_CORRECT: '1',
        BASH_ENV: '/nowhere',
        SHELLOPTS: 'noclobber',
        CRI_CONFIG_FILE: '/nowhere',
        TMOUT: '1',
        LD_BIND_NOW: '1',
        'BASH_FUNC_env%%': '() { echo stolen; }',
      },
    });
    const lines = stdout.trim().split('\n');
    const names = lines.filter((line) => line.includes('=')).map((line) => line.split('=')[0]);
    expect(new Set(names)).toEqual(new Set(['HOME', 'LC_ALL', 'PATH', 'PWD', 'SHLVL', '_']));
    expect(lines.filter((line) => !line.includes('='))).toEqual(['arg /a b', 'arg no']);
    expect(lines).toContain('HOME=/root');
    expect(stderr).toBe('');
  });

  // The account could have it list another folder, or lead it there by a link.
  test.each([
    ['a folder that others may write in', (): string => tmpdir()],
    ['a folder below such a one', (): string => folder],
    ['a link below such a one', (): string => link('/root')],
    ['a part that is a link', (): string => `${link('/usr')}/lib`],
    ['a file', (): string => '/etc/passwd'],
  ])('refuses %s', (_, path) => {
    for (const argv of [
      [path(), 'no'],
      ['/nonexistent', 'no', path()],
    ]) {
      const { status, stdout, stderr } = spawnSync(program, argv, { encoding: 'utf8' });
      expect([status, stdout]).toEqual([95, '']);
      expect(stderr).toContain('is no folder that root alone may write in');
    }
  });

  function link(to: string): string {
    const path = join(folder, `link-${to.slice(1)}`);
    rmSync(path, { force: true });
    symlinkSync(to, path);
    return path;
  }

  test("tells of a folder of root's whether something is in it, and no name", () => {
    const { status, stdout } = spawnSync(program, ['/usr/lib', 'no'], { encoding: 'utf8' });
    expect(status).toBe(0);
    const { facts } = parseHealthProbe(stdout, TIMING);
    expect(facts.dataDir).toMatchObject({ exists: true, empty: false });
    const names = readdirSync('/usr/lib').filter((name) => name.length > 8);
    expect(names.filter((name) => stdout.includes(name))).toEqual([]);
  });

  test('is called by sudo with what it is asked, each word quoted', () => {
    const question = { dataDir: '/var/lib/etcd', clientKey: true };
    const { script, effect } = healthProbe(question, { program: '/usr/local/sbin/etcd-ha-health-probe' });
    expect(effect).toBe('reads');
    expect(script).toBe("exec sudo -n -- '/usr/local/sbin/etcd-ha-health-probe' '/var/lib/etcd' 'yes'");
    const withLog = healthProbe({ ...question, walDir: '/mnt/wal' }, { program: '/p' }).script;
    expect(withLog).toBe("exec sudo -n -- '/p' '/var/lib/etcd' 'yes' '/mnt/wal'");
  });
});
