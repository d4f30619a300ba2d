import type { ArchivedImage } from '../../src/images/archive-index.ts';
import type { ImageArchive } from '../../src/images/image-archive.ts';

/** Returns an image id of one repeated letter. */
export const id = (letter: string): string => `sha256:${letter.repeat(64)}`;

/** An image in an archive. */
export function archived(names: readonly string[], changes: Partial<ArchivedImage> = {}): ArchivedImage {
  return {
    names,
    tags: [],
    os: 'linux',
    architecture: 'amd64',
    id: id('a'),
    manifest: { mediaType: 'application/vnd.oci.image.manifest.v1+json', bytes: Buffer.from('{}') },
    blobs: [],
    compressed: true,
    ...changes,
  };
}

/** An archive with these images. */
export function archiveOf(...images: readonly ArchivedImage[]): ImageArchive {
  return { path: 'images.tar', images };
}
