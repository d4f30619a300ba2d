import { describe, expect, test } from '@jest/globals';
import {
  decodeAlarms,
  decodeMemberList,
  decodeRange,
  decodeStatus,
  decodeVersion,
  MessageError,
} from '../../src/etcd/messages.ts';
import { RECORDED_VERSIONS, recorded } from './recorded.ts';

describe.each(RECORDED_VERSIONS)('answers of etcd %s', (version) => {
  const answer = (name: string): unknown => JSON.parse(recorded(version, name).body);
  const minor = version.slice(0, 3);

  test('version', () => {
    expect(decodeVersion(answer('version'))).toEqual({ server: version, cluster: `${minor}.0` });
  });

  test('status: three members of one cluster, one of which leads', () => {
    const statuses = ['status-0', 'status-1', 'status-2'].map((name) => decodeStatus(answer(name)));
    expect(new Set(statuses.map(({ clusterId }) => clusterId)).size).toBe(1);
    expect(new Set(statuses.map(({ memberId }) => memberId)).size).toBe(3);
    expect(statuses.filter(({ leader, memberId }) => leader === memberId)).toHaveLength(1);
    for (const status of statuses) {
      expect(status).toMatchObject({
        version,
        raftIndex: 8,
        raftAppliedIndex: 8,
        raftTerm: 2,
        isLearner: false,
        errors: [],
      });
      expect(status.dbSize).toBeGreaterThanOrEqual(status.dbSizeInUse);
      expect(status.dbSizeInUse).toBeGreaterThan(0);
    }
  });

  test('status without a leader: the field is left out and means none', () => {
    const status = decodeStatus(answer('status-no-leader'));
    expect(status.leader).toBeNull();
    expect(status.errors[0]).toBe('etcdserver: no leader');
  });

  test('member list, the ids as in status', () => {
    const { members, clusterId } = decodeMemberList(answer('member-list'));
    expect(members.map(({ name }) => name).sort()).toEqual(['infra0', 'infra1', 'infra2']);
    const status = decodeStatus(answer('status-0'));
    expect(clusterId).toBe(status.clusterId);
    expect(members.find(({ name }) => name === 'infra0')?.id).toBe(status.memberId);
    for (const { id } of members) expect(id).toMatch(/^[1-9a-f][0-9a-f]{0,15}$/);
  });

  test('member list with a learner that has never started: no name, no client URL', () => {
    const { members } = decodeMemberList(answer('member-list-learner'));
    expect(members.find(({ isLearner }) => isLearner)).toMatchObject({
      name: '',
      peerUrls: ['https://127.11.0.9:2380'],
      clientUrls: [],
    });
  });

  test('alarms: none, and NOSPACE', () => {
    expect(decodeAlarms(answer('alarms-none'))).toEqual([]);
    expect(decodeAlarms(answer('alarms-nospace'))).toContainEqual({
      memberId: decodeStatus(answer('status-nospace')).memberId,
      alarm: 'NOSPACE',
    });
  });

  test('range: no such key, and a key', () => {
    expect(decodeRange(answer('range-absent'))).toEqual({ revision: 1 });
    expect(decodeRange(answer('range-present'))).toEqual({ revision: 2, value: Buffer.from('ok') });
  });
});

describe('forms', () => {
  const header = { cluster_id: '1', member_id: '2' };

  // Two ids that would be equal as JavaScript numbers.
  test('ids beyond 2^53 keep every digit, in hexadecimal', () => {
    const { members } = decodeMemberList({
      header: { cluster_id: '18446744073709551615' },
      members: [{ ID: '15796343585713461296' }, { ID: '15796343585713461297' }],
    });
    expect(members.map(({ id }) => id)).toEqual(['db37e2cc70789830', 'db37e2cc70789831']);
    expect(decodeStatus({ header: { ...header, cluster_id: '18446744073709551615' } }).clusterId).toBe(
      'f'.repeat(16),
    );
  });

  test('a message with nothing but a header is all zeros', () => {
    expect(decodeStatus({ header })).toEqual({
      memberId: '2',
      clusterId: '1',
      version: '',
      dbSize: 0,
      dbSizeInUse: 0,
      leader: null,
      raftIndex: 0,
      raftAppliedIndex: 0,
      raftTerm: 0,
      isLearner: false,
      errors: [],
    });
  });

  test.each([
    ['3000000', 3_000_000],
    ['0', undefined],
    ['-1', undefined],
    [undefined, undefined],
  ])('the quota %s of a database is %s', (dbSizeQuota, bytes) => {
    expect(decodeStatus({ header, dbSizeQuota }).dbSizeQuota).toBe(bytes);
  });

  test.each([
    ['text', () => decodeStatus('hello')],
    ['a quota that is no number', () => decodeStatus({ header, dbSizeQuota: '2Gi' })],
    ['null', () => decodeAlarms(null)],
    ['a list', () => decodeAlarms([])],
    ['no header', () => decodeMemberList({ members: [] })],
    ['an id as number', () => decodeMemberList({ header, members: [{ ID: 12 }] })],
    ['a negative index', () => decodeStatus({ header, raftIndex: '-1' })],
    ['a count that a number cannot hold', () => decodeStatus({ header, raftIndex: '9007199254740992' })],
    ['a member list that is none', () => decodeMemberList({ header, members: {} })],
    ['a URL that is no text', () => decodeMemberList({ header, members: [{ ID: '1', peerURLs: [1] }] })],
    ['a learner flag as text', () => decodeMemberList({ header, members: [{ ID: '1', isLearner: 'true' }] })],
    ['a version of something else', () => decodeVersion({ version: '1.2.3' })],
  ])('%s is refused, not guessed at', (_, decode) => {
    expect(decode).toThrow(MessageError);
  });
});
