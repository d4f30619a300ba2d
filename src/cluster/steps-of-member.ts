import { CONFIGURATION_MODES, PRIVATE_MODE } from '../kubeadm/file-tree.ts';
import { KUBEADM_CONFIG, PATCHES_DIR } from '../kubeadm/paths.ts';
import type { Step } from '../steps/index.ts';
import type { PlannedFile } from '../steps/planned-file.ts';
import type { RecordMember } from '../steps/record-member.ts';
import type { DesiredMember } from './desired.ts';

/** The configurations of kubelet and kubeadm, patches among them, as files to deliver; all of them, or those named. */
export function configurationFiles(
  { texts }: DesiredMember,
  paths: readonly string[] = [...texts.keys()],
): PlannedFile[] {
  return paths.map((path) => {
    const text = texts.get(path);
    if (text === undefined) throw new Error(`${path} is no configuration file`);
    return { path, mode: CONFIGURATION_MODES.get(path) ?? PRIVATE_MODE, content: { from: 'text', text } };
  });
}

/** The configuration of kubeadm and the patches that it names, in the order in which they are to be delivered. */
export function kubeadmFiles({ texts }: DesiredMember): string[] {
  return [...texts.keys()].filter((path) => path === KUBEADM_CONFIG || path.startsWith(`${PATCHES_DIR}/`));
}

/** An etcd that kept ending is started again by a kubelet that has just started, which has forgotten its back-off. */
export function wakeKubelet({ name, kubeletRuns }: { name: string; kubeletRuns: boolean }): Step {
  const why = kubeletRuns
    ? 'etcd does not run, and kubelet may wait for minutes'
    : 'kubelet does not run, or not at boot';
  return { kind: 'start-kubelet', host: name, restart: kubeletRuns, why };
}

/** Writes down what the members are now. */
export function recordSteps(members: readonly { readonly name: string }[], why: string): RecordMember[] {
  return members.map(({ name }) => ({ kind: 'record-member', host: name, why }));
}
