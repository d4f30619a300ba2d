import { KUBEADM_ETCD_FLAGS } from '../kubeadm/etcd-flags.ts';
import { parseEtcdManifest, predictManifest } from '../kubeadm/etcd-manifest.ts';
import { patchFolderIn } from '../kubeadm/patches.ts';
import { KUBEADM_CONFIG } from '../kubeadm/paths.ts';
import { differsFromRecord, resetFlags } from '../cluster/differences.ts';
import type { FileFact, HostFacts } from '../cluster/host-facts.ts';
import type { FileChange } from './document.ts';
import { attributeNotes, changeOf, modeChange } from './outcome.ts';
import type { Rendering, TouchedFile } from '../steps/planned-file.ts';
import { unifiedDiff } from './unified-diff.ts';

const PRESUMABLY = "as the host's kubeadm will presumably render it";
const EDITED = 'it was edited on the host, and what kubeadm does not render is lost';

/** The static pod's manifest, which exists only once the host's kubeadm has rendered it. */
export function manifestChange(
  file: TouchedFile,
  { files, state }: Pick<HostFacts, 'files' | 'state'>,
  step: Rendering,
): FileChange | undefined {
  const present = files.get(file.path);
  const predicted = present?.text === undefined ? undefined : predict(present.text, step);
  if (present?.text === undefined || predicted === undefined) {
    return changeOf(file, present, { notes: [contents(step), ...attributeNotes(file, present)] });
  }
  const configuration = files.get(KUBEADM_CONFIG)?.text ?? '';
  const unforeseen = [
    ...resetFlags(configuration, step.wanted),
    ...(patchFolderIn(configuration) === step.patches?.folder ? [] : [otherPatches(step)]),
    ...(wasEdited(present, { files, state }) ? [EDITED] : []),
  ];
  if (predicted === present.text && unforeseen.length === 0) return modeChange(file, present);
  return changeOf(file, present, {
    ...(predicted === present.text ? {} : { diff: unifiedDiff(file.path, present.text, predicted) }),
    notes: [PRESUMABLY, ...unforeseen, ...attributeNotes(file, present)],
  });
}

function predict(text: string, { wanted, image }: Rendering): string | undefined {
  const names = new Set(wanted.map(({ name }) => name));
  const present = parseEtcdManifest(text)?.arguments.keys() ?? [];
  const dropFlags = [...present].filter((name) => !names.has(name) && !KUBEADM_ETCD_FLAGS.has(name));
  return predictManifest(text, wanted, { image, dropFlags });
}

function contents({ wanted, image, patches }: Rendering): string {
  const flags = wanted.map(({ name, value }) => `--${name}=${value}`);
  const patched = patches === undefined ? '' : `; then patched by ${patches.names.join(', ')}`;
  return `rendered by the host's kubeadm: image ${image}; besides kubeadm's own flags ${flags.join(' ')}${patched}`;
}

function otherPatches({ patches }: Rendering): string {
  return patches === undefined
    ? 'what the present patches have changed goes back'
    : `it is patched anew, by ${patches.names.join(', ')}; what that changes only kubeadm can tell`;
}

function wasEdited({ path }: FileFact, facts: Pick<HostFacts, 'files' | 'state'>): boolean {
  return typeof facts.state === 'object' && differsFromRecord(facts.state, facts, path);
}
