import { isAlias, isMap, isScalar, visit, type Document } from 'yaml';
import type { Finding } from '../findings.ts';
import { OWNED_KUBELET_FIELDS } from '../kubeadm/kubelet-config.ts';
import { KUBELET_FIELDS } from '../kubeadm/kubelet-fields.ts';
import { kubeletValueProblem, type Json } from './kubelet-field-values.ts';
import { nearest } from './nearest.ts';
import { quote } from './quote.ts';
import { parseYaml, type YamlInput } from './yaml-input.ts';

const at = 'kubelet-config';
const example = 'for example "failSwapOn: false".';

/**
 * Reads the YAML that is merged into the KubeletConfiguration: one mapping of the kubelet's fields, none of them
 * one that the action must set itself, each of the type that the kubelet reads. Empty text is an empty mapping.
 */
export function parseKubeletConfig(value: string, findings: Finding[]): Readonly<Record<string, unknown>> {
  const yaml = parseYaml(at, value, { schema: 'kubernetes', uniqueKeys: true, example }, findings);
  if (yaml === undefined) return {};
  const merges = mergesIn(yaml);
  findings.push(...merges);
  if (merges.length > 0) return {};
  const config = valueOf(yaml, findings);
  if (config === undefined) return {};
  findings.push(...fieldsOf(yaml).flatMap((field) => checkField(field, config[field.name])));
  return config;
}

/** A merge would bring fields in that stand elsewhere, those that belong to the action among them. */
function mergesIn({ document, placeOf }: YamlInput): Finding[] {
  const findings: Finding[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      if (!isScalar(key) || key.value !== '<<' || key.type !== 'PLAIN') return;
      findings.push({
        at: placeOf(key.range?.[0]),
        fact: '<< merges another mapping into this one, and kubelet-config says each field where it counts.',
        fix: 'write the fields themselves in place of <<.',
      });
    },
  });
  return findings;
}

/** The mapping as plain data, or undefined and a finding. */
function valueOf(yaml: YamlInput, findings: Finding[]): Readonly<Record<string, Json>> | undefined {
  const { document } = yaml;
  if (document.contents === null) return {};
  const value = toPlain(document);
  if (isMap(document.contents) && isJson(value)) return value as Record<string, Json>;
  findings.push({
    at: isMap(document.contents) ? placeOfUnusable(yaml) : at,
    fact: isMap(document.contents)
      ? 'the mapping holds a value that JSON does not know, such as null, .nan, binary data or an unknown alias.'
      : 'this is not a mapping of fields to values.',
    fix: `write the kubelet's fields with plain values, ${example}`,
  });
  return undefined;
}

/** The first value that is no JSON; the input where it takes several to make one, as with aliases of aliases. */
function placeOfUnusable({ document, placeOf }: YamlInput): string {
  let offset: number | undefined;
  visit(document, {
    Alias: (_, node) => {
      if (node.resolve(document) !== undefined) return undefined;
      offset = node.range?.[0];
      return visit.BREAK;
    },
    Scalar: (_, node) => {
      if (isJson(node.value)) return undefined;
      offset = node.range?.[0];
      return visit.BREAK;
    },
    Pair: (_, { key, value }) => {
      if (value !== null || !isScalar(key)) return undefined;
      offset = key.range?.[0];
      return visit.BREAK;
    },
  });
  return placeOf(offset);
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
    name: isScalar(key) && !isAlias(key) ? String(key.value) : '',
    place: placeOf(isScalar(key) ? key.range?.[0] : undefined),
  }));
}

function checkField({ name, place }: Field, value: Json | undefined): Finding[] {
  const owned = [...OWNED_KUBELET_FIELDS].find(([field]) => field.toLowerCase() === name.toLowerCase());
  if (owned !== undefined) {
    const [field, reason] = owned;
    return [{ at: place, fact: `${field} is set by the action: ${reason}.`, fix: 'leave the field out.' }];
  }
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) return [noField(name, place)];
  const otherCase = [...KUBELET_FIELDS.keys()].find((field) => field.toLowerCase() === name.toLowerCase());
  if (otherCase !== undefined && otherCase !== name) {
    return [
      {
        at: place,
        fact: `${quote(name)} is not the name of a field: kubelet tells capitals from small letters, and would pass over it.`,
        fix: `write it as ${otherCase}.`,
      },
    ];
  }
  const problem = value === undefined ? undefined : kubeletValueProblem(name, value);
  return problem === undefined ? [] : [{ at: place, ...problem }];
}

function noField(name: string, place: string): Finding {
  const isFlag = /^-{0,2}[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(name);
  const meant = isFlag ? nearest(name.replaceAll('-', ''), lowerCaseFields) : undefined;
  const field = [...KUBELET_FIELDS.keys()].find((each) => each.toLowerCase() === meant);
  return {
    at: place,
    fact: `${quote(name)} is not the name of a field.`,
    ...(isFlag && { cause: 'a command-line flag of the kubelet was written.' }),
    fix: `write the field of KubeletConfiguration (kubelet.config.k8s.io/v1beta1), ${field === undefined ? example : `perhaps ${field}.`}`,
  };
}

const lowerCaseFields = [...KUBELET_FIELDS.keys()].map((name) => name.toLowerCase());
