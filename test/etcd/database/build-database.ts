/** Builds files of bbolt (v1.4.3, internal/common) with trees of any shape, and damages them. */

/** An entry of a bucket. */
export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

export interface DatabasePlan {
  /** The entries of each bucket, in the order of their keys; buckets of etcd that are missing are empty. */
  readonly buckets: Readonly<Record<string, readonly Entry[]>>;
  readonly pageSize?: number;
  /** Entries of a page; fewer make a higher tree. */
  readonly mostEntries?: number;
  /** Pages that are free, behind all others; undefined: the file has no list of them. */
  readonly freePages?: number;
  /** Buckets that are kept in their entries. */
  readonly inline?: readonly string[];
}

export const BRANCH = 1;
export const LEAF = 2;
export const META = 4;
export const FREELIST = 16;

/** A number of 64 bits, big endian. */
export function uint64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function little64(value: number | bigint): Buffer {
  return Buffer.from(uint64(value).toReversed());
}

/** One page and what continues it, without the end of the last page. */
export function page(id: number, flags: number, count: number, content: Buffer, pageSize: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeBigUInt64LE(BigInt(id));
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(count, 10);
  header.writeUInt32LE(Math.max(0, Math.ceil((16 + content.length) / pageSize) - 1), 12);
  return Buffer.concat([header, content]);
}

/** The content of a leaf. */
export function leafContent(entries: readonly Entry[], flags = 0): Buffer {
  let offset = 16 * entries.length;
  const table = entries.map(({ key, value }, index) => {
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(flags, 0);
    entry.writeUInt32LE(offset - 16 * index, 4);
    entry.writeUInt32LE(key.length, 8);
    entry.writeUInt32LE(value.length, 12);
    offset += key.length + value.length;
    return entry;
  });
  return Buffer.concat([...table, ...entries.flatMap(({ key, value }) => [key, value])]);
}

/** The content of a branch. */
export function branchContent(children: readonly { readonly key: Buffer; readonly id: number }[]): Buffer {
  let offset = 16 * children.length;
  const table = children.map(({ key, id }, index) => {
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(offset - 16 * index, 0);
    entry.writeUInt32LE(key.length, 4);
    entry.writeBigUInt64LE(BigInt(id), 8);
    offset += key.length;
    return entry;
  });
  return Buffer.concat([...table, ...children.map(({ key }) => key)]);
}

/** Builds the file. */
export function buildDatabase(plan: DatabasePlan): Buffer {
  const { pageSize = 4096, mostEntries = 20, freePages, inline = [] } = plan;
  const pages: Buffer[] = [];
  let next = 2;
  const place = (flags: number, count: number, content: Buffer): number => {
    const id = next;
    const bytes = page(id, flags, count, content, pageSize);
    next += Math.max(1, Math.ceil(bytes.length / pageSize));
    pages.push(Buffer.concat([bytes, Buffer.alloc((next - id) * pageSize - bytes.length)]));
    return id;
  };
  const tree = (entries: readonly Entry[], flags = 0): number => {
    let level = chunks(entries, mostEntries).map((part) => ({
      key: part[0]?.key ?? Buffer.alloc(0),
      id: place(LEAF, part.length, leafContent(part, flags)),
    }));
    while (level.length > 1) {
      level = chunks(level, Math.max(2, mostEntries)).map((part) => ({
        key: part[0]?.key ?? Buffer.alloc(0),
        id: place(BRANCH, part.length, branchContent(part)),
      }));
    }
    return level[0]?.id ?? place(LEAF, 0, Buffer.alloc(0));
  };
  const names = [...new Set(['key', 'meta', ...Object.keys(plan.buckets)])].toSorted();
  const root = tree(
    names.map((name) => {
      const entries = plan.buckets[name] ?? [];
      const value = inline.includes(name)
        ? Buffer.concat([Buffer.alloc(16), page(0, LEAF, entries.length, leafContent(entries), pageSize)])
        : Buffer.concat([little64(tree(entries)), Buffer.alloc(8)]);
      return { key: Buffer.from(name), value };
    }),
    1,
  );
  let freelist = 0xffffffffffffffffn;
  if (freePages !== undefined) {
    const listPages = Math.ceil((24 + 8 * freePages) / pageSize);
    const ids = Array.from({ length: freePages }, (_, index) => little64(next + listPages + index));
    const isLong = freePages >= 0xffff;
    const content = Buffer.concat([...(isLong ? [little64(freePages)] : []), ...ids]);
    freelist = BigInt(place(FREELIST, isLong ? 0xffff : freePages, content));
    pages.push(Buffer.alloc(freePages * pageSize));
    next += freePages;
  }
  const metas = [0, 1].map((id) => {
    const meta = Buffer.alloc(pageSize);
    meta.writeBigUInt64LE(BigInt(id));
    meta.writeUInt16LE(META, 8);
    meta.writeUInt32LE(0xed0cdaed, 16);
    meta.writeUInt32LE(2, 20);
    meta.writeUInt32LE(pageSize, 24);
    meta.writeBigUInt64LE(BigInt(root), 32);
    meta.writeBigUInt64LE(freelist, 48);
    meta.writeBigUInt64LE(BigInt(next), 56);
    meta.writeBigUInt64LE(BigInt(6 + id), 64);
    return meta;
  });
  return seal(Buffer.concat([...metas, ...pages]), pageSize);
}

/** Writes the checksums of the meta pages anew. */
export function seal(file: Buffer, pageSize = 4096): Buffer {
  for (const offset of [0, pageSize]) {
    let hash = 0xcbf29ce484222325n;
    for (const byte of file.subarray(offset + 16, offset + 72))
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    file.writeBigUInt64LE(hash, offset + 72);
  }
  return file;
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
