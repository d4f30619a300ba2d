import type { Finding } from '../findings.ts';
import { quoteBash, SYNC_IMAGES } from '../hosts/bash.ts';
import { explainUnknown, knownReason, type Reason } from '../hosts/explain-unknown.ts';
import { lastWords } from '../hosts/host-error.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import { packImage } from '../images/image-archive.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Imports an image from the archive on the runner into the runtime's store, and verifies it. */
export interface ImportImage extends StepOnHost {
  readonly kind: 'import-image';
  readonly image: string;
  /** The digest of the image's configuration, its id in the CRI afterwards: `sha256:` and hex. */
  readonly imageId: string;
  readonly criEndpoint: string;
}

const title = 'import image';

/** The kind of {@link ImportImage}. */
export const importImageStep: ScriptedKind<ImportImage> = {
  title,
  // The image may arrive on the host by another way meanwhile, or be removed.
  outsideDigest: true,
  describe({ image }) {
    return `${title} ${image}`;
  },
  // The image takes all of standard input.
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

/** An image to import on a host. */
export interface ImportedImage {
  readonly image: string;
  /** `sha256:` and hex. */
  readonly imageId: string;
  readonly criEndpoint: string;
  /** Starts a tar archive with this image only, compressed with gzip or not. */
  readonly archive: () => AsyncIterable<Buffer>;
}

/** Exit codes: containerd rejected it; the CRI has another image by this name, or none. */
const REFUSED = 3;
const OTHER = 4;

/** Tenths of a second until the CRI must list the image that containerd has imported. */
const SEEN_WITHIN = 100;

/**
 * Returns a script that imports an image into containerd's namespace of the CRI as it arrives, and verifies that the
 * CRI lists it by the wanted name with the same configuration. containerd compares every part with its digest.
 */
export function importImage({ image, imageId, criEndpoint, archive }: ImportedImage): RemoteScript {
  return {
    title: `import ${image}`,
    effect: 'changes',
    timeoutMs: 600_000,
    input: archive,
    script: `
# gzip -dcf passes on uncompressed data
if ! gzip -dcf | ctr --address ${quoteBash(socketOf(criEndpoint))} --namespace k8s.io images import - > /dev/null; then exit ${REFUSED}; fi
${SYNC_IMAGES}
id=''
for ((i = 0; i < ${SEEN_WITHIN}; i++)); do
  id=$(crictl --image-endpoint ${quoteBash(criEndpoint)} inspecti -o go-template --template '{{.status.id}}' ${quoteBash(image)} 2> /dev/null) || true
  if [ -n "$id" ]; then break; fi
  sleep 0.1
done
# CRI-O's ids have no prefix
if [ "sha256:\${id#sha256:}" != ${quoteBash(imageId)} ]; then printf '%s\\n' "\${id:-none}" >&2; exit ${OTHER}; fi
`,
  };
}

/** Explains why an image could not be imported. */
export function explainImport({
  image,
  imageId,
}: Pick<ImportedImage, 'image' | 'imageId'>): (result: RemoteResult) => Omit<Finding, 'host' | 'at'> {
  return (result) => {
    if (result.code === OTHER) {
      return {
        code: 'image-import-failed',
        fact: `after the import the container runtime knows ${image} as ${lastWords(result.stderr, 1)}, but the action sent ${imageId}.`,
        cause:
          'Another image of that name was imported or pulled at the same time, or the runtime has another store.',
        fix: `Look at \`crictl images --digests\` and \`ctr -n k8s.io images ls\` on the host, and run again.`,
      };
    }
    if (result.code !== REFUSED) return explainUnknown(result);
    return {
      code: 'image-import-failed',
      fact: `containerd did not accept ${image}: ${lastWords(result.stderr, 3)}`,
      ...(knownReason(result.stderr) ?? whyNotTaken(result.stderr)),
    };
  };
}

function whyNotTaken(said: string): Reason {
  const fix = 'Fix the error and run again. By hand: `ctr -n k8s.io images import FILE` on the host.';
  return /unexpected end of file|unexpected EOF|crc error|invalid compressed data/.test(said)
    ? { cause: 'The archive was cut off or changed during the transfer.', fix }
    : { fix };
}

function socketOf(criEndpoint: string): string {
  return criEndpoint.replace(/^unix:\/\//, '');
}
