/** Reads zip archives as @actions/artifact writes them: stored or deflated entries, no encryption, no ZIP64. */
import { crc32, inflateRawSync } from 'node:zlib';

/** One file of an archive. */
export interface ZipEntry {
  /** Path inside the archive. */
  readonly name: string;
  readonly content: Buffer;
}

/** Signatures of the records, as APPNOTE.TXT 6.3 numbers them. */
const END_OF_CENTRAL_DIRECTORY = 0x06054b50;
const CENTRAL_FILE_HEADER = 0x02014b50;
const LOCAL_FILE_HEADER = 0x04034b50;

const END_RECORD_LENGTH = 22;
const CENTRAL_HEADER_LENGTH = 46;
const LOCAL_HEADER_LENGTH = 30;

const STORED = 0;
const DEFLATED = 8;

function expectSignature(archive: Buffer, offset: number, signature: number): void {
  if (archive.readUInt32LE(offset) !== signature) {
    throw new Error(`Not a zip archive: no record 0x${signature.toString(16)} at byte ${offset}`);
  }
}

function decompress(data: Buffer, method: number, name: string): Buffer {
  if (method === STORED) return data;
  if (method === DEFLATED) return inflateRawSync(data);
  throw new Error(`${name} is compressed with method ${method}, which this reader does not know`);
}

/** Sizes come from the central directory: an archive written as a stream has none in its local headers. */
function readEntry(archive: Buffer, header: number): ZipEntry {
  expectSignature(archive, header, CENTRAL_FILE_HEADER);
  const method = archive.readUInt16LE(header + 10);
  const checksum = archive.readUInt32LE(header + 16);
  const compressedSize = archive.readUInt32LE(header + 20);
  const nameLength = archive.readUInt16LE(header + 28);
  const local = archive.readUInt32LE(header + 42);
  const name = archive.toString(
    'utf8',
    header + CENTRAL_HEADER_LENGTH,
    header + CENTRAL_HEADER_LENGTH + nameLength,
  );
  expectSignature(archive, local, LOCAL_FILE_HEADER);
  const start =
    local + LOCAL_HEADER_LENGTH + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const content = decompress(archive.subarray(start, start + compressedSize), method, name);
  if (crc32(content) !== checksum)
    throw new Error(`${name} does not have the checksum that the archive gives`);
  return { name, content };
}

function endRecordOf(archive: Buffer): number {
  for (let offset = archive.length - END_RECORD_LENGTH; offset >= 0; offset--) {
    if (archive.readUInt32LE(offset) === END_OF_CENTRAL_DIRECTORY) return offset;
  }
  throw new Error('Not a zip archive: it has no central directory');
}

/**
 * Returns all files of an archive, in its order, without folders.
 * @throws Error if it is no archive, is damaged, or uses a feature that this reader lacks.
 */
export function readZip(archive: Buffer): ZipEntry[] {
  const end = endRecordOf(archive);
  const count = archive.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let header = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    const entry = readEntry(archive, header);
    if (!entry.name.endsWith('/')) entries.push(entry);
    header +=
      CENTRAL_HEADER_LENGTH +
      archive.readUInt16LE(header + 28) +
      archive.readUInt16LE(header + 30) +
      archive.readUInt16LE(header + 32);
  }
  return entries;
}
