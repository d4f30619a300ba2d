import type { Step } from '../../cluster/plan.ts';
import { lastWords } from '../../hosts/last-words.ts';
import { renderManifest } from '../../hosts/scripts/render-manifest.ts';
import { argumentDifferences, parseEtcdManifest } from '../../kubeadm/etcd-manifest.ts';
import { ETCD_MANIFEST, RENDERED_MANIFEST } from '../../kubeadm/paths.ts';
import { sha256 } from '../material.ts';
import { digestsOf, runScript, stepFailure, type ActContext, type Explain } from './context.ts';

/** Has the host's kubeadm render the manifest aside, and checks that it is as asked for. */
export async function render(step: Step & { kind: 'render-manifest' }, context: ActContext): Promise<void> {
  const result = await runScript(step, renderManifest(), context, explainRender);
  const text = result.stdout.toString('utf8');
  const manifest = parseEtcdManifest(text);
  const differences =
    manifest === undefined
      ? ['it is no etcd pod']
      : [
          ...argumentDifferences(manifest, step.wanted),
          ...(manifest.image === step.image ? [] : [`image is "${manifest.image}", wanted "${step.image}"`]),
        ];
  if (differences.length > 0) {
    throw stepFailure(step, {
      fact: `kubeadm rendered another manifest than its configuration asks for: ${differences.join('; ')}.`,
      cause: 'This release of kubeadm treats the configuration in a way the action does not know.',
      fix: `Compare ${RENDERED_MANIFEST} on the host with its kubeadmcfg.yaml, and open an issue with both.`,
    });
  }
  digestsOf(context, step.host).set(ETCD_MANIFEST, sha256(text));
  context.material.publicFiles.get(step.host)?.set(ETCD_MANIFEST, text);
}

const explainRender: Explain = (result) => ({
  fact: `kubeadm refused its configuration: ${lastWords(result.stderr, 5)}`,
  cause: 'An input holds a value that this release of kubeadm does not take.',
  fix: 'Correct the input that the message names and run again.',
});
