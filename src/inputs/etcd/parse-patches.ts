import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import { errorMessage, type Finding } from '../../findings.ts';
import { isMapping, type Json, PatchError } from '../../kubeadm/json-patch.ts';
import { modelPod } from '../../kubeadm/model-pod.ts';
import { applyPatch, type KubeadmPatch, patchKind, type PatchKind } from '../../kubeadm/patches.ts';
import type { DataPlaces } from '../../kubeadm/paths.ts';
import { podProblems } from '../../kubeadm/pod-rules.ts';
import { readAsKubernetes, toKubernetesYaml } from '../../kubeadm/yaml.ts';
import { holdsPrivateKey, quote } from '../../text/quote.ts';
import type { InputFolder } from '../input-files.ts';
import { parseYaml } from '../yaml-input.ts';

const input = 'patches';
const example = 'for example "etcd+strategic.yaml: { spec: { priority: 1000 } }".';

/** What the patches are held against. */
export interface PatchedMember extends DataPlaces {
  readonly metricsPort: number;
}

/** A patch with the place that its file was written at. */
interface WrittenPatch extends KubeadmPatch {
  readonly at: string;
}

/**
 * Reads kubeadm patches of etcd's static pod: a mapping of file names to patches, or a folder of such files as
 * `kubeadm init --patches` takes it. They are tried on the pod as kubeadm makes it: what the action relies on must be the
 * same afterwards.
 * @param folder the folder that the input names, if it names one. @param member absent: its inputs are wrong themselves.
 * @returns the patches in the order in which kubeadm applies them.
 */
export function parsePatches(
  value: string,
  folder: InputFolder | undefined,
  member: PatchedMember | undefined,
  findings: Finding[],
): readonly KubeadmPatch[] {
  const written = folder === undefined ? patchesInText(value, findings) : patchesInFolder(folder, findings);
  const sorted = written.toSorted((one, other) =>
    Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)),
  );
  if (member !== undefined) tryOn(sorted, member, findings);
  return sorted.map(({ name, text }) => ({ name, text }));
}

function patchesInText(value: string, findings: Finding[]): WrittenPatch[] {
  const yaml = parseYaml(input, value, { schema: 'core', uniqueKeys: true, example }, findings);
  const contents = yaml?.document.contents;
  if (yaml === undefined || contents === null) return [];
  if (!isMap(contents)) {
    findings.push({
      at: input,
      fact: 'this is neither a mapping of file names to patches nor the path of a folder.',
      fix: `write the patches, ${example}`,
    });
    return [];
  }
  return contents.items.flatMap(({ key, value: patch }) => {
    const name = isScalar(key) ? String(key.value) : '';
    const at = yaml.placeOf(isScalar(key) ? key.range?.[0] : undefined);
    const text =
      isScalar(patch) && typeof patch.value === 'string' ? patch.value : asText(patch, yaml.document);
    if (text !== undefined) return checked({ name, text, at }, findings);
    findings.push({
      at,
      fact: 'the patch has an alias (*) that stands for nothing, or more of them than can be meant.',
      fix: 'write the values themselves there; a text with a * in it wants quotes.',
    });
    return [];
  });
}

/** A patch that was written as YAML within YAML, as a text of its own; nothing in it: an empty one. Undefined: aliases spoil it. */
function asText(patch: unknown, document: Document): string | undefined {
  if (patch === null || patch === undefined) return '';
  try {
    const plain = (patch as { toJS(of: Document): unknown }).toJS(document);
    return plain === null ? '' : toKubernetesYaml(plain);
  } catch {
    return undefined;
  }
}

function patchesInFolder(folder: InputFolder, findings: Finding[]): WrittenPatch[] {
  if ('problem' in folder) {
    findings.push({ at: input, ...folder.problem });
    return [];
  }
  // kubeadm passes over what is no patch, and here also over those of other pods
  const files = [...folder.files].filter(([name]) => name.startsWith('etcd'));
  if (files.length === 0) {
    findings.push({
      at: `${input} (${folder.path})`,
      fact: 'the folder holds no patch of etcd.',
      fix: 'call its files etcd, a suffix, the kind and the ending, for example etcd+strategic.yaml.',
    });
  }
  return files.flatMap(([name, text]) =>
    checked({ name, text, at: `${input} (${folder.path}/${name})` }, findings),
  );
}

function checked(patch: WrittenPatch, findings: Finding[]): WrittenPatch[] {
  const problem = problemOf(patch);
  if (problem === undefined) return [patch];
  findings.push({ at: patch.at, ...problem });
  return [];
}

function problemOf({ name, text }: WrittenPatch): Omit<Finding, 'at'> | undefined {
  if (patchKind(name) === undefined) {
    return {
      fact: `${quote(name)} is not the name of a patch of etcd, and kubeadm would pass over it or misread it.`,
      ...(/\.yml$/.test(name) && { cause: 'kubeadm knows the endings .yaml and .json alone.' }),
      ...(/^kube/.test(name) && { cause: 'on an etcd host kubeadm makes the pod of etcd alone.' }),
      fix: 'call it etcd, a suffix if need be, + and the kind (strategic, merge or json), and the ending, for example etcd0+json.yaml.',
    };
  }
  if (holdsPrivateKey(text)) {
    return {
      fact: 'it holds a private key, which a patch is not made for.',
      fix: 'take the key out, replace it, and mount what has to be secret from the host.',
    };
  }
  return text.trim() === '' ? { fact: 'the patch is empty.', fix: `write the patch, ${example}` } : undefined;
}

/** What each patch makes of the pod; one that spoils it is told, and the next is tried without it. */
function tryOn(patches: readonly WrittenPatch[], member: PatchedMember, findings: Finding[]): void {
  const address = '10.0.0.6';
  const pod = modelPod(member);
  const own = etcdContainer(pod);
  let patched = pod;
  for (const { name, text, at } of patches) {
    const after = applied(patched, text, patchKind(name) ?? 'strategic', at, findings);
    if (after === undefined) continue;
    const problems = [
      ...podProblems(after, { ...member, address }),
      ...ownFieldProblems(own, etcdContainer(after)),
    ];
    findings.push(
      ...problems.map((problem) => ({
        at,
        fact: `with it the pod would not be as it has to be: ${problem}.`,
        fix: 'leave that part out of the patch.',
      })),
    );
    if (problems.length === 0) patched = after;
  }
}

function applied(
  pod: Json,
  text: string,
  kind: PatchKind,
  at: string,
  findings: Finding[],
): Json | undefined {
  const lines = new LineCounter();
  // as Kubernetes' programs read YAML
  const documents = parseAllDocuments(text, { version: '1.1', lineCounter: lines, prettyErrors: false });
  const [error] = [...documents].flatMap(({ errors }) => errors);
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    findings.push({
      at: `${at}, line ${line}, column ${col} of the patch`,
      fact: `this is not YAML: ${error.message}.`,
      fix: `write the patch as kubeadm's documentation does, ${example}`,
    });
    return undefined;
  }
  documents.forEach(readAsKubernetes);
  try {
    const patches = [...documents]
      .map((document) => document.toJS() as Json)
      .filter((patch) => patch !== null);
    return applyPatch(pod, patches, kind);
  } catch (thrown) {
    // toJS refuses aliases without an anchor, and far too many of them
    const reason =
      thrown instanceof PatchError
        ? thrown.message
        : `its aliases cannot be resolved (${errorMessage(thrown)})`;
    findings.push({
      at,
      fact: `it cannot be applied to the pod that kubeadm makes: ${reason}.`,
      fix: "compare it with /etc/kubernetes/manifests/etcd.yaml of a member, or with what kubeadm's documentation says of patches.",
    });
    return undefined;
  }
}

function etcdContainer(pod: Json): Readonly<Record<string, Json>> {
  const spec = isMapping(pod) ? pod['spec'] : undefined;
  const containers = isMapping(spec) ? spec['containers'] : undefined;
  const [first] = Array.isArray(containers) ? (containers as readonly Json[]) : [];
  return isMapping(first) ? first : {};
}

/** Fields that inputs of their own set, and check. */
const BY_INPUT = [
  ['command', 'flags are given by extra-args and by inputs of their own'],
  ['image', 'the image is given by image-repository and etcd-image-tag'],
] as const;

function ownFieldProblems(
  before: Readonly<Record<string, Json>>,
  after: Readonly<Record<string, Json>>,
): string[] {
  return BY_INPUT.filter(([field]) => !isDeepStrictEqual(before[field], after[field])).map(
    ([field, why]) => `its ${field} is another one, and ${why}`,
  );
}
