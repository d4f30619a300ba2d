import { createHash } from 'node:crypto';
import { createTwoFilesPatch, FILE_HEADERS_ONLY, formatPatch } from 'diff';
import { differsFromRecord, resetFlags } from '../cluster/differences.ts';
import type { PlannedCluster, Rendering, TouchedFile } from '../cluster/planned-cluster.ts';
import type { FileFact, HostFacts } from '../facts/host.ts';
import { KUBEADM_ETCD_FLAGS } from '../kubeadm/etcd-flags.ts';
import { parseEtcdManifest, predictManifest } from '../kubeadm/etcd-manifest.ts';
import type { MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import { patchFolderIn } from '../kubeadm/patches.ts';
import { ETCD_MANIFEST, KUBEADM_CONFIG } from '../kubeadm/paths.ts';
import { KUBEADM_POLICY } from '../pki/authority.ts';
import { kindOf, type Step } from '../steps/index.ts';
import {
  attributeNotes,
  authorityChange,
  type CertificateContext,
  changeOf,
  leafChange,
  modeChange,
} from './certificate-change.ts';
import type { FileChange, HostChanges } from './document.ts';
import type { Plan } from './plan.ts';

/** Describes the changes of a plan on one host. */
export function hostChanges(
  member: MemberIdentity,
  { plan, facts, broughtCertificate }: Pick<PlanToDescribe, 'plan' | 'facts' | 'broughtCertificate'>,
): HostChanges {
  const { name, address } = member;
  const steps = [...plan.stages, ...plan.afterVerify].flatMap((stage) =>
    stage.steps.filter(({ host }) => host === name),
  );
  const context = { member, seen: factsOf(name, facts), ...issuing(plan.cluster, broughtCertificate) };
  const files = plannedFiles(steps).flatMap((planned) => fileChange(planned, context) ?? []);
  return { name, address, files, restarts: restarts(steps, files) };
}

/** By which policy and CA the plan issues certificates; a plan that issues none has neither. */
function issuing(
  cluster: PlannedCluster | undefined,
  broughtCertificate: string | undefined,
): Pick<CertificateContext, 'policy' | 'authority'> {
  const certificatePem = broughtCertificate ?? cluster?.authorityCertificate;
  return {
    policy: cluster?.certificates ?? KUBEADM_POLICY,
    authority: {
      source: cluster?.authority ?? { from: 'input' },
      ...(certificatePem === undefined ? {} : { certificatePem }),
    },
  };
}

function factsOf(name: string, facts: ReadonlyMap<string, HostFacts>): HostFacts {
  const seen = facts.get(name);
  if (seen === undefined) throw new Error(`a plan is decided from the facts of all hosts; ${name} has none`);
  return seen;
}

/** Leaves out services that merely start; a kubelet without configuration starts and exits every few seconds. */
function restarts(steps: readonly Step[], files: readonly FileChange[]): string[] {
  const restarted = new Set(steps.map((step) => kindOf(step).restarts?.(step)));
  const manifestChanges = files.some(({ path, change }) => path === ETCD_MANIFEST && change !== 'mode');
  const etcd = manifestChanges
    ? 'etcd: manifest out, pod gone, new one in'
    : 'etcd: only if the rendered manifest differs';
  return [...(restarted.has('kubelet') ? ['kubelet'] : []), ...(restarted.has('etcd') ? [etcd] : [])];
}

/** Facts about the host, and about the CA. */
export interface FileContext extends CertificateContext {
  /** Observations of the host. */
  readonly seen: Pick<HostFacts, 'files' | 'state'>;
}

/** Describes the change of one file; undefined if it is as planned already. */
function fileChange(file: TouchedFile, context: FileContext): FileChange | undefined {
  const { content } = file;
  const present = context.seen.files.get(file.path);
  switch (content?.from) {
    case undefined:
      return modeChange(file, present);
    case 'text':
      return textChange(file, present, content.text);
    case 'state':
      return changeOf(file, present, { notes: ["the action's own record"] });
    case 'kubeadm':
      return manifestChange(file, context.seen, content.step);
    case 'nothing':
      return removal(present);
    case 'authority':
      return authorityChange(file, present, content.part, context);
    case 'leaf':
      return leafChange(file, present, content, context);
  }
}

function removal(present: FileFact | undefined): FileChange | undefined {
  if (present === undefined) return undefined;
  const note = 'the key of the CA, now only in the inputs; only if it is that key';
  return { path: present.path, change: 'remove', mode: present.mode, note };
}

function textChange(file: TouchedFile, present: FileFact | undefined, text: string): FileChange | undefined {
  if (present !== undefined && holds(present, text)) return modeChange(file, present);
  const unread =
    present !== undefined && present.text === undefined
      ? [`the present contents were not read (SHA-256 ${present.sha256 ?? 'unknown'})`]
      : [];
  const diff = unifiedDiff(file.path, present?.text, text);
  return changeOf(file, present, { diff, notes: [...unread, ...attributeNotes(file, present)] });
}

function holds(present: FileFact, text: string): boolean {
  if (present.text !== undefined) return present.text === text;
  return present.sha256 === createHash('sha256').update(text).digest('hex');
}

const PRESUMABLY = "as the host's kubeadm will probably render it";
const EDITED = 'it was edited on the host, and edits that kubeadm does not render are lost';

/** Describes the static pod's manifest, which exists only once the host's kubeadm has rendered it. */
function manifestChange(
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
    ? 'changes of the present patches are reverted'
    : `it is patched anew, by ${patches.names.join(', ')}; only kubeadm knows the result`;
}

function wasEdited({ path }: FileFact, facts: Pick<HostFacts, 'files' | 'state'>): boolean {
  return typeof facts.state === 'object' && differsFromRecord(facts.state, facts, path);
}

const CONTEXT_LINES = 3;

/** Limit of changed lines that are compared one by one, because the time is quadratic. */
const MOST_EDITS = 1000;

/** Returns the unified diff between the file at a path (`undefined`: none) and the planned one. */
function unifiedDiff(path: string, present: string | undefined, planned: string): string {
  const from = present === undefined ? '/dev/null' : path;
  const compared = createTwoFilesPatch(from, path, present ?? '', planned, undefined, undefined, {
    context: CONTEXT_LINES,
    headerOptions: FILE_HEADERS_ONLY,
    maxEditLength: MOST_EDITS,
  });
  return compared ?? wholeFile(from, path, linesOf(present ?? ''), linesOf(planned));
}

function wholeFile(from: string, path: string, removed: readonly string[], added: readonly string[]): string {
  const hunk = {
    oldStart: 1,
    oldLines: removed.length,
    newStart: 1,
    newLines: added.length,
    lines: [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)],
  };
  return formatPatch(
    { oldFileName: from, newFileName: path, oldHeader: undefined, newHeader: undefined, hunks: [hunk] },
    FILE_HEADERS_ONLY,
  );
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Returns all paths that the steps on one host change, without duplicates, in the order of the steps. */
function plannedFiles(steps: readonly Step[]): TouchedFile[] {
  const placesManifest = steps.some((step) => kindOf(step).replaces?.(step).includes(ETCD_MANIFEST));
  const files = new Map<string, TouchedFile>();
  for (const file of steps.flatMap((step) => kindOf(step).touches?.(step, { placesManifest }) ?? [])) {
    files.set(file.path, { ...files.get(file.path), ...file });
  }
  return [...files.values()];
}

/** The input of a plan's description. */
export interface PlanToDescribe {
  readonly plan: Plan;
  readonly operation: string;
  /** Facts by host name, from which the plan was decided. */
  readonly facts: ReadonlyMap<string, HostFacts>;
  /**
   * Certificate (PEM) of a CA from the inputs: with it the approval is bound to that CA. Not needed for a CA on a host.
   */
  readonly broughtCertificate?: string;
}
