import { sha256Of, type ArchivedImage } from './archive-index.ts';
import { tagOf } from './reference.ts';

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
export function layoutOf({ manifest, os, architecture }: ArchivedImage, reference: string): PackedFile[] {
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
export function blobFile(sha256: string): string {
  return `blobs/sha256/${sha256}`;
}
