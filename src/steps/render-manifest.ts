import { lastWords } from '../hosts/host-error.ts';
import { parseRendered, renderManifest, type Rendered } from '../hosts/render-manifest.ts';
import { ETCD_MANIFEST, placesOf, PRIVATE_MODE, RENDERED_MANIFEST } from '../kubeadm/paths.ts';
import { argumentDifferences, parseEtcdManifest } from '../kubeadm/etcd-manifest.ts';
import { type Json, readYaml } from '../kubeadm/yaml.ts';
import { allPatches } from '../kubeadm/patches.ts';
import { patchedPodProblems } from '../kubeadm/pod-rules.ts';
import { sha256 } from '../run/read-text.ts';
import { digestsOf, memberOf, stepFailure, type StepContext, plannedCluster } from './context.ts';
import type { Rendering } from '../cluster/planned-cluster.ts';
import type { Explain, ScriptedKind, StepOnHost } from './step-kind.ts';

/** Runs the host's own kubeadm to check its configuration and render the static pod's manifest, aside. */
export interface RenderManifest extends StepOnHost, Rendering {
  readonly kind: 'render-manifest';
}

const title = 'render manifest';

/** The kind of {@link RenderManifest}. Verifies that kubeadm has rendered the requested manifest. */
export const renderManifestStep: ScriptedKind<RenderManifest> = {
  title,
  // Aside; another step moves it to where kubelet reads it.
  touches(step, { placesManifest }) {
    return placesManifest
      ? [{ path: ETCD_MANIFEST, mode: PRIVATE_MODE, content: { from: 'kubeadm', step } }]
      : [];
  },
  script(step, context) {
    return {
      script: renderManifest(isPatched(context)),
      explain: explainRender,
      check: (stdout) => check(step, parseRendered(stdout), context),
    };
  },
};

function isPatched(context: StepContext): boolean {
  const { shape } = plannedCluster(context);
  return allPatches(shape.patches, shape.walDir).length > 0;
}

function check(step: RenderManifest, rendered: Rendered, context: StepContext): void {
  checkPatched(step, rendered, context);
  const { text } = rendered;
  const manifest = parseEtcdManifest(text);
  const differences =
    manifest === undefined
      ? ['it is not an etcd pod']
      : [
          ...argumentDifferences(manifest, step.wanted),
          ...(manifest.image === step.image ? [] : [`image is "${manifest.image}", wanted "${step.image}"`]),
        ];
  if (differences.length > 0) {
    throw stepFailure(title, step.host, {
      code: 'manifest-not-rendered',
      fact: `the manifest from kubeadm does not match its configuration: ${differences.join('; ')}.`,
      cause: 'The action does not know how this release of kubeadm handles the configuration.',
      fix: `Compare ${RENDERED_MANIFEST} on the host with its kubeadmcfg.yaml, and open an issue with both.`,
    });
  }
  digestsOf(context, step.host).set(ETCD_MANIFEST, sha256(text));
  context.material.publicFiles.get(step.host)?.set(ETCD_MANIFEST, text);
}

/** Checks what patches have changed in the pod; without patches, kubeadm itself is trusted. */
function checkPatched(step: RenderManifest, { text, plain }: Rendered, context: StepContext): void {
  if (!isPatched(context)) return;
  const { shape } = plannedCluster(context);
  const { address } = memberOf(context, step.host);
  const { metricsPort } = shape;
  const problems = patchedPodProblems(
    readYaml(text) as Json,
    plain === undefined ? undefined : (readYaml(plain) as Json),
    { ...placesOf(shape), address, metricsPort },
  );
  if (problems.length === 0) return;
  throw stepFailure(title, step.host, {
    code: 'patched-pod-unsuitable',
    fact: `the patches break the pod: ${problems.join('; ')}. The run did not use it.`,
    cause: 'A patch changes a field that the action relies on, or that another input sets.',
    fix: 'Remove that part from `patches`, test them with `operation: preflight`, and run again.',
  });
}

const explainRender: Explain = (result) => ({
  code: 'manifest-not-rendered',
  fact: `kubeadm refused its configuration: ${lastWords(result.stderr, 5)}`,
  cause:
    'An input has a value that this release of kubeadm does not accept, or a patch does not fit the pod.',
  fix: 'Correct the input that the message names and run again.',
});
