import type { Finding } from '../findings.ts';
import { KUBELET_FIELDS, rangeOfKubeletField, type KubeletFieldKind } from '../kubeadm/kubelet-fields.ts';
import { quoteJson } from './quote.ts';

/** A value of JSON, which is what the kubelet makes of its YAML. */
export type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

/** How each kind is told, recognised, and written. */
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
  'texts by name': {
    words: 'a mapping of names to texts',
    holds: (value) => isMapping(value) && Object.values(value).every(isText),
    example: '{ memory.available: "100Mi" }',
  },
  'booleans by name': {
    words: 'a mapping of names to booleans',
    holds: (value) => isMapping(value) && Object.values(value).every(isBoolean),
    example: '{ NodeSwap: true }',
  },
  'list of texts': { words: 'a list of texts', holds: (value) => isListOf(value, isText), example: '["…"]' },
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
 * Why kubelet does not start with a value of a field: another type than it reads, or a number that it refuses. Nothing of
 * fields that are not known here: versions of kubelet differ.
 */
export function kubeletValueProblem(name: string, value: Json): Omit<Finding, 'at'> | undefined {
  const kind = KUBELET_FIELDS.get(name);
  if (kind === undefined) return undefined;
  const { words, holds, example } = KINDS[kind];
  if (!holds(value)) {
    return {
      fact: `${name} is ${quoteJson(value)}, and kubelet reads ${words} there: it would not start.`,
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

/** As Go's time.ParseDuration takes it. */
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
