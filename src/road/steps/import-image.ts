import type { Step } from '../../cluster/plan.ts';
import { explainImport, importImage } from '../../hosts/scripts/import-image.ts';
import { packImage } from '../../images/image-archive.ts';
import type { ActContext } from './context.ts';
import type { StepScript } from './step-script.ts';

/** Sends an image of the archive to a host that lacks it. */
export function sendImage(step: Step & { kind: 'import-image' }, context: ActContext): StepScript {
  const { host, image, imageId, criEndpoint } = step;
  const { archive } = context;
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
      context.log.host(host).info(`${image} imported, ${imageId}, ${(sent.bytes / 1e6).toFixed(1)} MB sent`),
  };
}

async function* counted(chunks: AsyncIterable<Buffer>, sent: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    sent.bytes += chunk.length;
    yield chunk;
  }
}
