import { type Check, checkOf } from '../../checks/check.ts';
import type { ExaminedMember, PreflightSettings } from '../../checks/examined.ts';
import { desiredMember } from '../../cluster/desired-member.ts';
import { wantedImage } from '../../cluster/images.ts';
import type { Member } from '../../cluster/members.ts';
import { classifyHost, recordOn, tokenOn } from '../../cluster/ownership.ts';
import type { PatchTrialFact } from '../../facts/preflight.ts';
import { quoteBash } from '../../hosts/bash.ts';
import { lastWords } from '../../hosts/host-error.ts';
import { parseRendered, RENDER } from '../../hosts/render-manifest.ts';
import type { RemoteResult, RemoteScript } from '../../hosts/transport.ts';
import type { Settings } from '../../inputs/settings.ts';
import { type Json, readYaml } from '../../kubeadm/yaml.ts';
import { allPatches, type KubeadmPatch, patchFolder } from '../../kubeadm/patches.ts';
import { KUBEADM_CONFIG, placesOf } from '../../kubeadm/paths.ts';
import { patchedPodProblems } from '../../kubeadm/pod-rules.ts';
import { clusterShape } from '../deploy/classify.ts';

/** What the kubeadm of one host is to render, in order to try the patches. */
export interface PatchTrial {
  /** As a deploy would write it. */
  readonly configuration: string;
  /** The folder of patches that it names. */
  readonly folder: string;
  /** In the order in which kubeadm applies them. */
  readonly patches: readonly KubeadmPatch[];
}

/**
 * What each host is to try, by its address; a host that lacks a prerequisite of a deploy has nothing to try.
 * @param freshToken of a cluster that is not there yet.
 */
export function patchTrials(
  members: readonly Member[],
  settings: Settings,
  freshToken: string,
): ReadonlyMap<string, PatchTrial> {
  const patches = allPatches(settings.patches, settings.walDir);
  const folder = patchFolder(patches);
  if (settings.patches.length === 0 || folder === undefined) return new Map();
  const owned = new Map(
    members.map((member) => [member.name, classifyHost(member, settings.clusterName).ownership]),
  );
  const tokens = [...owned.values()].flatMap((each) => (each && tokenOn(each)) ?? []);
  const shape = clusterShape(settings, members, tokens[0] ?? freshToken);
  return new Map(
    members.filter(hasEssentials(settings)).map((member) => {
      const record = recordOn(owned.get(member.name));
      const { texts } = desiredMember(
        member,
        shape,
        settings,
        record && { kubernetesVersion: record.kubernetesVersion },
      );
      return [member.address, { configuration: texts.get(KUBEADM_CONFIG) ?? '', folder, patches }];
    }),
  );
}

/** Reports whether the desired state of a member can be computed. */
function hasEssentials(settings: Settings): (member: Member) => boolean {
  return ({ facts }) =>
    facts.runtime.runtime !== undefined &&
    facts.kubeadmVersion !== undefined &&
    facts.kubeletPath !== undefined &&
    wantedImage(settings, facts) !== undefined;
}

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

/** Returns the problems of the patches, as the host's own kubeadm applies them. */
export function patchTrialChecks(
  { name: host, address, patchTrial }: ExaminedMember,
  settings: PreflightSettings,
): Check[] {
  const check = checkOf('patches', host);
  switch (patchTrial?.outcome) {
    case undefined:
      return [];
    case 'configuration-refused':
      return [
        check('fail', {
          code: 'manifest-not-rendered',
          subject: 'kubeadm',
          measured: `kubeadm refuses the configuration that a deploy would give it, even without a patch: ${patchTrial.said}`,
          cause: 'An input has a value that this release of kubeadm does not accept.',
          fix: 'Correct the input that the message names and run again.',
        }),
      ];
    case 'patches-refused':
      return [
        check('fail', {
          code: 'patched-pod-unsuitable',
          measured: `kubeadm cannot apply the patches: ${patchTrial.said}`,
          cause:
            'A patch names something that the pod does not have, or is not a patch that kubeadm accepts.',
          fix: "Compare it with /etc/kubernetes/manifests/etcd.yaml of a member, or with kubeadm's documentation of patches.",
        }),
      ];
    case 'rendered': {
      const [patched, plain] = [patchTrial.patched, patchTrial.plain].map((text) => readYaml(text) as Json);
      const { metricsPort } = settings;
      const expected = { ...placesOf(settings), address, metricsPort };
      const problems = patchedPodProblems(patched ?? null, plain, expected);
      if (problems.length === 0) return [];
      return [
        check('fail', {
          code: 'patched-pod-unsuitable',
          measured: `with the patches the pod is not as it has to be: ${problems.join('; ')}.`,
          cause: 'A patch changes something that the action relies on, or that an input sets.',
          fix: 'Remove that part from `patches`.',
        }),
      ];
    }
  }
}
