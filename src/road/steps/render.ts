import type { Step } from '../../cluster/plan.ts';
import { lastWords } from '../../hosts/last-words.ts';
import { renderManifest } from '../../hosts/scripts/render-manifest.ts';
import { argumentDifferences, parseEtcdManifest } from '../../kubeadm/etcd-manifest.ts';
import { placesOf } from '../../kubeadm/data-places.ts';
import { readYaml } from '../../kubeadm/foreign-yaml.ts';
import type { Json } from '../../kubeadm/json-patch.ts';
import { allPatches } from '../../kubeadm/patches.ts';
import { ETCD_MANIFEST, RENDERED_MANIFEST } from '../../kubeadm/paths.ts';
import { podProblems } from '../../kubeadm/pod-rules.ts';
import { sha256 } from '../read-text.ts';
import { digestsOf, memberOf, stepFailure, type ActContext, type Explain } from './context.ts';
import type { StepScript } from './step-script.ts';

/** Has the host's kubeadm render the manifest aside, and checks that it is as asked for. */
export function render(step: Step & { kind: 'render-manifest' }, context: ActContext): StepScript {
  return {
    script: renderManifest(),
    explain: explainRender,
    check: (stdout) => check(step, stdout.toString('utf8'), context),
  };
}

function check(step: Step & { kind: 'render-manifest' }, text: string, context: ActContext): void {
  const manifest = parseEtcdManifest(text);
  const differences =
    manifest === undefined
      ? ['it is no etcd pod']
      : [
          ...argumentDifferences(manifest, step.wanted),
          ...(manifest.image === step.image ? [] : [`image is "${manifest.image}", wanted "${step.image}"`]),
        ];
  if (differences.length === 0) checkPatched(step, text, context);
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

/** What patches have made of the pod; where there are none, kubeadm itself is trusted. */
function checkPatched(step: Step & { kind: 'render-manifest' }, text: string, context: ActContext): void {
  const { shape } = context.plan;
  if (allPatches(shape.patches, shape.walDir).length === 0) return;
  const { address } = memberOf(context, step.host);
  const { metricsPort } = shape;
  const problems = podProblems(readYaml(text) as Json, { ...placesOf(shape), address, metricsPort });
  if (problems.length === 0) return;
  throw stepFailure(step, {
    fact: `with the patches the pod is not as it has to be: ${problems.join('; ')}. It was not put in place.`,
    cause: 'A patch meets another pod on this release of kubeadm than the one that it was tried on.',
    fix: 'Leave that part out of `patches`, or write it for the pod in /etc/kubernetes/manifests/etcd.yaml.',
  });
}

const explainRender: Explain = (result) => ({
  fact: `kubeadm refused its configuration: ${lastWords(result.stderr, 5)}`,
  cause: 'An input holds a value that this release of kubeadm does not take.',
  fix: 'Correct the input that the message names and run again.',
});
