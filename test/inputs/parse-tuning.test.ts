import { describe, expect, test } from '@jest/globals';
import { findingOf, findingsOf, settingsOf } from './given.ts';

describe('inputs become flags of etcd, sorted among the others', () => {
  test('all of them', () => {
    const settings = settingsOf({
      'heartbeat-interval': '250ms',
      'election-timeout': '2500',
      'quota-backend-bytes': '8Gi',
      'auto-compaction-mode': 'revision',
      'auto-compaction-retention': '10000',
      'extra-args': 'snapshot-count: 5000\nenable-pprof: true',
    });
    expect(settings.extraArgs.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'auto-compaction-mode=revision',
      'auto-compaction-retention=10000',
      'election-timeout=2500',
      'enable-pprof=true',
      'heartbeat-interval=250',
      'quota-backend-bytes=8589934592',
      'snapshot-count=5000',
    ]);
    expect(settings.warnings).toEqual([]);
  });

  test('and none where nothing is given: etcd keeps its own', () => {
    expect(settingsOf({}).extraArgs).toEqual([]);
  });

  test.each([
    ['16777216', '16777216'],
    ['16Mi', '16777216'],
    ['512MiB', '536870912'],
    ['2 GiB', '2147483648'],
  ])('a quota of %s', (written, value) => {
    expect(settingsOf({ 'quota-backend-bytes': written }).extraArgs).toEqual([
      { name: 'quota-backend-bytes', value },
    ]);
  });

  test('a quota beyond what etcd advises is a warning', () => {
    expect(settingsOf({ 'quota-backend-bytes': '16Gi' }).warnings).toEqual([
      expect.objectContaining({ at: 'quota-backend-bytes', fact: expect.stringContaining('more than 8Gi') }),
    ]);
  });

  test.each(['5m', '1h30m', '90s', '0', '12h0m30s'])('history of %s', (retention) => {
    expect(settingsOf({ 'auto-compaction-retention': retention }).extraArgs).toEqual([
      { name: 'auto-compaction-retention', value: retention },
    ]);
  });
});

describe('refused is', () => {
  test.each([
    ['heartbeat-interval', '0.5', 'not a whole number from 1 to 50000'],
    ['heartbeat-interval', '1s', 'not a whole number'],
    ['election-timeout', '50001', 'not a whole number from 1 to 50000'],
    ['quota-backend-bytes', '8', 'not between 16Mi and 1024Gi'],
    ['quota-backend-bytes', '2048Gi', 'not between'],
    ['quota-backend-bytes', '8GB', 'not a number of bytes'],
    ['quota-backend-bytes', '-1', 'not a number of bytes'],
    ['quota-backend-bytes', '8e9', 'not a number of bytes'],
    ['auto-compaction-mode', 'hourly', 'not one of periodic, revision'],
    ['auto-compaction-mode', 'revision', 'the mode alone has no effect'],
    ['auto-compaction-retention', '8', 'has no unit; etcd reads it as hours'],
    ['auto-compaction-retention', '1d', 'is not a duration'],
    ['auto-compaction-retention', '-1h', 'is not a duration'],
    ['auto-compaction-retention', '30m1h', 'is not a duration'],
  ])('%s: %s', (input, value, fact) => {
    expect(findingsOf({ [input]: value })).toContainEqual(
      expect.objectContaining({ at: input, fact: expect.stringContaining(fact), fix: expect.any(String) }),
    );
  });

  // server/embed/etcd.go would read it as 3.6 × 10¹² revisions.
  test('a time where revisions are counted', () => {
    expect(
      findingOf({ 'auto-compaction-mode': 'revision', 'auto-compaction-retention': '1h' }),
    ).toMatchObject({
      at: 'auto-compaction-retention',
      fact: expect.stringContaining('number of revisions'),
    });
  });

  test.each([
    ['heartbeat-interval: 300 alone', { 'heartbeat-interval': '300' }, 'election-timeout: 3000'],
    ['election-timeout: 400 alone', { 'election-timeout': '400' }, 'election-timeout: 1000'],
    [
      'one of the two among the other flags',
      { 'heartbeat-interval': '300', 'extra-args': 'election-timeout: 1499' },
      'election-timeout: 3000',
    ],
    ['both among the other flags', { 'extra-args': 'heartbeat-interval: 300' }, 'election-timeout: 3000'],
    [
      'a heartbeat that no election timeout fits',
      { 'heartbeat-interval': '20000', 'election-timeout': '50000' },
      'heartbeat-interval: 1000 and election-timeout: 10000',
    ],
  ])('a pair with which etcd ends at once: %s', (_what, inputs, fix) => {
    expect(findingOf(inputs)).toMatchObject({
      at: 'election-timeout',
      fact: expect.stringContaining('less than five times'),
      fix: expect.stringContaining(fix),
    });
  });

  test('exactly five times is enough', () => {
    expect(settingsOf({ 'heartbeat-interval': '200', 'election-timeout': '1000' }).extraArgs).toHaveLength(2);
  });

  test('an election timeout among the other flags that etcd does not take', () => {
    expect(findingOf({ 'extra-args': 'election-timeout: 60000' }).fact).toContain('more than 50000 ms');
  });

  test('a flag given in both ways', () => {
    expect(findingOf({ 'quota-backend-bytes': '4Gi', 'extra-args': 'quota-backend-bytes: 1' })).toMatchObject(
      {
        at: 'quota-backend-bytes',
        fact: 'quota-backend-bytes is given in extra-args too.',
      },
    );
  });
});
