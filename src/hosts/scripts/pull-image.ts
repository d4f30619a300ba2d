import { quote } from '../shell.ts';
import type { Finding } from '../../findings.ts';
import { lastWords } from '../last-words.ts';
import type { RemoteResult, RemoteScript } from '../transport.ts';

/** Pulls an image into the runtime's own store, so that the static pod starts without waiting for a registry. */
export function pullImage(image: string, criEndpoint: string): RemoteScript {
  return {
    title: `pull ${image}`,
    effect: 'changes',
    timeoutMs: 300_000,
    script: `crictl --runtime-endpoint ${quote(criEndpoint)} --image-endpoint ${quote(criEndpoint)} pull ${quote(image)} >&2`,
  };
}

/** Why an image could not be had. */
export function explainPull(image: string): (result: RemoteResult) => Omit<Finding, 'host' | 'at'> {
  return (result) => ({
    fact: `${image} is not on the host and could not be pulled: ${lastWords(result.stderr, 1)}`,
    cause: 'The host has no way to the registry, or the repository or tag does not exist.',
    fix: 'Open the way to the registry, set `image-repository` to one that the hosts reach, or import the image on each host beforehand.',
  });
}
