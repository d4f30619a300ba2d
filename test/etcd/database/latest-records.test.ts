import { describe, expect, test } from '@jest/globals';
import { LatestRecords } from '../../../src/etcd/database/latest-records.ts';
import { numbers } from '../../fuzz.ts';
import { type KeyRevision, liveKeys, randomHistory, recordOf } from './key-space.ts';

/** Takes all passes; returns how many there were. */
function read(records: LatestRecords, history: readonly KeyRevision[]): number {
  let passes = 0;
  do {
    passes += 1;
    for (const { key, value } of history.map(recordOf)) {
      records.begin(key, 0, key.length);
      records.piece(value, 0, value.length);
      records.end();
    }
  } while (records.endPass());
  return passes;
}

describe('more keys than a table holds', () => {
  test.each([
    [16, 100],
    [64, 1000],
    [512, 1000],
  ])('%i slots, %i keys: the same in several passes', (slots, keys) => {
    const history = randomHistory(2000, keys, numbers(keys));
    const options = { atRevision: 1700, rememberedTo: 1500 };
    const one = new LatestRecords(options, 1e6);
    expect(read(one, history)).toBe(1);
    const many = new LatestRecords(options, 1e6, slots);
    expect(read(many, history)).toBeGreaterThan(keys / slots / 2);
    expect(one.liveKeys).toBe(liveKeys(history));
    expect([many.liveKeys, many.latest, many.count, many.newest]).toEqual([
      one.liveKeys,
      one.latest,
      one.count,
      one.newest,
    ]);
    const positions = history.map((_, position) => position);
    expect(positions.filter((position) => many.isLatest(position))).toEqual(
      positions.filter((position) => one.isLatest(position)),
    );
  });
});

test('the latest records are those that no later one replaces, up to the revision', () => {
  const history = randomHistory(300, 200, numbers(3));
  const records = new LatestRecords({ atRevision: 200, rememberedTo: 150 }, 1e6);
  read(records, history);
  const expected = history
    .map((revision, position) => ({ revision, position }))
    .filter(
      ({ revision, position }) =>
        revision.main <= 150 &&
        !revision.isTombstone &&
        !history.slice(position + 1).some(({ key, main }) => key === revision.key && main <= 200),
    );
  expect(expected.length).toBeGreaterThan(0);
  expect(history.flatMap((_, position) => (records.isLatest(position) ? [position] : []))).toEqual(
    expected.map(({ position }) => position),
  );
});
