import { createHash } from 'node:crypto';
import { fieldsIn, objectsIn, textIn, textsIn, type Fields } from '../text/json-fields.ts';
import { normalName } from './reference.ts';

/** A file in an image archive, from one pass through the archive. */
export interface ArchivedFile {
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  /** The first bytes, which identify a compression. */
  readonly head: Buffer;
  /** The whole content of a small file that may be JSON. */
  readonly content?: Buffer;
}

/** The contents of an archive: files and links by their names. */
export interface ArchiveFiles {
  readonly files: ReadonlyMap<string, ArchivedFile>;
  /** Target of each link by the link's name. */
  readonly links: ReadonlyMap<string, string>;
}

/** A part of an image: its configuration or a layer. */
export interface ArchivedBlob {
  /** SHA-256, hex. */
  readonly sha256: string;
  readonly size: number;
  /** Name of its file in the archive. */
  readonly file: string;
}

/** An image in an archive, for one platform. */
export interface ArchivedImage {
  /** Its names with registry and tag, as {@link normalName} returns them. */
  readonly names: readonly string[];
  /** Tags without a name. */
  readonly tags: readonly string[];
  /** In Go's spelling: `linux`, `amd64`. */
  readonly os: string;
  readonly architecture: string;
  /** The digest of its configuration, by which the CRI identifies it: `sha256:` and hex. */
  readonly id: string;
  /** The OCI manifest: the archive's own, or built from the metadata of a docker archive. */
  readonly manifest: { readonly mediaType: string; readonly bytes: Buffer };
  readonly blobs: readonly ArchivedBlob[];
  /** True if its layers are compressed already. */
  readonly compressed: boolean;
}

/** The contents of the archive contradict its metadata. */
export class DamagedArchiveError extends Error {}

const OCI_INDEX = 'index.json';
const DOCKER_MANIFEST = 'manifest.json';
const OCI_MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/**
 * Returns the images of an archive: an OCI layout (OCI image specification, image-layout.md) with one or several
 * platforms, what `docker save` writes (moby, image/spec v1.2), or both in one, as docker writes it since 25. Leaves
 * out attestations, and platforms that an index lists and the archive does not contain.
 *
 * @throws DamagedArchiveError
 */
export function imagesOf(archive: ArchiveFiles): ArchivedImage[] {
  const images: ArchivedImage[] = [];
  for (const image of [...ociImages(archive), ...dockerImages(archive)]) {
    const at = images.findIndex(({ id }) => id === image.id);
    const same = images[at];
    if (same === undefined) images.push(image);
    else {
      const union = (one: readonly string[], other: readonly string[]): string[] => [
        ...new Set([...one, ...other]),
      ];
      images[at] = { ...same, names: union(same.names, image.names), tags: union(same.tags, image.tags) };
    }
  }
  return images;
}

/** Reports whether the files contain any part of an image archive. */
export function isImageArchive({ files }: ArchiveFiles): boolean {
  return files.has(OCI_INDEX) || files.has(DOCKER_MANIFEST);
}

type Names = Pick<ArchivedImage, 'names' | 'tags'>;

function ociImages(archive: ArchiveFiles): ArchivedImage[] {
  return objectsIn(fieldsIn(jsonOf(archive, OCI_INDEX))['manifests']).flatMap((descriptor) =>
    imagesBelow(archive, textIn(descriptor['digest']), namesIn(descriptor), MOST_LEVELS),
  );
}

/** Indexes may be nested. */
const MOST_LEVELS = 4;

function imagesBelow(archive: ArchiveFiles, digest: string, names: Names, levels: number): ArchivedImage[] {
  const file = blobName(digest);
  const found = archive.files.get(file);
  const json = jsonOf(archive, file);
  if (found?.content === undefined || json === undefined || levels === 0) return [];
  checkDigest(file, found, digest);
  const document = fieldsIn(json);
  if (document['manifests'] !== undefined) {
    return objectsIn(document['manifests']).flatMap((each) =>
      imagesBelow(archive, textIn(each['digest']), names, levels - 1),
    );
  }
  const parts = [fieldsIn(document['config']), ...objectsIn(document['layers'])].map((part) => {
    const wanted = textIn(part['digest']);
    return { wanted, name: blobName(wanted) };
  });
  const config = configIn(archive, parts[0]?.name ?? '');
  if (config === undefined || parts.some(({ name }) => !archive.files.has(name))) return [];
  const [own, ...layers] = parts.map(({ wanted, name }) => {
    const blob = fileOf(archive, name);
    checkDigest(name, blob, wanted);
    return { name, ...blob };
  });
  if (own === undefined) return [];
  checkLayers(own.name, layers.length, config);
  return [
    {
      ...names,
      os: config.os,
      architecture: config.architecture,
      id: `sha256:${own.sha256}`,
      manifest: { mediaType: textIn(document['mediaType']) || OCI_MANIFEST_TYPE, bytes: found.content },
      blobs: [own, ...layers].map(({ name, sha256, size }) => ({ sha256, size, file: name })),
      compressed: layers.every(({ head }) => compressionOf(head) !== undefined),
    },
  ];
}

function namesIn(descriptor: Fields): Names {
  const annotations = fieldsIn(descriptor['annotations']);
  const full = textIn(annotations['io.containerd.image.name']);
  const ref = textIn(annotations['org.opencontainers.image.ref.name']);
  const isName = /[/:]/.test(ref);
  const names = [full, ...(isName ? [ref] : [])].filter((name) => name !== '').map(normalName);
  return { names: [...new Set(names)], tags: ref === '' || isName || full !== '' ? [] : [ref] };
}

function dockerImages(archive: ArchiveFiles): ArchivedImage[] {
  return objectsIn(jsonOf(archive, DOCKER_MANIFEST)).map((entry) => dockerImage(archive, entry));
}

function dockerImage(archive: ArchiveFiles, entry: Fields): ArchivedImage {
  const configFile = textIn(entry['Config']);
  const own = { name: resolved(archive, configFile), ...fileOf(archive, configFile) };
  const named = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(configFile)?.[1];
  if (named !== undefined && named !== own.sha256)
    throw new DamagedArchiveError(`${configFile} does not match the digest in its name`);
  const config = configIn(archive, configFile);
  if (config === undefined)
    throw new DamagedArchiveError(`${configFile} does not name the platform of the image`);
  const layers = textsIn(entry['Layers']).map((layer) => ({
    name: resolved(archive, layer),
    ...fileOf(archive, layer),
  }));
  checkLayers(configFile, layers.length, config);
  layers.forEach(({ name, head, sha256 }, at) => {
    if (compressionOf(head) === undefined && config.layers[at] !== `sha256:${sha256}`)
      throw new DamagedArchiveError(`${name} is not the layer that the image's configuration names`);
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST_TYPE,
    config: descriptor('application/vnd.oci.image.config.v1+json', own),
    layers: layers.map((layer) => {
      const compression = compressionOf(layer.head);
      const type = `application/vnd.oci.image.layer.v1.tar${compression === undefined ? '' : `+${compression}`}`;
      return descriptor(type, layer);
    }),
  };
  return {
    names: textsIn(entry['RepoTags']).map(normalName),
    tags: [],
    os: config.os,
    architecture: config.architecture,
    id: `sha256:${own.sha256}`,
    manifest: { mediaType: OCI_MANIFEST_TYPE, bytes: Buffer.from(JSON.stringify(manifest)) },
    blobs: distinct([own, ...layers].map(({ name, sha256, size }) => ({ sha256, size, file: name }))),
    compressed: layers.every(({ head }) => compressionOf(head) !== undefined),
  };
}

function distinct(blobs: readonly ArchivedBlob[]): ArchivedBlob[] {
  return [...new Map(blobs.map((blob) => [blob.sha256, blob])).values()];
}

function descriptor(mediaType: string, { sha256, size }: { sha256: string; size: number }): object {
  return { mediaType, digest: `sha256:${sha256}`, size };
}

/** Returns the compression of bytes by their beginning, in the words of OCI media types. */
export function compressionOf(head: Buffer): 'gzip' | 'zstd' | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return head.subarray(0, 4).equals(Buffer.from('28b52ffd', 'hex')) ? 'zstd' : undefined;
}

/** The used fields of an image's configuration. */
interface ImageConfig {
  readonly os: string;
  readonly architecture: string;
  /** Digests of its uncompressed layers. */
  readonly layers: readonly string[];
}

/** Returns undefined if there is none, or none with a platform: attestations have neither. */
function configIn(archive: ArchiveFiles, name: string): ImageConfig | undefined {
  const config = fieldsIn(jsonOf(archive, name));
  const [os, architecture] = [textIn(config['os']), textIn(config['architecture'])];
  if ([os, architecture].some((word) => word === '' || word === 'unknown')) return undefined;
  return { os, architecture, layers: textsIn(fieldsIn(config['rootfs'])['diff_ids']) };
}

function checkLayers(name: string, count: number, { layers }: ImageConfig): void {
  if (count !== layers.length)
    throw new DamagedArchiveError(`${name} names ${layers.length} layers, and there are ${count}`);
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function checkDigest(name: string, { sha256 }: ArchivedFile, digest: string): void {
  if (digest !== `sha256:${sha256}`)
    throw new DamagedArchiveError(`${name} does not match the digest in its name`);
}

function fileOf(archive: ArchiveFiles, name: string): ArchivedFile {
  const file = archive.files.get(resolved(archive, name));
  if (file === undefined) throw new DamagedArchiveError(`it names ${name} but does not hold it`);
  return file;
}

/** Follows links: older dockers wrote a layer that several images share once, and links to it. */
function resolved({ links }: ArchiveFiles, name: string): string {
  let at = name;
  for (let steps = 0; steps < MOST_LEVELS; steps += 1) at = links.get(at) ?? at;
  return at;
}

function jsonOf(archive: ArchiveFiles, name: string): unknown {
  const text = archive.files.get(resolved(archive, name))?.content?.toString('utf8');
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new DamagedArchiveError(`${name} is not JSON`);
  }
}

/** Returns the SHA-256 in hex. */
export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
