import { isDeepStrictEqual } from 'node:util';

/** A patch that cannot be applied, in words that continue `it cannot be applied:`. */
export class PatchError extends Error {}

/** Plain data, as it comes out of YAML or JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A mapping of plain data. */
export type JsonMapping = Readonly<Record<string, Json>>;

/** Whether it is a mapping, not a list. */
export function isMapping(value: Json | undefined): value is JsonMapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Applies a JSON patch (RFC 6902).
 * @throws PatchError where it is none, or does not fit what it is applied to.
 */
export function applyJsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw new PatchError('a patch of the kind json is a list of operations');
  return (patch as readonly Json[]).reduce(applyOperation, target);
}

function applyOperation(target: Json, operation: Json): Json {
  if (!isMapping(operation)) throw new PatchError('an operation is a mapping with op and path');
  const { op, value } = operation;
  const path = pointer(operation['path'], 'path');
  switch (op) {
    case 'add':
      return put(target, path, needed(value), 'add');
    case 'replace':
      return put(target, path, needed(value), 'replace');
    case 'remove':
      return remove(target, path);
    case 'move': {
      const from = pointer(operation['from'], 'from');
      return put(remove(target, from), path, at(target, from), 'add');
    }
    case 'copy':
      return put(target, path, at(target, pointer(operation['from'], 'from')), 'add');
    case 'test':
      if (!isDeepStrictEqual(at(target, path), value))
        throw new PatchError(`the test of ${shown(path)} fails`);
      return target;
    default:
      throw new PatchError(`there is no operation ${JSON.stringify(op ?? null)}`);
  }
}

function needed(value: Json | undefined): Json {
  if (value === undefined) throw new PatchError('an operation that adds or replaces has no value');
  return value;
}

/** The keys of a JSON pointer (RFC 6901). */
function pointer(text: Json | undefined, field: string): readonly string[] {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) {
    throw new PatchError(`${field} is no pointer such as /spec/priority`);
  }
  return text
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function shown(path: readonly string[]): string {
  return `/${path.join('/')}`;
}

function at(target: Json, path: readonly string[]): Json {
  return path.reduce((value, key, depth) => {
    const inner = Array.isArray(value)
      ? (value as readonly Json[])[indexOf(key, value.length - 1, path)]
      : isMapping(value) && Object.hasOwn(value, key)
        ? value[key]
        : undefined;
    if (inner === undefined) throw new PatchError(`there is no ${shown(path.slice(0, depth + 1))}`);
    return inner;
  }, target);
}

function put(target: Json, path: readonly string[], value: Json, how: 'add' | 'replace'): Json {
  return changeAt(target, path, (parent, key) => {
    if (Array.isArray(parent)) {
      const list = [...(parent as readonly Json[])];
      const index =
        key === '-' && how === 'add'
          ? list.length
          : indexOf(key, list.length - (how === 'add' ? 0 : 1), path);
      list.splice(index, how === 'add' ? 0 : 1, value);
      return list;
    }
    if (how === 'replace') at(target, path);
    return { ...(parent as JsonMapping), [key]: value };
  });
}

function remove(target: Json, path: readonly string[]): Json {
  at(target, path);
  return changeAt(target, path, (parent, key) =>
    Array.isArray(parent)
      ? (parent as readonly Json[]).toSpliced(Number(key), 1)
      : Object.fromEntries(Object.entries(parent as JsonMapping).filter(([name]) => name !== key)),
  );
}

/** @throws PatchError where there is nothing that what is changed could be within. */
function changeAt(target: Json, path: readonly string[], change: (parent: Json, key: string) => Json): Json {
  const key = path.at(-1);
  if (key === undefined) throw new PatchError('the whole pod cannot be replaced');
  const parents = path.slice(0, -1);
  const parent = at(target, parents);
  if (!Array.isArray(parent) && !isMapping(parent)) {
    throw new PatchError(`nothing can be within ${shown(parents)}`);
  }
  return replaceAt(target, parents, change(parent, key));
}

/** @param path of something that is there. */
function replaceAt(target: Json, path: readonly string[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const inner = replaceAt(at(target, [key]), rest, value);
  return Array.isArray(target)
    ? (target as readonly Json[]).with(Number(key), inner)
    : { ...(target as JsonMapping), [key]: inner };
}

function indexOf(key: string, greatest: number, path: readonly string[]): number {
  const index = /^(?:0|[1-9]\d{0,5})$/.test(key) ? Number(key) : Number.NaN;
  if (index <= greatest) return index;
  throw new PatchError(`there is no ${shown(path)}`);
}
