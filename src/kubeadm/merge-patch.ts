import { isMapping, PatchError, type Json, type JsonMapping } from './json-patch.ts';

/**
 * Lists of a pod that a strategic merge adds to, and the field that tells their items apart (patchMergeKey in
 * k8s.io/api/core/v1/types.go). Every other list is replaced.
 */
const MERGE_KEYS: ReadonlyMap<string, string> = new Map([
  ['containers', 'name'],
  ['initContainers', 'name'],
  ['ephemeralContainers', 'name'],
  ['volumes', 'name'],
  ['volumeMounts', 'mountPath'],
  ['volumeDevices', 'devicePath'],
  ['env', 'name'],
  ['ports', 'containerPort'],
  ['imagePullSecrets', 'name'],
  ['hostAliases', 'ip'],
  ['topologySpreadConstraints', 'topologyKey'],
]);

/**
 * Applies a merge patch to a pod: null removes, mappings are merged, everything else is replaced; lists too
 * (`merge`, RFC 7386), or added to by the keys of their items (`strategic`).
 * @throws PatchError where it is no mapping, or holds what only a JSON patch says plainly.
 */
export function applyMergePatch(target: Json, patch: Json, kind: 'strategic' | 'merge'): Json {
  if (!isMapping(patch)) throw new PatchError(`a patch of the kind ${kind} is a mapping of the pod's fields`);
  return merged(target, patch, kind);
}

function merged(target: Json, patch: JsonMapping, kind: 'strategic' | 'merge'): JsonMapping {
  const result = new Map(isMapping(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) {
      throw new PatchError(
        `${key} is an order to the merge; say by a patch of the kind json what is removed`,
      );
    }
    if (value === null) result.delete(key);
    else result.set(key, mergedField(key, result.get(key) ?? null, value, kind));
  }
  return Object.fromEntries(result);
}

function mergedField(key: string, target: Json, value: Json, kind: 'strategic' | 'merge'): Json {
  if (isMapping(value)) return merged(target, value, kind);
  const mergeKey = kind === 'strategic' && Array.isArray(value) ? MERGE_KEYS.get(key) : undefined;
  if (mergeKey === undefined) return value;
  const items = [...(Array.isArray(target) ? (target as readonly Json[]) : [])];
  const added: Json[] = [];
  for (const item of value as readonly Json[]) {
    const id = isMapping(item) ? item[mergeKey] : undefined;
    if (!isMapping(item) || id === undefined) {
      throw new PatchError(`an item of ${key} has no ${mergeKey}, by which it is merged`);
    }
    const index = items.findIndex((present) => isMapping(present) && present[mergeKey] === id);
    if (index < 0) added.push(merged(null, item, kind));
    else items[index] = merged(items[index] ?? null, item, kind);
  }
  // as the order of both lists is kept, the patch's first (strategicpatch/patch.go, mergeSliceWithoutSpecialElements)
  return [...added, ...items];
}
