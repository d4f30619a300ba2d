import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { HealthDocument } from '../../../../src/checks/health-document.ts';
import { prometheusText } from '../../../../src/operations/health/report/prometheus.ts';
import { degradedDocument, healthyDocument } from '../example-documents.ts';
import { parseExposition } from './exposition.ts';
import { hostile, hostileDocument } from './samples.ts';

function valueOf(
  document: HealthDocument,
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const all = { cluster: document.clusterName, ...labels };
  const same = (one: object): boolean =>
    JSON.stringify(Object.entries(one).toSorted()) === JSON.stringify(Object.entries(all).toSorted());
  return parseExposition(prometheusText(document)).find((one) => one.name === name && same(one.labels))
    ?.value;
}

describe('the metrics', () => {
  const document = degradedDocument();
  const infra0 = { member: 'infra0' };
  test.each([
    ['etcd_ha_healthy', {}, 0],
    ['etcd_ha_status', { status: 'fail' }, 1],
    ['etcd_ha_status', { status: 'ok' }, 0],
    ['etcd_ha_failure_tolerance', {}, 0],
    ['etcd_ha_last_check_timestamp_seconds', {}, Date.UTC(2026, 10, 24, 5, 17) / 1000],
    ['etcd_ha_last_check_duration_seconds', {}, 1.284],
    ['etcd_ha_check_status', { check: 'leader' }, 0],
    ['etcd_ha_check_status', { check: 'quorum' }, 1],
    ['etcd_ha_check_status', { check: 'endpoint', member: 'infra2' }, 2],
    ['etcd_ha_check_status', { check: 'clock', member: 'infra2' }, 3],
    [
      'etcd_ha_check_status',
      { check: 'certificate', ...infra0, subject: '/etc/kubernetes/pki/etcd/server.crt' },
      2,
    ],
    ['etcd_ha_member_status', infra0, 2],
    ['etcd_ha_member_reachable', { member: 'infra2' }, 0],
    ['etcd_ha_member_is_leader', { member: 'infra1' }, 1],
    ['etcd_ha_member_is_leader', infra0, 0],
    ['etcd_ha_member_version_info', { ...infra0, version: '3.6.5' }, 1],
    ['etcd_ha_linearizable_read_seconds', infra0, 0.0614],
    ['etcd_ha_serializable_read_seconds', infra0, 0.00061],
    ['etcd_ha_round_trip_seconds', infra0, 0.00042],
    ['etcd_ha_ssh_round_trip_seconds', infra0, 0.00035],
    ['etcd_ha_db_size_bytes', infra0, 212 * 1024 ** 2],
    ['etcd_ha_db_in_use_bytes', infra0, 187 * 1024 ** 2],
    ['etcd_ha_db_quota_bytes', infra0, 2 * 1024 ** 3],
    ['etcd_ha_raft_index', infra0, 182_734],
    ['etcd_ha_raft_applied_index', infra0, 182_734],
    ['etcd_ha_raft_lag_entries', { member: 'infra1' }, 1],
    ['etcd_ha_leader_changes', infra0, 2],
    ['etcd_ha_wal_fsync_p99_seconds', infra0, 0.048],
    ['etcd_ha_wal_fsync_observations', infra0, 812],
    ['etcd_ha_backend_commit_p99_seconds', infra0, 0.0071],
    ['etcd_ha_backend_commit_observations', infra0, 20_118],
    ['etcd_ha_peer_round_trip_p99_seconds', { ...infra0, peer: 'infra1' }, 0.0016],
    ['etcd_ha_peer_round_trip_observations', { ...infra0, peer: 'infra1' }, 2_880],
    ['etcd_ha_clock_offset_seconds', infra0, 0.0004],
    ['etcd_ha_disk_free_bytes', infra0, 31_000 * 1024 ** 2],
    ['etcd_ha_disk_size_bytes', infra0, 40_000 * 1024 ** 2],
    ['etcd_ha_restarts', infra0, 0],
    [
      'etcd_ha_certificate_not_after_timestamp_seconds',
      { ...infra0, place: 'disk', where: '/etc/kubernetes/pki/etcd/server.crt', subject: 'CN=infra0' },
      Date.UTC(2026, 10, 29, 5, 17, 1) / 1000,
    ],
  ])('%s %j', (name, labels, value) => {
    expect(valueOf(document, name, labels)).toBe(value);
  });

  test('what could not be seen is left out, a metric of which nothing could be seen with its HELP', () => {
    const text = prometheusText({ ...document, failureTolerance: null, members: [] });
    expect(text).not.toContain('etcd_ha_failure_tolerance');
    expect(text).not.toContain('etcd_ha_db_size_bytes');
    expect(
      parseExposition(prometheusText(document))
        .filter(({ labels }) => labels['member'] === 'infra2' && !('check' in labels))
        .map(({ name }) => name),
    ).toEqual(['etcd_ha_member_status', 'etcd_ha_member_reachable']);
  });

  test('labels say what a host says, whatever it is', () => {
    const series = parseExposition(prometheusText(hostileDocument()));
    expect(series.find(({ name }) => name === 'etcd_ha_healthy')?.labels['cluster']).toBe(
      hostile.toWellFormed(),
    );
  });

  test('of two that are the same series, the worse check and the certificate that ends first', () => {
    const [ca] = document.certificates;
    const [check] = document.checks;
    if (ca === undefined || check === undefined) throw new Error('The example is empty.');
    const twice: HealthDocument = {
      ...document,
      checks: [{ ...check, status: 'unknown' }, check, { ...check, status: 'ok', code: null }],
      certificates: [ca, { ...ca, notAfter: '2026-12-01T00:00:00.000Z' }],
    };
    expect(valueOf(twice, 'etcd_ha_check_status', { check: 'endpoint', member: 'infra2' })).toBe(2);
    const { member, place, where, subject } = ca;
    expect(
      valueOf(twice, 'etcd_ha_certificate_not_after_timestamp_seconds', { member, place, where, subject }),
    ).toBe(Date.UTC(2026, 11, 1) / 1000);
  });

  test('are all in the documentation, and no others', () => {
    const documentation = readFileSync('docs/health-report.md', 'utf8');
    const documented = new Set([...documentation.matchAll(/`(etcd_ha_\w+)`/g)].map(([, name]) => name));
    expect(documented).toEqual(
      new Set(parseExposition(prometheusText(healthyDocument())).map(({ name }) => name)),
    );
  });
});

test('the parser of this test refuses other formats', () => {
  const good = '# HELP a b\n# TYPE a gauge\na{c="d"} 1\n';
  expect(parseExposition(good)).toHaveLength(1);
  for (const bad of [
    good.trim(),
    `${good}a{c="d"} 1\n`,
    `${good}${good}`,
    'a{c="d"} 1\n',
    good.replace('"d"', '"d""'),
  ]) {
    expect(() => parseExposition(bad)).toThrow();
  }
});
