import { describe, expect, test } from '@jest/globals';
import {
  ABSENT,
  auditOfHost,
  type AuditRecord,
  type AuditStep,
  formatAuditLine,
  MOST_BYTES_OF_RECORD,
} from '../../src/plan/audit-record.ts';

const step = (host: string, title = 'deliver files'): AuditStep => ({
  host,
  stage: 'Files',
  title,
  durationMs: 12,
  outcome: 'succeeded',
  before: { '/etc/kubernetes/pki/etcd/ca.crt': ABSENT },
  after: { '/etc/kubernetes/pki/etcd/ca.crt': 'a'.repeat(64) },
});

const record: AuditRecord = {
  schema: 1,
  actor: 'octocat',
  run: 'https://github.com/o/r/actions/runs/1',
  repository: 'o/r',
  workflow: 'etcd',
  commit: 'c'.repeat(40),
  operation: 'deploy',
  cluster: 'etcd',
  verdict: 'create',
  inputDigest: '1'.repeat(64),
  planDigest: '2'.repeat(64),
  startedAt: '2026-01-02T03:04:05Z',
  endedAt: '2026-01-02T03:04:20Z',
  durationMs: 15_000,
  outcome: 'succeeded',
  takenOver: [
    { host: 'infra0', run: 'https://github.com/o/r/actions/runs/0', why: 'connection ended' },
    { host: 'infra1', why: 'no heartbeat' },
  ],
  steps: [step('infra0'), step('infra1'), step('infra0', 'start member')],
};

describe('the line of a record', () => {
  test('is one line that gives the record back', () => {
    const line = formatAuditLine({ ...record, workflow: 'two\nlines' });
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual({ ...record, workflow: 'two\nlines' });
  });

  test('too long, tells how many steps there were', () => {
    const steps = Array.from({ length: 1000 }, () => step('infra0'));
    const line = formatAuditLine({ ...record, steps });
    expect(Buffer.byteLength(line)).toBeLessThan(2000);
    expect({ ...(JSON.parse(line) as object), steps: record.steps }).toEqual({
      ...record,
      stepCount: 1000,
      note: `the 1000 steps were left out: with them the record has more than ${MOST_BYTES_OF_RECORD} bytes`,
    });
    expect(line).not.toContain('"steps"');
  });

  test('is measured in bytes, not characters', () => {
    const long = { ...record, workflow: '\u{1F511}'.repeat(50) };
    const characters = JSON.stringify(long).length;
    expect(formatAuditLine(long, characters)).toContain('"stepCount":3');
    expect(formatAuditLine(long, Buffer.byteLength(JSON.stringify(long)))).toContain('"steps":[');
  });
});

describe('the record of one host', () => {
  test('has that host’s steps and take-overs alone', () => {
    const own = auditOfHost(record, 'infra1');
    expect(own.steps).toEqual([step('infra1')]);
    expect(own.takenOver).toEqual([{ host: 'infra1', why: 'no heartbeat' }]);
    expect({ ...own, steps: record.steps, takenOver: record.takenOver }).toEqual(record);
  });

  test('says nothing of take-overs where there were none', () => {
    expect(auditOfHost(record, 'infra2')).not.toHaveProperty('takenOver');
  });
});
