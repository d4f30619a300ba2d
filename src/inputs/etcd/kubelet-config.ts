import { type Document, isAlias, isMap, isScalar, visit } from 'yaml';
import type { Finding } from '../../findings.ts';
import {
  KUBELET_FIELDS,
  type KubeletFieldKind,
  OWNED_KUBELET_FIELDS,
  rangeOfKubeletField,
} from '../../kubeadm/kubelet-config.ts';
import { quote, quoteJson } from '../../text/quote.ts';
import { inputGroup } from '../group.ts';
import { nearest } from '../nearest.ts';
import { kubeletInputs } from '../table/etcd.ts';
import { parseYaml, type YamlInput } from '../yaml-input.ts';

const at = 'kubelet-config';
const example = 'for example "failSwapOn: false".';

/**
 * Parses the YAML that is merged into the KubeletConfiguration: one mapping of kubelet fields, each of the type that
 * kubelet reads, and none that the action sets itself. Empty text is an empty mapping.
 */
function parseKubeletConfig(value: string, findings: Finding[]): Readonly<Record<string, unknown>> {
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

/** Refuses merge keys: they would add fields from elsewhere in the document, even those that the action sets. */
function mergesIn({ document, placeOf }: YamlInput): Finding[] {
  const findings: Finding[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      if (!isScalar(key) || key.value !== '<<' || key.type !== 'PLAIN') return;
      findings.push({
        code: 'kubelet-config-malformed',
        at: placeOf(key.range?.[0]),
        fact: '<< merges another mapping into this one, and kubelet-config takes each field only where it belongs.',
        fix: 'write the fields themselves instead of <<.',
      });
    },
  });
  return findings;
}

/** Returns the mapping as plain data; undefined, with a finding, if it is not one. */
function valueOf(yaml: YamlInput, findings: Finding[]): Readonly<Record<string, Json>> | undefined {
  const { document } = yaml;
  if (document.contents === null) return {};
  const value = toPlain(document);
  if (isMap(document.contents) && isJson(value)) return value as Record<string, Json>;
  findings.push({
    code: 'kubelet-config-malformed',
    at: isMap(document.contents) ? placeOfUnusable(yaml) : at,
    fact: isMap(document.contents)
      ? 'the mapping holds a value that JSON does not know, such as null, .nan, binary data or an unknown alias.'
      : 'this is not a mapping of fields to values.',
    fix: `write the kubelet's fields with plain values, ${example}`,
  });
  return undefined;
}

/** Locates the first value that is not JSON; the input itself if several nodes together cause it, as nested aliases do. */
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
    return undefined; // An alias without its anchor, or too many aliases.
  }
}

function isJson(value: unknown): value is Json {
  if (typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson);
}

/** A top-level field of the mapping and its position. */
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
    return [
      {
        code: 'kubelet-field-not-allowed',
        at: place,
        fact: `${field} is set by the action: ${reason}.`,
        fix: 'leave the field out.',
      },
    ];
  }
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) return [noField(name, place)];
  const otherCase = [...KUBELET_FIELDS.keys()].find((field) => field.toLowerCase() === name.toLowerCase());
  if (otherCase !== undefined && otherCase !== name) {
    return [
      {
        code: 'kubelet-field-not-allowed',
        at: place,
        fact: `${quote(name)} is not the name of a field: kubelet distinguishes upper and lower case, and would ignore it.`,
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
    code: 'kubelet-field-not-allowed',
    at: place,
    fact: `${quote(name)} is not the name of a field.`,
    ...(isFlag && { cause: 'a command-line flag of the kubelet was written.' }),
    fix: `write the field of KubeletConfiguration (kubelet.config.k8s.io/v1beta1), ${field === undefined ? example : `perhaps ${field}.`}`,
  };
}

const lowerCaseFields = [...KUBELET_FIELDS.keys()].map((name) => name.toLowerCase());

/** A JSON value, as kubelet converts its YAML. */
type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

/** The name, the test and an example of each kind of value. */
const KINDS: Readonly<
  Record<
    KubeletFieldKind,
    { readonly words: string; readonly holds: (value: Json) => boolean; readonly example: string }
  >
> = {
  boolean: { words: 'a boolean', holds: isBoolean, example: 'false' },
  integer: { words: 'a whole number without quotes', holds: isInteger, example: '110' },
  number: { words: 'a number without quotes', holds: (value) => typeof value === 'number', example: '0.9' },
  text: { words: 'a text', holds: isText, example: '"…", in quotes' },
  duration: { words: 'a duration with its unit', holds: isDuration, example: '10s' },
  'strings by name': {
    words: 'a mapping of names to strings',
    holds: (value) => isMapping(value) && Object.values(value).every(isText),
    example: '{ memory.available: "100Mi" }',
  },
  'booleans by name': {
    words: 'a mapping of names to booleans',
    holds: (value) => isMapping(value) && Object.values(value).every(isBoolean),
    example: '{ NodeSwap: true }',
  },
  'list of strings': {
    words: 'a list of strings',
    holds: (value) => isListOf(value, isText),
    example: '["…"]',
  },
  'list of integers': {
    words: 'a list of whole numbers',
    holds: (value) => isListOf(value, isInteger),
    example: '[29]',
  },
  'list of mappings': {
    words: 'a list of mappings',
    holds: (value) => isListOf(value, isMapping),
    example: '[{ … }]',
  },
  mapping: { words: 'a mapping', holds: isMapping, example: '{ … }' },
};

/**
 * Explains why kubelet would not start with a value of a field: the wrong type, or a number out of range. Accepts
 * unknown fields, because versions of kubelet differ.
 */
function kubeletValueProblem(name: string, value: Json): Omit<Finding, 'at'> | undefined {
  const kind = KUBELET_FIELDS.get(name);
  if (kind === undefined) return undefined;
  const { words, holds, example } = KINDS[kind];
  if (!holds(value)) {
    return {
      code: 'kubelet-config-malformed',
      fact: `${name} is ${quoteJson(value)}, and kubelet needs ${words} there: it would not start.`,
      fix: `write ${words}, for example ${name}: ${example}.`,
    };
  }
  if (kind === 'integer') return outOfRange(name, Number(value));
  const isFactor = name === 'memoryThrottlingFactor';
  if (!isFactor || (Number(value) > 0 && Number(value) <= 1)) return undefined;
  return refusedNumber(name, Number(value), 'more than 0 and at most 1');
}

function outOfRange(name: string, value: number): Omit<Finding, 'at'> | undefined {
  const { least, greatest } = rangeOfKubeletField(name);
  return value >= least && value <= greatest
    ? undefined
    : refusedNumber(name, value, `from ${least} to ${greatest}`);
}

function refusedNumber(name: string, value: number, range: string): Omit<Finding, 'at'> {
  return {
    code: 'kubelet-config-malformed',
    fact: `${name} is ${value}, and kubelet takes ${range}: it would not start.`,
    fix: 'write a number in that range, or leave the field out for its default.',
  };
}

function isText(value: Json): boolean {
  return typeof value === 'string';
}

function isBoolean(value: Json): boolean {
  return typeof value === 'boolean';
}

function isInteger(value: Json): boolean {
  return Number.isInteger(value);
}

/** Reports whether Go's time.ParseDuration accepts it. */
function isDuration(value: Json): boolean {
  return (
    typeof value === 'string' &&
    /^[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|\u00B5s|\u03BCs|ms|s|m|h))+)$/.test(value)
  );
}

function isMapping(value: Json): boolean {
  return typeof value === 'object' && !Array.isArray(value);
}

function isListOf(value: Json, is: (item: Json) => boolean): boolean {
  return Array.isArray(value) && (value as readonly Json[]).every(is);
}

/** The user's settings of kubelet, equal on all hosts. */
export interface KubeletSettings {
  /** Merged into the KubeletConfiguration. */
  readonly kubeletConfig: Readonly<Record<string, unknown>>;
}

/** The configuration of the kubelet. */
export const kubeletGroup = inputGroup({
  name: 'kubelet',
  inputs: kubeletInputs,
  parse: ({ inputs, findings }): KubeletSettings => ({
    kubeletConfig: parseKubeletConfig(inputs['kubelet-config'], findings),
  }),
});
