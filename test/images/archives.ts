import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary folder for archives. */
export class Archives {
  readonly folder = mkdtempSync(join(tmpdir(), 'etcd-ha-images-'));

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /**
   * Packs files with GNU tar, in this order.
   * @param options for tar, such as a format or a compression.
   */
  tar(
    name: string,
    files: Readonly<Record<string, string | Buffer>>,
    options: readonly string[] = [],
  ): string {
    const root = mkdtempSync(join(this.folder, 'root-'));
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    const archive = join(this.folder, name);
    execFileSync('tar', [...options, '-cf', archive, '-C', root, ...Object.keys(files)]);
    return archive;
  }
}

/** Returns the SHA-256 in hex. */
export function digestOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Returns bytes for a layer; compressed ones begin like gzip. */
export function layer(text: string, compressed: boolean): Buffer {
  return Buffer.concat([compressed ? Buffer.of(0x1f, 0x8b) : Buffer.from('layer'), Buffer.from(text)]);
}

/** The configuration of an image with these layers. */
export function configOf(architecture: string, layers: readonly Buffer[], os = 'linux'): string {
  const diffIds = layers.map((each) => `sha256:${digestOf(each)}`);
  return JSON.stringify({ architecture, os, rootfs: { type: 'layers', diff_ids: diffIds } });
}

/** Blobs of one image in an OCI layout, and its descriptor. */
export interface OciImage {
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly descriptor: Readonly<Record<string, unknown>>;
  /** `sha256:` and the digest of its configuration. */
  readonly id: string;
}

export function ociImage(
  architecture: string,
  { compressed = true, os = 'linux' }: { compressed?: boolean; os?: string } = {},
): OciImage {
  const own = layer(`etcd for ${architecture}`, compressed);
  const config = configOf(architecture, [own], os);
  const type = `application/vnd.oci.image.layer.v1.tar${compressed ? '+gzip' : ''}`;
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: blob('application/vnd.oci.image.config.v1+json', config),
    layers: [blob(type, own)],
  });
  return {
    files: Object.fromEntries([config, manifest, own].map((content) => [nameOf(content), content])),
    descriptor: {
      ...blob('application/vnd.oci.image.manifest.v1+json', manifest),
      platform: { os, architecture },
    },
    id: `sha256:${digestOf(config)}`,
  };
}

/** Returns an index of several images, like that of a multi-platform image. */
export function ociIndex(images: readonly OciImage[]): Omit<OciImage, 'id'> {
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: images.map(({ descriptor }) => descriptor),
  });
  return {
    files: { ...together(images), [nameOf(index)]: index },
    descriptor: blob('application/vnd.oci.image.index.v1+json', index),
  };
}

/** Returns the whole layout, with names by annotations. */
export function ociLayout(
  images: readonly (Pick<OciImage, 'files' | 'descriptor'> & {
    readonly annotations?: Record<string, string>;
  })[],
): Record<string, string | Buffer> {
  const manifests = images.map(({ descriptor, annotations }) => ({
    ...descriptor,
    ...(annotations && { annotations }),
  }));
  return {
    ...together(images),
    'index.json': JSON.stringify({ schemaVersion: 2, manifests }),
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
  };
}

function together(images: readonly Pick<OciImage, 'files'>[]): Record<string, string | Buffer> {
  return Object.fromEntries(images.flatMap(({ files }) => Object.entries(files)));
}

/** Returns the format of `docker save` before 25. */
export function dockerArchive(
  architecture: string,
  tags: readonly string[] | null,
  layers: readonly Buffer[] = [layer('etcd', false)],
): { readonly files: Record<string, string | Buffer>; readonly id: string } {
  const config = configOf(architecture, layers);
  const names = layers.map((each) => `${digestOf(each)}/layer.tar`);
  return {
    files: {
      [`${digestOf(config)}.json`]: config,
      ...Object.fromEntries(names.map((name, at) => [name, layers[at] ?? Buffer.alloc(0)])),
      'manifest.json': JSON.stringify([
        { Config: `${digestOf(config)}.json`, RepoTags: tags, Layers: names },
      ]),
    },
    id: `sha256:${digestOf(config)}`,
  };
}

function blob(mediaType: string, content: string | Buffer): Record<string, unknown> {
  return { mediaType, digest: `sha256:${digestOf(content)}`, size: Buffer.byteLength(content) };
}

function nameOf(content: string | Buffer): string {
  return `blobs/sha256/${digestOf(content)}`;
}
