import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip, createZstdDecompress } from 'node:zlib';
import { errorMessage, type Finding, RunError } from '../findings.ts';
import {
  type ArchivedFile,
  type ArchivedImage,
  type ArchiveFiles,
  compressionOf,
  DamagedArchiveError,
  imagesOf,
  isImageArchive,
  sha256Of,
} from './archive-index.ts';
import { tagOf } from './reference.ts';
import { readTar, TAR_END, type TarEntry, TarError, tarFrame } from './tar.ts';

/** A file on the runner with container images. */
export interface ImageArchive {
  /** The path as the user gave it; a relative one starts at the step's working directory, the workspace. */
  readonly path: string;
  readonly images: readonly ArchivedImage[];
}

/** Files up to this size may be JSON of an image, and are kept while the archive is read. */
const MOST_JSON_BYTES = 1024 * 1024;
/** Limit of all kept files together: an archive of 3 MB can unpack to hundreds of files that look like JSON. */
const MOST_JSON_IN_ALL = 64 * 1024 * 1024;
/** Limit of files and links, whose names are kept. */
const MOST_ENTRIES = 20_000;
/** Bytes that are read, and held in memory, at once. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Reads through an image archive, uncompressed or compressed with gzip or zstd, and compares its contents with its
 * digests.
 *
 * @param signal stops the reading, however much is left to unpack.
 * @throws RunError if it cannot be read, is no image archive, or is damaged; the signal's reason.
 */
export async function readImageArchive(path: string, signal?: AbortSignal): Promise<ImageArchive> {
  try {
    const archive = await filesOf(path, signal);
    const images = imagesOf(archive);
    if (images.length === 0) throw refusal(path, noImages(archive));
    return { path, images };
  } catch (error) {
    if (error instanceof RunError) throw error;
    signal?.throwIfAborted();
    throw refusal(path, await unreadable(path, error));
  }
}

/**
 * Packs one image of an archive for a host: a tar archive with only this image, under the name that the host requires,
 * compressed with gzip unless its layers already are. Reads the file again, so no image is ever held in memory; if the
 * file has changed meanwhile, it no longer matches its digests, and the host refuses it.
 */
export async function* packImage(
  { path }: ImageArchive,
  image: ArchivedImage,
  reference: string,
): AsyncGenerator<Buffer> {
  const tar = tarOf(path, image, reference);
  yield* image.compressed ? tar : through(tar, createGzip({ level: 1, chunkSize: CHUNK_BYTES }));
}

async function* tarOf(path: string, image: ArchivedImage, reference: string): AsyncGenerator<Buffer> {
  for (const { name, bytes } of layoutOf(image, reference)) {
    const { header, padding } = tarFrame(name, bytes.length);
    yield Buffer.concat([header, bytes, padding]);
  }
  const wanted = new Map(image.blobs.map((blob) => [blob.file, blob]));
  for await (const entry of readTar(contentOf(path))) {
    const blob = wanted.get(entry.name);
    if (blob === undefined) continue;
    wanted.delete(entry.name);
    const { header, padding } = tarFrame(blobFile(blob.sha256), entry.size);
    yield header;
    yield* entry.content;
    yield padding;
    if (wanted.size === 0) break;
  }
  if (wanted.size > 0) throw new Error(`${path} was changed while it was sent`);
  yield TAR_END;
}

async function filesOf(path: string, signal: AbortSignal | undefined): Promise<ArchiveFiles> {
  const files = new Map<string, ArchivedFile>();
  const links = new Map<string, string>();
  let kept = 0;
  for await (const entry of readTar(contentOf(path, signal))) {
    if (entry.linkTo === undefined) {
      const file = await archivedFile(entry);
      kept += file.content?.length ?? 0;
      files.set(entry.name, file);
    } else links.set(entry.name, entry.linkTo);
    if (kept > MOST_JSON_IN_ALL) {
      throw new OversizedArchiveError(`it holds more than ${MOST_JSON_IN_ALL / 1024 / 1024} MiB of JSON`);
    }
    if (files.size + links.size > MOST_ENTRIES) {
      throw new OversizedArchiveError(`it holds more than ${MOST_ENTRIES} files`);
    }
  }
  return { files, links };
}

/** The archive exceeds a limit that no archive of images reaches. */
class OversizedArchiveError extends Error {}

async function archivedFile({ size, content }: TarEntry): Promise<ArchivedFile> {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let head = Buffer.alloc(0);
  let isJson: boolean | undefined;
  for await (const chunk of content) {
    hash.update(chunk);
    if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk]).subarray(0, HEAD_BYTES);
    isJson ??= chunk[0] === 0x7b || chunk[0] === 0x5b;
    if (isJson && size <= MOST_JSON_BYTES) kept.push(chunk);
  }
  return {
    size,
    sha256: hash.digest('hex'),
    head: Buffer.from(head),
    ...(isJson === true && size <= MOST_JSON_BYTES ? { content: Buffer.concat(kept) } : {}),
  };
}

const HEAD_BYTES = 4;

/** Returns the uncompressed bytes of the archive. */
async function* contentOf(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const place = resolve(path);
  const compression = compressionOf(await beginningOf(place));
  const raw = createReadStream(place, { highWaterMark: CHUNK_BYTES });
  const content =
    compression === undefined
      ? (raw as AsyncIterable<Buffer>)
      : through(raw, compression === 'gzip' ? createGunzip() : createZstdDecompress());
  for await (const chunk of content) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

async function beginningOf(place: string): Promise<Buffer> {
  const file = await open(place);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function* through(from: AsyncIterable<Buffer>, change: NodeJS.ReadWriteStream): AsyncGenerator<Buffer> {
  // Its failure is reported by the stream that is read here.
  pipeline(from, change).catch(() => undefined);
  yield* change as unknown as AsyncIterable<Buffer>;
}

type Reason = Omit<Finding, 'at' | 'host'>;

function refusal(path: string, reason: Reason): RunError {
  return new RunError('The inputs cannot be used', [
    { at: 'image-archive', ...reason, fact: `${path}: ${reason.fact}` },
  ]);
}

const SAVE =
  'for example with `docker save registry.k8s.io/etcd:3.6.5-0 registry.k8s.io/pause:3.10.1 -o images.tar`.';

function noImages(archive: ArchiveFiles): Reason {
  if (isImageArchive(archive)) {
    return {
      code: 'image-archive-unusable',
      fact: 'it names images but holds none of them whole.',
      cause: 'it was made from a part of a multi-platform image.',
      fix: `make it with one whole platform, ${SAVE}`,
    };
  }
  return {
    code: 'image-archive-unusable',
    fact: 'it is a tar archive without an image: it has neither index.json nor manifest.json.',
    cause:
      'it was made by `docker export` or from files, not from an image, or an image archive is inside it.',
    fix: `make it from an image, ${SAVE}`,
  };
}

/** Explains why a file is not a usable archive: its real format, as far as its beginning shows. */
async function unreadable(path: string, error: unknown): Promise<Reason> {
  const place = resolve(path);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return {
      code: 'image-archive-unusable',
      fact: `there is no such file on the runner (${place}).`,
      cause: 'the step that downloads or creates it is missing or ran in another job, whose files are gone.',
      fix: 'download it in an earlier step, and give its path below the workspace, for example image-archive: images.tar.',
    };
  }
  if (await isFolder(place)) {
    return {
      code: 'image-archive-unusable',
      fact: 'it is a folder.',
      cause: 'it is an unpacked OCI layout, or the folder of a downloaded artifact.',
      fix: `give the file in it, or pack the layout: tar -C ${path} -cf images.tar .`,
    };
  }
  const beginning = await beginningOf(place).catch(() => Buffer.alloc(0));
  if (beginning.toString('latin1').startsWith('version https://git-lfs')) {
    return {
      code: 'image-archive-unusable',
      fact: 'it is a pointer of Git LFS, not the file itself.',
      cause: 'the repository was checked out without LFS.',
      fix: 'use actions/checkout with lfs: true.',
    };
  }
  if (error instanceof OversizedArchiveError) {
    return {
      code: 'image-archive-unusable',
      fact: `${error.message}, which is too much for an image archive.`,
      cause: 'it is another kind of archive, or was crafted to fill the memory of the runner.',
      fix: `make it again with only the images, ${SAVE}`,
    };
  }
  if (error instanceof DamagedArchiveError) {
    return {
      code: 'image-archive-unusable',
      fact: `it is damaged: ${error.message}.`,
      cause: 'it was cut off or changed on the way.',
      fix: `download it again, or make it again, ${SAVE}`,
    };
  }
  const what = error instanceof TarError ? 'it is not a complete tar archive' : 'it cannot be read';
  return {
    code: 'image-archive-unusable',
    fact: `${what}: ${errorMessage(error)}.`,
    cause: 'it was cut off on the way, or is compressed with another program than gzip or zstd.',
    fix: `make it again, ${SAVE}`,
  };
}

async function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A file of the archive for a host. */
export interface PackedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Returns the files of an OCI layout with this one image under this one name, except its configuration and layers,
 * which come from the archive. containerd names imported images by `io.containerd.image.name`
 * (core/images/archive/importer.go).
 */
function layoutOf({ manifest, os, architecture }: ArchivedImage, reference: string): PackedFile[] {
  const digest = sha256Of(manifest.bytes);
  const tag = tagOf(reference);
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: manifest.mediaType,
        digest: `sha256:${digest}`,
        size: manifest.bytes.length,
        platform: { os, architecture },
        annotations: {
          'io.containerd.image.name': reference,
          ...(tag === undefined ? {} : { 'org.opencontainers.image.ref.name': tag }),
        },
      },
    ],
  };
  return [
    { name: 'oci-layout', bytes: Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' })) },
    { name: 'index.json', bytes: Buffer.from(JSON.stringify(index)) },
    { name: blobFile(digest), bytes: manifest.bytes },
  ];
}

/**
 * Returns the path of a blob in an OCI layout.
 * @param sha256 hex.
 */
function blobFile(sha256: string): string {
  return `blobs/sha256/${sha256}`;
}
