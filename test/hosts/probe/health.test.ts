import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { HEALTH_PROGRAM, healthProbe } from '../../../src/hosts/probe/health-probe.ts';
import { OtherFormat, parseHealth } from '../../../src/hosts/probe/parse-health.ts';
import { IncompleteProbe } from '../../../src/hosts/probe/parse-probe.ts';

/** The answer of a real member that was rebooted once; lists that nothing here reads were taken out. */
const RECORDED = readFileSync(join(import.meta.dirname, 'recorded/health-member.txt'), 'utf8');
const TIMING = { sentMs: 0, receivedMs: 0 };

/** The recorded answer with another value, or without it. */
function withValue(key: string, value?: string): string {
  const line = value === undefined ? '' : `${key} ${Buffer.from(value).toString('base64')}\n`;
  return RECORDED.replace(new RegExp(`^${key.replaceAll('.', '\\.')} .*\\n`, 'm'), line);
}

describe('a recorded answer', () => {
  test('tells what the ordinary probe tells, and more', () => {
    const { facts, more, clientKey } = parseHealth('10.77.0.10', RECORDED, TIMING);
    expect(facts.hostname).toBe('infra0');
    expect(more.filesystem).toMatchObject({ type: 'ext4', mountPoint: '/', readOnly: false });
    expect(more.kubeletHealthz).toBe('ok');
    expect(more.containers).toMatchObject([
      { running: true, attempt: 1, startedAt: '2026-11-24T07:50:39.542Z' },
      { running: false, attempt: 0, exitCode: 255, reason: 'Unknown' },
    ]);
    expect(more.containers[0]).not.toHaveProperty('finishedAt');
    expect(more.lastLog.every((line) => line.startsWith('{'))).toBe(true);
    expect([...more.publicKeys.keys()]).toContain('/etc/kubernetes/pki/etcd/server.key');
    expect(clientKey).toBeUndefined();
  });

  test('the key that it was asked for is kept as it is', () => {
    const answer = withValue('health.healthz', 'ok').replace(
      'health.format',
      `health.client-key ${Buffer.from('KEY\n').toString('base64')}\nhealth.format`,
    );
    expect(parseHealth('10.77.0.10', answer, TIMING).clientKey?.toString()).toBe('KEY\n');
  });

  test('the clock is compared by the four times of NTP', () => {
    // sent at 1000 s, there from 1010 s to 1011 s, back at 1003 s: 1 s on each way
    const answer = withValue('health.clock', '1010000000 1011000000');
    const { clock } = parseHealth('10.77.0.10', answer, { sentMs: 1_000_000, receivedMs: 1_003_000 }).more;
    expect(clock).toEqual({ offsetMs: 9_000, uncertaintyMs: 1_000 });
  });

  test.each(['health.filesystem', 'health.healthz', 'health.pod', 'health.log', 'health.public-keys'])(
    'without %s the rest is there',
    (key) => {
      expect(parseHealth('10.77.0.10', withValue(key, ''), TIMING).facts.hostname).toBe('infra0');
    },
  );

  test('one that was cut off, and one of another form, are told as such', () => {
    const cut = RECORDED.slice(0, RECORDED.indexOf('\nend'));
    expect(() => parseHealth('10.77.0.10', cut, TIMING)).toThrow(IncompleteProbe);
    expect(() => parseHealth('10.77.0.10', withValue('health.format', '0'), TIMING)).toThrow(OtherFormat);
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

  // Whoever may run it by sudo may give it anything.
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

  test('is called by sudo with what it is asked, each word quoted', () => {
    const question = { dataDir: '/var/lib/etcd', clientKey: true };
    const { script, effect } = healthProbe(question, { program: '/usr/local/sbin/etcd-ha-health-probe' });
    expect(effect).toBe('reads');
    expect(script).toBe("exec sudo -n -- '/usr/local/sbin/etcd-ha-health-probe' '/var/lib/etcd' 'yes'");
    const withLog = healthProbe({ ...question, walDir: '/mnt/wal' }, { program: '/p' }).script;
    expect(withLog).toBe("exec sudo -n -- '/p' '/var/lib/etcd' 'yes' '/mnt/wal'");
  });
});
