import { isMap, isScalar, type Document } from 'yaml';
import type { Finding } from '../findings.ts';
import { OWNED_KUBELET_FIELDS } from '../kubeadm/kubelet-config.ts';
import { quote } from './quote.ts';
import { parseYaml, type YamlInput } from './yaml-input.ts';

const at = 'kubelet-config';
const example = 'for example "failSwapOn: false".';

/** A value of JSON, which is what the kubelet makes of its YAML. */
type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

/**
 * Reads the YAML that is merged into the KubeletConfiguration: one mapping of the kubelet's fields, none of them
 * one that the action must set itself. Empty text is an empty mapping.
 */
export function parseKubeletConfig(value: string, findings: Finding[]): Readonly<Record<string, unknown>> {
  const yaml = parseYaml(at, value, { schema: 'core', uniqueKeys: true, example }, findings);
  if (yaml === undefined) return {};
  const config = valueOf(yaml.document, findings);
  if (config === undefined) return {};
  findings.push(...fieldsOf(yaml).flatMap(checkField));
  return config;
}

/** The mapping as plain data, or undefined and a finding. */
function valueOf(document: Document, findings: Finding[]): Readonly<Record<string, Json>> | undefined {
  if (document.contents === null) return {};
  const value = toPlain(document);
  if (isMap(document.contents) && isJson(value)) return value as Record<string, Json>;
  findings.push({
    at,
    fact: isMap(document.contents)
      ? 'the mapping holds a value that JSON does not know, such as null, .nan, binary data or an unknown alias.'
      : 'this is not a mapping of fields to values.',
    fix: `write the kubelet's fields with plain values, ${example}`,
  });
  return undefined;
}

function toPlain(document: Document): unknown {
  try {
    return document.toJS();
  } catch {
    return undefined; // An alias without its anchor, or far too many of them.
  }
}

function isJson(value: unknown): value is Json {
  if (typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson);
}

/** One field of the mapping and where it stands. */
interface Field {
  readonly name: string;
  readonly place: string;
}

function fieldsOf({ document, placeOf }: YamlInput): Field[] {
  if (!isMap(document.contents)) return [];
  return document.contents.items.map(({ key }) => ({
    name: isScalar(key) ? String(key.value) : '',
    place: placeOf(isScalar(key) ? key.range?.[0] : undefined),
  }));
}

function checkField({ name, place }: Field): Finding[] {
  const owned = [...OWNED_KUBELET_FIELDS].find(([field]) => field.toLowerCase() === name.toLowerCase());
  if (owned !== undefined) {
    const [field, reason] = owned;
    return [{ at: place, fact: `${field} is set by the action: ${reason}.`, fix: 'leave the field out.' }];
  }
  if (/^[a-z][A-Za-z0-9]*$/.test(name)) return [];
  return [
    {
      at: place,
      fact: `${quote(name)} is not the name of a field.`,
      cause: 'a command-line flag of the kubelet was written.',
      fix: `write the field of KubeletConfiguration (kubelet.config.k8s.io/v1beta1), ${example}`,
    },
  ];
}
