import { type Document, isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import { errorMessage, type Finding } from '../../findings.ts';
import { isMapping, type Json, toKubernetesYaml } from '../../kubeadm/yaml.ts';
import { type KubeadmPatch, patchKind, type PatchKind } from '../../kubeadm/patches.ts';
import { holdsPrivateKey, quote } from '../../text/quote.ts';
import { inputGroup } from '../group.ts';
import type { InputFolder } from '../input-files.ts';
import { patchInputs } from '../table/etcd.ts';
import { parseYaml } from '../yaml-input.ts';

const input = 'patches';
const example = 'for example "etcd+strategic.yaml: { spec: { priority: 1000 } }".';

/** A patch and the position of its file in the inputs. */
interface WrittenPatch extends KubeadmPatch {
  readonly at: string;
}

/**
 * Parses kubeadm patches of etcd's static pod: a mapping of file names to patches, or a folder of such files as
 * `kubeadm init --patches` accepts it. Does not apply them: each host's kubeadm does.
 * @param folder the folder that the input names, if any.
 * @returns the patches in the order in which kubeadm applies them.
 */
function parsePatches(
  value: string,
  folder: InputFolder | undefined,
  findings: Finding[],
): readonly KubeadmPatch[] {
  const written = folder === undefined ? patchesInText(value, findings) : patchesInFolder(folder, findings);
  return written
    .filter((patch) => isReadable(patch, findings))
    .toSorted((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)))
    .map(({ name, text }) => ({ name, text }));
}

function patchesInText(value: string, findings: Finding[]): WrittenPatch[] {
  const yaml = parseYaml(input, value, { schema: 'core', uniqueKeys: true, example }, findings);
  const contents = yaml?.document.contents;
  if (yaml === undefined || contents === null) return [];
  if (!isMap(contents)) {
    findings.push({
      code: 'patches-malformed',
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
      code: 'patches-malformed',
      at,
      fact: 'the patch has an alias (*) without an anchor, or too many aliases.',
      fix: 'write the values themselves there; put a string with a * in quotes.',
    });
    return [];
  });
}

/** Returns the text of a patch that is nested YAML, or empty text for an empty one; undefined if its aliases are invalid. */
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
  // kubeadm ignores files that are not patches; patches of other pods do not matter here.
  const files = [...folder.files].filter(([name]) => name.startsWith('etcd'));
  if (files.length === 0) {
    findings.push({
      code: 'patches-malformed',
      at: `${input} (${folder.path})`,
      fact: 'the folder holds no patch of etcd.',
      fix: 'name its files etcd, a suffix, the kind and the extension, for example etcd+strategic.yaml.',
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
      code: 'patches-malformed',
      fact: `${quote(name)} is not the name of a patch of etcd, and kubeadm would ignore or misread it.`,
      ...(/\.yml$/.test(name) && { cause: 'kubeadm accepts only the extensions .yaml and .json.' }),
      ...(/^kube/.test(name) && { cause: 'on an etcd host kubeadm creates only the etcd pod.' }),
      fix: 'name it etcd, an optional suffix, + and the kind (strategic, merge or json), and the extension, for example etcd0+json.yaml.',
    };
  }
  if (holdsPrivateKey(text)) {
    return {
      code: 'private-key-misplaced',
      fact: 'it holds a private key; patches are not kept secret.',
      fix: 'remove the key, replace it, and mount secrets from the host.',
    };
  }
  return text.trim() === ''
    ? { code: 'patches-malformed', fact: 'the patch is empty.', fix: `write the patch, ${example}` }
    : undefined;
}

/** Reports whether kubeadm can read a patch: YAML or JSON that contains operations or a part of the pod. */
function isReadable({ name, text, at }: WrittenPatch, findings: Finding[]): boolean {
  const lines = new LineCounter();
  // As Kubernetes' programs read YAML.
  const documents = parseAllDocuments(text, { version: '1.1', lineCounter: lines, prettyErrors: false });
  const [error] = [...documents].flatMap(({ errors }) => errors);
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    findings.push({
      code: 'yaml-malformed',
      at: `${at}, line ${line}, column ${col} of the patch`,
      fact: `this is not YAML: ${error.message}.`,
      fix: `write the patch as kubeadm's documentation does, ${example}`,
    });
    return false;
  }
  const problem = formProblem(documents, patchKind(name));
  if (problem !== undefined) findings.push({ at, ...problem });
  return problem === undefined;
}

function formProblem(
  documents: readonly (Document | Document.Parsed)[],
  kind: PatchKind | undefined,
): Omit<Finding, 'at'> | undefined {
  try {
    const patches = documents.map((document) => document.toJS() as Json).filter((patch) => patch !== null);
    if (kind === 'json')
      return patches.every(isOperations)
        ? undefined
        : {
            code: 'patches-malformed',
            fact: 'a patch of the kind json is a list of operations, each a mapping with op and path.',
            fix: 'write operations, for example "- { op: add, path: /spec/priority, value: 1000 }", or give the file another kind (+strategic, +merge).',
          };
    return patches.every(isMapping)
      ? undefined
      : {
          code: 'patches-malformed',
          fact: `a patch of the kind ${kind} is a mapping of the pod's fields.`,
          fix: `write the fields of the pod that are to change, ${example}`,
        };
  } catch (error) {
    // toJS refuses aliases without an anchor, and too many aliases.
    return {
      code: 'patches-malformed',
      fact: `the aliases of the patch cannot be resolved (${errorMessage(error)}).`,
      fix: 'write the values themselves there; put a string with a * in quotes.',
    };
  }
}

function isOperations(patch: Json): boolean {
  const isOperation = (operation: Json): boolean =>
    isMapping(operation) && typeof operation['op'] === 'string' && typeof operation['path'] === 'string';
  return Array.isArray(patch) && (patch as readonly Json[]).every(isOperation);
}

/** The user's changes to the static pod. */
export interface PatchSettings {
  /** kubeadm patches of the static pod, sorted by name; none changes a field that the action relies on. */
  readonly patches: readonly KubeadmPatch[];
}

/** Patches of the static pod, applied by each host's kubeadm. */
export const patchesGroup = inputGroup({
  name: 'patches',
  inputs: patchInputs,
  parse: ({ inputs, files, findings }): PatchSettings => ({
    patches: parsePatches(inputs.patches, files.patches, findings),
  }),
});
