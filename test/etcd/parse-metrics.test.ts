import { expect, test } from '@jest/globals';
import { parseMetrics, windowOf } from '../../src/etcd/metrics.ts';

const SCRAPE = `# HELP etcd_disk_wal_fsync_duration_seconds The latency distributions of fsync called by WAL.
# TYPE etcd_disk_wal_fsync_duration_seconds histogram
etcd_disk_wal_fsync_duration_seconds_bucket{le="0.001"} 3
etcd_disk_wal_fsync_duration_seconds_bucket{le="0.002"} 9
etcd_disk_wal_fsync_duration_seconds_bucket{le="+Inf"} 10
etcd_disk_wal_fsync_duration_seconds_sum 0.021
etcd_disk_wal_fsync_duration_seconds_count 10
etcd_network_peer_round_trip_time_seconds_bucket{To="91bc3c398fb3c146",le="0.0001"} 1
etcd_network_peer_round_trip_time_seconds_bucket{To="91bc3c398fb3c146",le="+Inf"} 2
etcd_network_peer_round_trip_time_seconds_sum{To="91bc3c398fb3c146"} 0.5
etcd_network_peer_round_trip_time_seconds_count{To="91bc3c398fb3c146"} 2
etcd_server_leader_changes_seen_total 4
etcd_server_quota_backend_bytes 2.147483648e+09
etcd_server_version{server_version="3.6.5"} 1
etcd_server_proposals_pending NaN
process_start_time_seconds 1.76e+09
something_else{le="0.001"} 3
`;

test('wanted metrics are read, others are skipped', () => {
  expect(parseMetrics(SCRAPE)).toEqual({
    version: '3.6.5',
    walFsync: {
      buckets: [
        { le: 0.001, count: 3 },
        { le: 0.002, count: 9 },
        { le: Infinity, count: 10 },
      ],
      sumSeconds: 0.021,
      count: 10,
    },
    peerRoundTrips: new Map([
      [
        '91bc3c398fb3c146',
        {
          buckets: [
            { le: 0.0001, count: 1 },
            { le: Infinity, count: 2 },
          ],
          sumSeconds: 0.5,
          count: 2,
        },
      ],
    ]),
    leaderChanges: 4,
    quotaBytes: 2_147_483_648,
    startedAt: 1_760_000_000,
  });
});

test.each(['', '<html>', 'etcd_server_version', 'etcd_disk_wal_fsync_duration_seconds_count 10'])(
  'of %j nothing is made up',
  (text) => expect(parseMetrics(text)).toEqual({ peerRoundTrips: new Map() }),
);

test('a window holds only its own observations', () => {
  const later = SCRAPE.replace('le="0.002"} 9', 'le="0.002"} 12')
    .replaceAll('le="+Inf"} 10', 'le="+Inf"} 15')
    .replace('_count 10', '_count 15')
    .replace('_sum 0.021', '_sum 0.026')
    .replace('seen_total 4', 'seen_total 5');
  const window = windowOf(parseMetrics(later), parseMetrics(SCRAPE));
  expect(window.walFsync?.buckets.map(({ count }) => count)).toEqual([0, 3, 5]);
  expect(window.walFsync?.count).toBe(5);
  expect(window.walFsync?.sumSeconds).toBeCloseTo(0.005);
  expect(window.leaderChanges).toBe(1);
  expect(window.quotaBytes).toBe(2_147_483_648);
  expect(window.peerRoundTrips.get('91bc3c398fb3c146')?.count).toBe(0);
});

// Its counters restarted at zero: differences would be negative.
test('a member that was restarted in between is shown since its start', () => {
  const restarted = parseMetrics(SCRAPE.replace('1.76e+09', '1.77e+09').replace('_count 10', '_count 2'));
  expect(windowOf(restarted, parseMetrics(SCRAPE))).toBe(restarted);
});
