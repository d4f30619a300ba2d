import { explainImport, importImage } from '../hosts/scripts/import-image.ts';
import { packImage } from '../images/image-archive.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Sends an image from the archive on the runner into the runtime's store, and sees that it is the one that was meant. */
export interface ImportImage extends StepOnHost {
  readonly kind: 'import-image';
  readonly image: string;
  /** The digest of the image's configuration, by which the CRI has to know it afterwards: `sha256:` and hex. */
  readonly imageId: string;
  readonly criEndpoint: string;
}

const title = 'import image';

/** The kind of {@link ImportImage}. */
export const importImageStep: ScriptedKind<ImportImage> = {
  title,
  // the image may have come to the host by another way meanwhile, or have been removed
  outsideDigest: true,
  describe({ image }) {
    return `${title} ${image}`;
  },
  // the image takes all of standard input
  isAlone() {
    return true;
  },
  script(step, { archive, log }) {
    const { host, image, imageId, criEndpoint } = step;
    const archived = archive?.images.find(({ id }) => id === imageId);
    if (archive === undefined || archived === undefined)
      throw new Error(`${image} was planned from no archive`);
    const sent = { bytes: 0 };
    return {
      script: importImage({
        image,
        imageId,
        criEndpoint,
        archive: () => counted(packImage(archive, archived, image), sent),
      }),
      explain: explainImport(step),
      succeeded: () =>
        log.host(host).info(`${image} imported, ${imageId}, ${(sent.bytes / 1e6).toFixed(1)} MB sent`),
    };
  },
};

async function* counted(chunks: AsyncIterable<Buffer>, sent: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    sent.bytes += chunk.length;
    yield chunk;
  }
}
