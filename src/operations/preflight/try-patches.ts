import { quoteBash } from '../../hosts/bash.ts';
import { lastWords } from '../../hosts/host-error.ts';
import { parseRendered, RENDER } from '../../hosts/render-manifest.ts';
import type { RemoteResult, RemoteScript } from '../../hosts/transport.ts';
import type { PatchTrialFact } from '../../facts/preflight.ts';
import type { PatchTrial } from './patch-trial.ts';

/** Exit codes of the script for what kubeadm refuses. */
const CONFIGURATION_REFUSED = 3;
const PATCHES_REFUSED = 4;

/**
 * Has the host's kubeadm render the manifest as a deploy would have it, with the patches and without them. Everything is in a private
 * folder of memory, which is removed in the end: nothing of it stays.
 */
export function tryPatches({ configuration, folder, patches }: PatchTrial): RemoteScript {
  const files = patches.map(
    ({ name, text }) => `printf %s ${quoteBash(text)} > "$scratch/patches/"${quoteBash(name)}`,
  );
  return {
    title: 'try the patches',
    effect: 'writes-aside',
    timeoutMs: 180_000,
    script: `
scratch=$(mktemp -d /run/etcd-ha-action.XXXXXXXX)
at_exit 'rm -rf -- "$scratch"'
${RENDER}
mkdir -- "$scratch/patches"
${files.join('\n')}
configuration=${quoteBash(configuration)}
configuration=\${configuration//${folder.replaceAll('/', '\\/')}/$scratch/patches}
printf %s "$configuration" > "$scratch/configuration.yaml"
render_plain "$scratch/configuration.yaml" "$scratch/plain" || exit ${CONFIGURATION_REFUSED}
plain=("\${text[@]}")
render "$scratch/configuration.yaml" "$scratch/patched" || exit ${PATCHES_REFUSED}
printf %s "\${text[@]}"
printf '\\0%s' "\${plain[@]}"
`,
  };
}

/** Returns the result; undefined if the trial ended in a way that only `explainUnknown` can explain. */
export function parsePatchTrial(result: RemoteResult): PatchTrialFact | undefined {
  const said = lastWords(result.stderr, 5);
  if (result.code === CONFIGURATION_REFUSED) return { outcome: 'configuration-refused', said };
  if (result.code === PATCHES_REFUSED) return { outcome: 'patches-refused', said };
  if (result.code !== 0) return undefined;
  const { text, plain = '' } = parseRendered(result.stdout);
  return { outcome: 'rendered', patched: text, plain };
}
