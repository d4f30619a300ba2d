import { describe, expect, test } from '@jest/globals';
import { examineDatabase } from '../../../src/etcd/database/examine.ts';
import { hashKvOf, storeRevisionOf } from '../../../src/etcd/database/hash-kv.ts';
import { DatabaseError } from '../../../src/etcd/database/pages.ts';
import { numbers, oneOf, spoiledBytes } from '../../fuzz.ts';
import { buildDatabase, BRANCH, type Entry, FREELIST, LEAF, seal, uint64 } from './build-database.ts';
import { keyValue, randomHistory, recordOf } from './key-space.ts';
import { fileOf, READING, recordedDatabase, sourceOf } from './recorded.ts';

const PAGE = 4096;
const records = randomHistory(200, 40, numbers(2)).map(recordOf);
const whole = buildDatabase({ buckets: { key: records }, freePages: 3 });

/** The first page of a kind that a condition names. */
function pageOf(file: Buffer, kind: number, suits: (page: Buffer) => boolean = () => true): Buffer {
  for (let offset = 2 * PAGE; offset < file.length; offset += PAGE) {
    const page = file.subarray(offset, offset + PAGE);
    if (page.readUInt16LE(8) === kind && suits(page)) return page;
  }
  throw new Error('there is no such page');
}

const idOf = (page: Buffer): number => Number(page.readBigUInt64LE());

/** A leaf of the bucket `key`, and a branch above it. */
const keyLeaf = (file: Buffer): Buffer => pageOf(file, LEAF, (page) => page.readUInt16LE(10) === 20);
const branch = (file: Buffer): Buffer => pageOf(file, BRANCH);
const names = (file: Buffer): Buffer => pageOf(file, LEAF, (page) => page.readUInt32LE(16) === 1);
const freelist = (file: Buffer): Buffer => pageOf(file, FREELIST);

async function problemOf(file: Buffer): Promise<string> {
  const error: unknown = await examineDatabase(sourceOf(file), READING).then(
    (summary) => JSON.stringify(summary),
    (reason: unknown) => reason,
  );
  if (!(error instanceof DatabaseError))
    throw new Error(`no DatabaseError: ${String(error)}`, { cause: error });
  return error.message;
}

const both = (change: (meta: Buffer) => void) => (file: Buffer) => {
  change(file.subarray(0, PAGE));
  change(file.subarray(PAGE, 2 * PAGE));
  seal(file);
};

const DAMAGES: readonly [string, (file: Buffer) => unknown, string | RegExp][] = [
  ['nothing at all', () => Buffer.alloc(0), 'neither of the two meta pages is valid'],
  ['a few bytes', (file) => file.subarray(0, 90), /^neither|^the file has 90 bytes/],
  ['zeros', () => Buffer.alloc(5 * PAGE), 'neither of the two meta pages is valid'],
  [
    'both meta pages flipped in a byte',
    (file) => {
      file[40] = 0xff;
      file[PAGE + 40] = 0xff;
    },
    'neither of the two meta pages is valid',
  ],
  [
    'both meta pages of another version',
    both((meta) => meta.writeUInt32LE(3, 20)),
    'neither of the two meta pages is valid',
  ],
  ['page size 0', both((meta) => meta.writeUInt32LE(0, 24)), 'neither of the two meta pages is valid'],
  ['page size 4097', both((meta) => meta.writeUInt32LE(4097, 24)), 'neither of the two meta pages is valid'],
  [
    'cut by a byte',
    (file) => file.subarray(0, -1),
    `the file has ${whole.length - 1} bytes, and its pages take ${whole.length / PAGE} times 4096 bytes`,
  ],
  [
    'more pages than any file has',
    both((meta) => meta.writeBigUInt64LE(2n ** 64n - 1n, 56)),
    /^the file has \d+ bytes, and its pages take 18446744073709552000 times/,
  ],
  [
    'fewer pages than are used',
    both((meta) => meta.writeBigUInt64LE(5n, 56)),
    /^there is a reference to page \d+, and the last one is 4$/,
  ],
  [
    'the tree of buckets on a meta page',
    both((meta) => meta.writeBigUInt64LE(1n, 32)),
    'page 1 is used twice',
  ],
  [
    'the tree of buckets on a free page',
    both((meta) => meta.writeBigUInt64LE(BigInt(whole.length / PAGE - 1), 32)),
    /^page \d+ is page 0 by its own header$/,
  ],
  [
    'the list of free pages on a leaf',
    both((meta) => meta.writeBigUInt64LE(BigInt(idOf(keyLeaf(whole))), 48)),
    /^page \d+ is not the list of free pages$/,
  ],
  [
    'another page by its header',
    (file) => keyLeaf(file).writeBigUInt64LE(77n),
    /^page \d+ is page 77 by its own header$/,
  ],
  [
    'a page of no kind',
    (file) => keyLeaf(file).writeUInt16LE(3, 8),
    /^page \d+ is in a tree, and is neither a branch nor a leaf$/,
  ],
  ['a page twice', (file) => branch(file).copy(branch(file), 40, 24, 32), /^page \d+ is used twice$/],
  [
    'a circle',
    (file) => branch(file).writeBigUInt64LE(BigInt(idOf(branch(file))), 24),
    /^page \d+ is used twice$/,
  ],
  [
    'a reference beyond the last page',
    (file) => branch(file).writeBigUInt64LE(2n ** 63n, 24),
    /^there is a reference to page 9223372036854776000, and the last one is \d+$/,
  ],
  [
    'more overflow than pages',
    (file) => keyLeaf(file).writeUInt32LE(0xffff_ffff, 12),
    /^page \d+ and the 4294967295 after it reach beyond the last page, \d+$/,
  ],
  ['overflow into another page', (file) => keyLeaf(file).writeUInt32LE(1, 12), /^page \d+ is used twice$/],
  [
    'more entries than the page has room for',
    (file) => keyLeaf(file).writeUInt16LE(0xffff, 10),
    /^page \d+ has no room for its 65535 entries$/,
  ],
  [
    'more entries than there are, whose table takes in keys',
    (file) => keyLeaf(file).writeUInt16LE(21, 10),
    /^entry 0 of page \d+ overlaps what is before it$/,
  ],
  [
    'a branch without pages',
    (file) => branch(file).writeUInt16LE(0, 10),
    /^page \d+ is a branch without pages$/,
  ],
  [
    'an entry without a key',
    (file) => keyLeaf(file).writeUInt32LE(0, 24),
    /^entry 0 of page \d+ has a key of 0 bytes and a value of \d+ bytes$/,
  ],
  [
    'a key that is too long',
    (file) => keyLeaf(file).writeUInt32LE(32_769, 24),
    /^entry 0 of page \d+ has a key of 32769 bytes/,
  ],
  [
    'a value of 4 GiB',
    (file) => keyLeaf(file).writeUInt32LE(0xffff_ffff, 28),
    /^entry 0 of page \d+ has a key of \d+ bytes and a value of 4294967295 bytes$/,
  ],
  [
    'a value that ends outside of the page',
    (file) => keyLeaf(file).writeUInt32LE(PAGE, 28),
    /^entry 0 of page \d+ reaches beyond its end$/,
  ],
  [
    'an entry that begins outside of the page',
    (file) => keyLeaf(file).writeUInt32LE(0xffff_0000, 20),
    /^entry 0 of page \d+ reaches beyond its end$/,
  ],
  [
    'a branch whose key lies outside of it',
    (file) => branch(file).writeUInt32LE(5000, 16),
    /^entry 0 of page \d+ reaches beyond its end$/,
  ],
  [
    'entries that share their bytes',
    (file) => keyLeaf(file).writeUInt32LE(keyLeaf(file).readUInt32LE(20) - 16, 36),
    /^entry 1 of page \d+ overlaps what is before it$/,
  ],
  [
    'entries with flags of buckets in a bucket',
    (file) => keyLeaf(file).writeUInt32LE(1, 16),
    /^entry 0 of page \d+ has the flags 1, not 0$/,
  ],
  [
    'entries of values among the buckets',
    (file) => names(file).writeUInt32LE(0, 16),
    /^entry 0 of page \d+ has the flags 0, not 1$/,
  ],
  [
    'a free page that is used',
    (file) => freelist(file).writeBigUInt64LE(BigInt(idOf(keyLeaf(file))), 16),
    /^page \d+ is used twice$/,
  ],
  [
    'a free page twice',
    (file) => freelist(file).copy(freelist(file), 16, 24, 32),
    /^page \d+ is used twice$/,
  ],
  [
    'a free page that is none',
    (file) => freelist(file).writeBigUInt64LE(2n ** 60n, 16),
    /^page 1152921504606847000 and the 0 after it reach beyond the last page/,
  ],
  [
    'more free pages than the list has room for',
    (file) => freelist(file).writeUInt16LE(0xfffe, 10),
    /^page \d+ has no room for its list of 65534 free pages$/,
  ],
  [
    'more free pages than numbers',
    (file) => {
      freelist(file).writeUInt16LE(0xffff, 10);
      freelist(file).writeBigUInt64LE(2n ** 64n - 1n, 16);
    },
    /^page \d+ has no room for its list of 18446744073709552000 free pages$/,
  ],
  [
    'a page that is neither used nor free',
    (file) => freelist(file).writeUInt16LE(2, 10),
    /^page \d+ is neither used nor free$/,
  ],
];

describe('a damaged file is refused', () => {
  test('that is whole is not', async () => {
    expect(await examineDatabase(sourceOf(Buffer.from(whole)), READING)).toMatchObject({ revision: 201 });
  });

  test.each(DAMAGES)('%s', async (_, damage, message) => {
    const file = Buffer.from(whole);
    const damaged = damage(file);
    const problem = await problemOf(Buffer.isBuffer(damaged) ? damaged : file);
    if (typeof message === 'string') expect(problem).toBe(message);
    else expect(problem).toMatch(message);
  });

  test.each([
    [
      'two entries of a leaf changed places',
      [1, 0, 2, 3, 4],
      2,
      /^the key of entry 1 of page \d+ is out of order$/,
    ],
    ['a key twice in a leaf', [0, 0, 1, 2], 2, /^the key of entry 1 of page \d+ is out of order$/],
    ['leaves changed places', [2, 3, 0, 1], 2, /out of order|belongs behind/],
    ['a key twice, in two leaves', [0, 1, 1, 2], 2, /belongs behind|out of order/],
  ])('%s', async (_, order, mostEntries, message) => {
    const key = order.map((index) => records[index] as Entry);
    expect(await problemOf(buildDatabase({ buckets: { key }, mostEntries }))).toMatch(message);
  });

  test('a leaf with a key below that of its branch, or above the next', async () => {
    const low = Buffer.from(whole);
    // The first key of the second leaf, in the branch above it.
    const entry = 16 + 16;
    const last = entry + branch(low).readUInt32LE(entry) + 7;
    branch(low).writeUInt8(branch(low).readUInt8(last) + 1, last);
    expect(await problemOf(low)).toMatch(/^the key of entry 0 of page \d+ is out of order$/);
    const high = Buffer.from(whole);
    branch(high).writeUInt8(branch(high).readUInt8(last) - 1, last);
    expect(await problemOf(high)).toMatch(/^the last key of page \d+ belongs behind that page$/);
  });

  test('a branch with a key that belongs behind it, also above an empty page', async () => {
    const file = buildDatabase({ buckets: { key: records.slice(0, 40) }, mostEntries: 4 });
    const first = branch(file);
    const entry = 16 + 3 * 16;
    first.writeUInt8(0xf0, entry + first.readUInt32LE(entry) + 6);
    const child = Number(first.readBigUInt64LE(entry + 8));
    file.writeUInt16LE(0, child * PAGE + 10);
    expect(await problemOf(file)).toBe(`the last key of page ${idOf(first)} belongs behind that page`);
  });

  test('a tree without end in depth', async () => {
    const depth = 40;
    const file = buildDatabase({ buckets: { key: records }, freePages: depth });
    const bottom = file.length / PAGE - depth;
    const top = idOf(branch(file));
    // A chain of branches with one page each, in the place of the branch.
    for (let level = 0; level < depth; level += 1) {
      const id = level === 0 ? top : bottom + level;
      const page = file.subarray(id * PAGE, (id + 1) * PAGE);
      const lowest = branch(whole)
        .subarray(16 + branch(whole).readUInt32LE(16))
        .subarray(0, 17);
      page.fill(0);
      page.writeBigUInt64LE(BigInt(id));
      page.writeUInt16LE(BRANCH, 8);
      page.writeUInt16LE(1, 10);
      page.writeUInt32LE(16, 16);
      page.writeUInt32LE(17, 20);
      page.writeBigUInt64LE(BigInt(bottom + level + 1), 24);
      lowest.copy(page, 32);
    }
    both((meta) => meta.writeBigUInt64LE(0xffffffffffffffffn, 48))(file);
    expect(await problemOf(file)).toMatch(/^page \d+ is on level 32 of a tree$/);
  });

  test('no bucket of keys, none of notes, too many', async () => {
    const odd = (buckets: Record<string, Entry[]>, renamed: string): Buffer => {
      const file = buildDatabase({ buckets });
      const at = names(file).indexOf(renamed, 16 + 16);
      names(file).write(renamed.replace(/^./, 'l'), at);
      return file;
    };
    expect(await problemOf(odd({}, 'key'))).toBe('there is no bucket "key"');
    expect(await problemOf(odd({}, 'meta'))).toBe('there is no bucket "meta"');
    const many = Object.fromEntries(Array.from({ length: 99 }, (_, index) => [`bucket ${index}`, []]));
    expect(await problemOf(buildDatabase({ buckets: many }))).toBe('there are more than 100 buckets');
  });

  test('a bucket in its entry that is damaged', async () => {
    const file = (): Buffer =>
      buildDatabase({
        buckets: { alarm: [{ key: Buffer.from('a'), value: Buffer.from('b') }] },
        inline: ['alarm'],
      });
    const inner = (bytes: Buffer): Buffer => names(bytes).subarray(names(bytes).indexOf('alarm') + 5 + 16);
    const name = 'the page in the entry of the bucket "alarm"';
    const kind = file();
    inner(kind).writeUInt16LE(BRANCH, 8);
    expect(await problemOf(kind)).toBe(`${name} is not a leaf`);
    const count = file();
    inner(count).writeUInt16LE(9, 10);
    expect(await problemOf(count)).toBe(`${name} has no room for its 9 entries`);
    const value = file();
    inner(value).writeUInt32LE(2, 28);
    expect(await problemOf(value)).toBe(`entry 0 of ${name} reaches beyond its end`);
    const short = file();
    names(short).writeUInt32LE(20, 28);
    expect(await problemOf(short)).toBe(`${name} has 4 bytes`);
    const shorter = file();
    names(shorter).writeUInt32LE(15, 28);
    expect(await problemOf(shorter)).toBe('the entry of the bucket "alarm" has 15 bytes');
  });

  const revision = (main: number | bigint, separator = '_', sub: number | bigint = 0, mark = ''): Buffer =>
    Buffer.concat([uint64(main), Buffer.from(separator), uint64(sub), Buffer.from(mark)]);
  const value = keyValue(Buffer.from('k'), Buffer.from('v'));

  test.each([
    ['a short key', revision(2).subarray(0, 16), value, 'there is a record whose key is no revision'],
    ['another separator', revision(2, '-'), value, 'there is a record whose key is no revision'],
    ['another mark', revision(2, '_', 0, 'x'), value, 'there is a record whose key is no revision'],
    ['a negative revision', revision(2n ** 63n), value, /^there is a record of revision 9223372036854776000/],
    ['a negative sub-revision', revision(2, '_', 2n ** 63n), value, /^there is a record of revision 2,/],
    ['no value', revision(2), Buffer.alloc(0), 'there is a record without a key'],
    ['a value without a key', revision(2), Buffer.from([0x10, 1]), 'there is a record without a key'],
    ['an empty key', revision(2), Buffer.from([0x0a, 0]), 'there is a record without a key'],
    [
      'a length without end',
      revision(2),
      Buffer.alloc(20, 0xff).fill(0x0a, 0, 1),
      'there is a record without a key',
    ],
    ['a cut length', revision(2), Buffer.from([0x0a, 0x80]), 'there is a record without a key'],
    [
      'a cut key',
      revision(2),
      Buffer.from([0x0a, 5, 1, 2]),
      'there is a record that is shorter than its key',
    ],
  ])('a record with %s', async (_, key, bytes, message) => {
    const problem = await problemOf(buildDatabase({ buckets: { key: [{ key, value: bytes }] } }));
    if (typeof message === 'string') expect(problem).toBe(message);
    else expect(problem).toMatch(message);
  });

  test.each([
    ['term', Buffer.alloc(7), '"term" of the bucket "meta" is no number of 8 bytes'],
    ['term', Buffer.alloc(65), '"term" of the bucket "meta" has 65 bytes'],
    ['finishedCompactRev', Buffer.alloc(8), 'there is a record whose key is no revision'],
  ])('a note %s that is none', async (name, bytes, message) => {
    const meta = [{ key: Buffer.from(name), value: bytes }];
    expect(await problemOf(buildDatabase({ buckets: { meta } }))).toBe(message);
  });
});

describe('whatever the bytes are, there is an answer or a DatabaseError', () => {
  const recorded = recordedDatabase('3.6.8').snapshots['compacted'];
  if (recorded === undefined) throw new Error('nothing recorded');
  const files = [
    whole,
    fileOf(recorded),
    buildDatabase({ buckets: { key: records.slice(0, 30) }, mostEntries: 3, inline: ['meta'] }),
  ];

  /** Changes a number in a header, a table or anywhere, with checksums that are right again. */
  function spoiled(file: Buffer, random: () => number): Buffer {
    if (random() < 0.2) return spoiledBytes(file, random);
    const changed = Buffer.from(file);
    const times = 1 + Math.floor(random() * 4);
    for (let time = 0; time < times; time += 1) {
      const id = Math.floor(random() * (file.length / PAGE - 1));
      const at = id * PAGE + 4 * Math.floor(random() * (random() < 0.7 ? 40 : PAGE / 4));
      const old = changed.readUInt32LE(at);
      const odd = [
        0,
        1,
        2,
        0xffff,
        0xffff_ffff,
        id,
        old + 1,
        old - 1,
        old ^ (1 << (random() * 32)),
        random() * 2 ** 32,
      ];
      changed.writeUInt32LE(oneOf(odd, random) >>> 0, at);
    }
    return random() < 0.9 ? seal(changed) : changed;
  }

  test.each([1, 2, 3, 4])(
    'seed %i',
    async (seed) => {
      const random = numbers(seed);
      let answers = 0;
      let errors = 0;
      const before = process.cpuUsage();
      for (let round = 0; round < 200; round += 1) {
        const source = sourceOf(spoiled(oneOf(files, random), random));
        const hashKvAt = { revision: 150, compactRevision: oneOf([-1, 60, 150], random) };
        for (const reading of [
          () => examineDatabase(source, READING),
          () => hashKvOf(source, hashKvAt, READING),
          () => storeRevisionOf(source, READING),
        ]) {
          const error: unknown = await reading().then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error === undefined) answers += 1;
          else if (error instanceof DatabaseError && error.message.length < 200) errors += 1;
          else throw new Error('neither an answer nor a DatabaseError', { cause: error });
        }
      }
      const { user, system } = process.cpuUsage(before);
      expect(answers).toBeGreaterThan(20);
      expect(errors).toBeGreaterThan(20);
      // 600 readings of at most 300 kB: a walk without end would need far more.
      expect((user + system) / 1e6).toBeLessThan(30);
    },
    120_000,
  );
});
