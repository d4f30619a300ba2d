import { expect, test } from '@jest/globals';
import {
  decodeAlarms,
  decodeHashKv,
  decodeMemberList,
  decodeRange,
  decodeStatus,
  decodeVersion,
  MessageError,
} from '../../src/etcd/messages.ts';
import { parseMetrics } from '../../src/etcd/metrics.ts';
import { numbers, oneOf, spoiled, withStrangePart } from '../fuzz.ts';
import { RECORDED_VERSIONS, recorded } from './recorded.ts';

// A proxy, another release or a broken member may answer anything: an answer is either read or refused.
test.each<[string, (message: unknown) => unknown]>([
  ['version', decodeVersion],
  ['status-0', decodeStatus],
  ['status-no-leader', decodeStatus],
  ['member-list', decodeMemberList],
  ['alarms-nospace', decodeAlarms],
  ['range-present', decodeRange],
  ['range-present', (message) => decodeHashKv(message, 1)],
])('any answer in place of %s is read or told', (name, decode) => {
  const random = numbers(1);
  for (let time = 0; time < 300; time += 1) {
    const message = withStrangePart(
      JSON.parse(recorded(oneOf(RECORDED_VERSIONS, random), name).body),
      random,
    );
    try {
      expect(decode(message)).toBeDefined();
    } catch (error) {
      if (!(error instanceof MessageError))
        throw new Error(`neither read nor told: ${JSON.stringify(message)}`, { cause: error });
    }
  }
});

test('any metrics are read as far as they can be', () => {
  const random = numbers(1);
  const text = `
etcd_disk_wal_fsync_duration_seconds_bucket{le="0.001"} 2
etcd_disk_wal_fsync_duration_seconds_bucket{le="+Inf"} 10
etcd_network_peer_round_trip_time_seconds_bucket{To="1f",le="0.0001"} 4
etcd_mvcc_db_total_size_in_bytes 24576
etcd_server_quota_backend_bytes 2.147483648e+09
process_start_time_seconds 1.76e+09
`;
  for (let time = 0; time < 500; time += 1) {
    const { peerRoundTrips, ...others } = parseMetrics(spoiled(text, random));
    expect(peerRoundTrips).toBeInstanceOf(Map);
    for (const value of Object.values(others)) expect(value).not.toBeNaN();
  }
});
