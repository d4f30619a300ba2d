/**
 * etcd's messages as its JSON gateway writes them (api/etcdserverpb/rpc.proto): 64-bit integers as strings, bytes as
 * base64, and every zero, false or empty field left out. Everything here is pure.
 */

/** A member or cluster id: lower-case hexadecimal without leading zeros, as etcdctl and etcd's log print it. */
export type EtcdId = string;

/** One entry of the member list. */
export interface ListedMember {
  readonly id: EtcdId;
  /** Empty until the member has started for the first time. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  /** Empty until the member has started for the first time. */
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

/** The member list as one member knows it. */
export interface MemberList {
  readonly clusterId: EtcdId;
  readonly members: readonly ListedMember[];
}

/** The status of one member. */
export interface MemberStatus {
  readonly memberId: EtcdId;
  readonly clusterId: EtcdId;
  readonly version: string;
  /** Bytes of the database file. */
  readonly dbSize: number;
  /** Bytes of the file that are in use. */
  readonly dbSizeInUse: number;
  /** Bytes above which it accepts no writes; absent if it has no quota, or does not tell a default one (before 3.6.6). */
  readonly dbSizeQuota?: number;
  /** The leader as this member knows it; null if it knows none. */
  readonly leader: EtcdId | null;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  readonly raftTerm: number;
  readonly isLearner: boolean;
  /** etcd's own words: `etcdserver: no leader`, and one line per alarm. */
  readonly errors: readonly string[];
}

/** An alarm that is raised by one member and affects the whole cluster. */
export interface Alarm {
  readonly memberId: EtcdId;
  /** `NOSPACE`, `CORRUPT`, or an alarm of a later etcd. */
  readonly alarm: string;
}

/** Answer of GET /version. */
export interface ServerVersion {
  readonly server: string;
  /** The version that all members agreed on; `not_decided` at first. */
  readonly cluster: string;
}

/** The result of a range over one key. */
export interface RangeResult {
  /** The store's revision when it was read. */
  readonly revision: number;
  /** Absent if there is no such key. */
  readonly value?: Buffer;
}

/** Answer of HashKV: the hash of the key space up to a revision; comparable between members at equal revisions. */
export interface HashKv {
  readonly memberId: EtcdId;
  readonly hash: number;
  /** Revisions below it were compacted, -1: none yet; two hashes are comparable only if it is equal. */
  readonly compactRevision: number;
  /** The revision that was hashed: reported by etcd from 3.6 on, else the requested one. */
  readonly hashRevision: number;
  /** The store's revision when it answered. */
  readonly revision: number;
}

/** The answer lacks a required field, or has it in another form. */
export class MessageError extends Error {
  override name = 'MessageError';
}

/** @throws MessageError */
export function decodeMemberList(message: unknown): MemberList {
  const fields = asObject(message, 'the answer');
  return {
    clusterId: id(header(fields), 'cluster_id'),
    members: list(fields, 'members').map((entry) => decodeMember(asObject(entry, 'a member'))),
  };
}

/** @throws MessageError */
export function decodeStatus(message: unknown): MemberStatus {
  const fields = asObject(message, 'the answer');
  const leader = id(fields, 'leader');
  return {
    memberId: id(header(fields), 'member_id'),
    clusterId: id(header(fields), 'cluster_id'),
    version: text(fields, 'version'),
    dbSize: count(fields, 'dbSize'),
    dbSizeInUse: count(fields, 'dbSizeInUse'),
    ...quotaIn(fields),
    leader: leader === '0' ? null : leader,
    raftIndex: count(fields, 'raftIndex'),
    raftAppliedIndex: count(fields, 'raftAppliedIndex'),
    raftTerm: count(fields, 'raftTerm'),
    isLearner: flag(fields, 'isLearner'),
    errors: texts(fields, 'errors'),
  };
}

/** A quota below zero is none (server/storage/quota.go). */
function quotaIn(fields: Fields): Pick<MemberStatus, 'dbSizeQuota'> {
  const isNone = /^-\d{1,19}$/.test(text(fields, 'dbSizeQuota'));
  const dbSizeQuota = isNone ? 0 : count(fields, 'dbSizeQuota');
  return dbSizeQuota === 0 ? {} : { dbSizeQuota };
}

/**
 * Decodes alarms; etcd 3.4 answers `{}`, without a header, if there is none.
 * @throws MessageError
 */
export function decodeAlarms(message: unknown): Alarm[] {
  return list(asObject(message, 'the answer'), 'alarms').map((entry) => {
    const fields = asObject(entry, 'an alarm');
    return { memberId: id(fields, 'memberID'), alarm: text(fields, 'alarm') };
  });
}

/** @throws MessageError */
export function decodeVersion(message: unknown): ServerVersion {
  const fields = asObject(message, 'the answer');
  const server = text(fields, 'etcdserver');
  if (server === '') throw new MessageError('it has no "etcdserver"');
  return { server, cluster: text(fields, 'etcdcluster') };
}

/**
 * Decodes the first key of a range.
 * @throws MessageError
 */
export function decodeRange(message: unknown): RangeResult {
  const fields = asObject(message, 'the answer');
  const revision = count(header(fields), 'revision');
  const [first] = list(fields, 'kvs');
  if (first === undefined) return { revision };
  return { revision, value: Buffer.from(text(asObject(first, 'a key'), 'value'), 'base64') };
}

/** Decodes how many keys a range has. @throws MessageError */
export function decodeCount(message: unknown): number {
  return count(asObject(message, 'the answer'), 'count');
}

/**
 * Decodes a hash.
 * @param asked the requested revision.
 * @throws MessageError, also for an answer of Hash: it hashes the whole file, which differs between members.
 */
export function decodeHashKv(message: unknown, asked: number): HashKv {
  const fields = asObject(message, 'the answer');
  // Never 0, which would be left out: -1 until the first compaction (server/storage/mvcc/kvstore.go).
  if (fields['compact_revision'] === undefined) throw new MessageError('it has no "compact_revision"');
  const { hash = 0, compact_revision: compacted } = fields;
  if (typeof hash !== 'number') throw new MessageError('"hash" is not a number');
  const hashRevision = count(fields, 'hash_revision');
  return {
    memberId: id(header(fields), 'member_id'),
    hash,
    compactRevision: compacted === '-1' ? -1 : count(fields, 'compact_revision'),
    hashRevision: hashRevision === 0 ? asked : hashRevision,
    revision: count(header(fields), 'revision'),
  };
}

function decodeMember(fields: Fields): ListedMember {
  return {
    id: id(fields, 'ID'),
    name: text(fields, 'name'),
    peerUrls: texts(fields, 'peerURLs'),
    clientUrls: texts(fields, 'clientURLs'),
    isLearner: flag(fields, 'isLearner'),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function asObject(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MessageError(`${what} is not an object`);
  }
  return value as Fields;
}

function header(fields: Fields): Fields {
  return asObject(fields['header'], '"header"');
}

/** Reads an unsigned 64-bit integer as an id; beyond 2^53 only its text is exact. */
function id(fields: Fields, name: string): EtcdId {
  return wholeNumber(fields, name).toString(16);
}

/**
 * Reads a 64-bit integer that counts something (bytes, log entries, revisions) as a number. Such a count does not come
 * near 2^53; a larger one is refused, never rounded.
 */
function count(fields: Fields, name: string): number {
  const value = wholeNumber(fields, name);
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new MessageError(`"${name}" is ${value}, beyond all reason`);
  return Number(value);
}

function wholeNumber(fields: Fields, name: string): bigint {
  const value = fields[name] ?? '0';
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value);
  throw new MessageError(`"${name}" is not a whole number in quotes`);
}

function text(fields: Fields, name: string): string {
  const value = fields[name] ?? '';
  if (typeof value !== 'string') throw new MessageError(`"${name}" is not text`);
  return value;
}

function flag(fields: Fields, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value !== 'boolean') throw new MessageError(`"${name}" is neither true nor false`);
  return value;
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name] ?? [];
  if (!Array.isArray(value)) throw new MessageError(`"${name}" is not a list`);
  return value;
}

function texts(fields: Fields, name: string): string[] {
  return list(fields, name).map((entry) => {
    if (typeof entry !== 'string') throw new MessageError(`"${name}" holds something else than text`);
    return entry;
  });
}
