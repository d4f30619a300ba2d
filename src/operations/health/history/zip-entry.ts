import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';

/** Signatures and lengths of the records of a zip archive (PKWARE APPNOTE 6.3.10, 4.3). */
const END = { signature: 0x06054b50, length: 22 } as const;
const CENTRAL = { signature: 0x02014b50, length: 46 } as const;
const LOCAL = { signature: 0x04034b50, length: 30 } as const;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 0x1;

/** An entry as the directory of an archive has it. */
interface Entry {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Offset of its own header. */
  readonly offset: number;
}

/**
 * The first file of that name in a zip archive, unpacked beside the event loop and never further than the archive says and
 * `mostBytes` allow. Undefined where there is none, or none that is what the archive says of it: nothing of an archive is
 * trusted.
 */
export async function fileInZip(zip: Buffer, name: string, mostBytes: number): Promise<Buffer | undefined> {
  try {
    const entry = entryOf(zip, name);
    return entry === undefined || entry.bytes > mostBytes ? undefined : await contentOf(zip, entry);
  } catch {
    return undefined; // a place beyond the end of the archive, or data that does not unpack to what was said
  }
}

function entryOf(zip: Buffer, name: string): Entry | undefined {
  const end = endOf(zip);
  if (end === undefined) return undefined;
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== CENTRAL.signature) return undefined;
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const nameEnd = at + CENTRAL.length + (nameBytes ?? 0);
    if (zip.toString('utf8', at + CENTRAL.length, nameEnd) === name) {
      return {
        flags: zip.readUInt16LE(at + 8),
        method: zip.readUInt16LE(at + 10),
        crc: zip.readUInt32LE(at + 16),
        packedBytes: zip.readUInt32LE(at + 20),
        bytes: zip.readUInt32LE(at + 24),
        offset: zip.readUInt32LE(at + 42),
      };
    }
    at = nameEnd + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  return undefined;
}

/** Offset of the record at the end; a comment may follow it. */
function endOf(zip: Buffer): number | undefined {
  const last = zip.length - END.length;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at -= 1) {
    if (zip.readUInt32LE(at) === END.signature) return at;
  }
  return undefined;
}

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

async function contentOf(zip: Buffer, entry: Entry): Promise<Buffer | undefined> {
  const { flags, method, crc, packedBytes, bytes, offset } = entry;
  if (zip.readUInt32LE(offset) !== LOCAL.signature || (flags & ENCRYPTED) !== 0) return undefined;
  const start = offset + LOCAL.length + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
  if (start + packedBytes > zip.length) return undefined;
  const packed = zip.subarray(start, start + packedBytes);
  const content =
    method === STORED ? packed : method === DEFLATED ? await inflated(packed, bytes) : undefined;
  return content?.length === bytes && crc32(content) === crc ? content : undefined;
}

/** Stops where there is more than was said; zlib takes no limit of 0. */
function inflated(packed: Buffer, bytes: number): Promise<Buffer> {
  return inflate(packed, { maxOutputLength: Math.max(1, bytes) });
}
