import { quote } from '../shell.ts';
import type { RemoteScript } from '../transport.ts';

/** Pulls an image into the runtime's own store, so that the static pod starts without waiting for a registry. */
export function pullImage(image: string, criEndpoint: string): RemoteScript {
  return {
    title: `pull ${image}`,
    timeoutMs: 300_000,
    script: `crictl --runtime-endpoint ${quote(criEndpoint)} --image-endpoint ${quote(criEndpoint)} pull ${quote(image)} >&2`,
  };
}
