import { posix } from 'node:path';

const BLOCK = 512;

/** One file of a tar archive. Its content is readable until the next entry is requested. */
export interface TarEntry {
  /** Without a leading `./`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Target of a link, as a name in the archive; absent for a file. */
  readonly linkTo?: string;
  readonly content: AsyncIterable<Buffer>;
}

/** The input is not a tar archive, or is truncated. */
export class TarError extends Error {}

/**
 * Reads a tar archive as a stream (POSIX ustar and pax, GNU long names): files and links only, without folders and other
 * types. Always closes the source, even if it was not read to its end.
 *
 * @throws TarError while reading.
 */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const reader = new ByteReader(source);
  try {
    yield* entriesOf(reader);
  } finally {
    await reader.end();
  }
}

async function* entriesOf(reader: ByteReader): AsyncGenerator<TarEntry> {
  let renamed: Renaming = {};
  for (;;) {
    const header = await reader.read(BLOCK);
    // Two blocks of zeros end an archive; some tools omit them.
    if (header.length === 0 || header.every((byte) => byte === 0)) return;
    const { type, name, size, link } = parseHeader(header);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (EXTENDED.has(type)) {
      if (size > LONGEST_EXTENSION) throw new TarError(`an extended header of ${size} bytes`);
      renamed = { ...renamed, ...renaming(type, await reader.read(size)) };
      await reader.skip(padding);
      continue;
    }
    const length = renamed.size ?? size;
    const taken = { count: 0 };
    if (FILES.has(type) || LINKS.has(type)) {
      const entryName = withoutDot(renamed.path ?? name);
      const to = LINKS.has(type) ? { linkTo: target(entryName, renamed.linkPath ?? link, type) } : {};
      yield { name: entryName, size: length, ...to, content: reader.stream(length, taken) };
    }
    await reader.skip(length - taken.count + ((BLOCK - (length % BLOCK)) % BLOCK));
    renamed = {};
  }
}

/**
 * Returns the header of a file in a tar archive to write (POSIX ustar), and the padding of its last block.
 * @param name at most 100 characters of ASCII. @param size bytes.
 */
export function tarFrame(name: string, size: number): { readonly header: Buffer; readonly padding: Buffer } {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100, 'latin1');
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write('00000000000\0', 136, 'latin1');
  header.write('        0', 148, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return { header, padding: Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK) };
}

/** The end of a tar archive. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK);

const FILES: ReadonlySet<string> = new Set(['0', '\0', '7']);
const HARD_LINK = '1';
const LINKS: ReadonlySet<string> = new Set([HARD_LINK, '2']);
/** GNU's long name and long link, and pax headers for the next entry and for all following ones. */
const EXTENDED: ReadonlySet<string> = new Set(['L', 'K', 'x', 'g']);
const LONGEST_EXTENSION = 1024 * 1024;

/** The fields of an extended header that replace those of the next entry. */
interface Renaming {
  readonly path?: string;
  readonly linkPath?: string;
  readonly size?: number;
}

function parseHeader(header: Buffer): { type: string; name: string; size: number; link: string } {
  if (header.length < BLOCK) throw new TarError('it ends in the middle of a header');
  const claimed = Number.parseInt(textOf(header, 148, 8), 8);
  if (claimed !== checksum(header)) throw new TarError('a header that is not valid in a tar archive');
  const prefix = textOf(header, 257, 5) === 'ustar' && header[262] === 0 ? textOf(header, 345, 155) : '';
  const name = textOf(header, 0, 100);
  return {
    type: String.fromCharCode(header[156] ?? 0),
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: sizeOf(header),
    link: textOf(header, 157, 100),
  };
}

/** Parses a size: octal digits, or beyond 8 GiB GNU's big-endian number with the top bit set. */
function sizeOf(header: Buffer): number {
  if (((header[124] ?? 0) & 0x80) !== 0) return Number(header.readBigUInt64BE(128));
  const size = Number.parseInt(textOf(header, 124, 12).trim() || '0', 8);
  if (!Number.isSafeInteger(size)) throw new TarError('a header that is not valid in a tar archive');
  return size;
}

/** Returns the sum of all bytes of a header, with blanks in place of the checksum itself. */
function checksum(header: Buffer): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function textOf(header: Buffer, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString('utf8');
}

function renaming(type: string, body: Buffer): Renaming {
  const text = body.toString('utf8');
  if (type === 'L') return { path: text.replace(/\0.*/s, '') };
  if (type === 'K') return { linkPath: text.replace(/\0.*/s, '') };
  return type === 'x' ? paxRecords(body) : {};
}

/** Parses records `LENGTH KEY=VALUE\n`; the length is in bytes and includes the whole record. */
function paxRecords(body: Buffer): Renaming {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(0x20, at);
    const length = Number.parseInt(body.toString('latin1', at, space), 10);
    if (space < 0 || !(length > 0)) throw new TarError('an unreadable pax header');
    const [key = '', ...value] = body.toString('utf8', space + 1, at + length - 1).split('=');
    records.set(key, value.join('='));
    at += length;
  }
  const [path, linkPath, size] = ['path', 'linkpath', 'size'].map((key) => records.get(key));
  return {
    ...(path === undefined ? {} : { path }),
    ...(linkPath === undefined ? {} : { linkPath }),
    ...(size === undefined ? {} : { size: sizeFrom(size) }),
  };
}

function sizeFrom(digits: string): number {
  const size = Number(digits);
  if (!Number.isSafeInteger(size) || size < 0) throw new TarError('an unreadable pax header');
  return size;
}

/** Resolves the target of a link: a hard link's is relative to the archive's root, a symbolic link's to its own folder. */
function target(name: string, link: string, type: string): string {
  return withoutDot(type === HARD_LINK ? link : posix.join(posix.dirname(name), link));
}

function withoutDot(name: string): string {
  return posix.normalize(name).replace(/^\.?\/+/, '');
}

/** Reads a byte stream in pieces of a given length. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Closes the source, at any position. */
  async end(): Promise<void> {
    await this.#source.return?.();
  }

  /** Reads this many bytes; fewer only at the end of the source. */
  async read(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const piece = await this.#next(missing);
      if (piece === undefined) break;
      pieces.push(piece);
      missing -= piece.length;
    }
    return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
  }

  async skip(length: number): Promise<void> {
    for (let missing = length; missing > 0;) {
      const piece = await this.#next(missing);
      if (piece === undefined) throw new TarError('it ends before its last file does');
      missing -= piece.length;
    }
  }

  /** Yields the next bytes in the source's chunks. @param taken counts them. */
  async *stream(length: number, taken: { count: number }): AsyncGenerator<Buffer> {
    while (taken.count < length) {
      const piece = await this.#next(length - taken.count);
      if (piece === undefined) throw new TarError('it ends before its last file does');
      taken.count += piece.length;
      yield piece;
    }
  }

  /** Returns the available bytes, at most this many; undefined at the end. */
  async #next(most: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return undefined;
      this.#rest = next.value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(most);
    return piece;
  }
}
