import { isMap, isScalar, LineCounter, parseDocument, type Document, type YAMLError } from 'yaml';
import type { Finding } from '../findings.ts';
import { OWNED_KUBELET_FIELDS } from '../kubeadm/kubelet-config.ts';
import { quote } from './quote.ts';

const at = 'kubelet-config';
const example = 'for example "failSwapOn: false".';

/** A value of JSON, which is what the kubelet makes of its YAML. */
type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

/**
 * Reads the YAML that is merged into the KubeletConfiguration: one mapping of the kubelet's fields, none of them
 * one that the action must set itself. Empty text is an empty mapping.
 */
export function parseKubeletConfig(value: string, findings: Finding[]): Readonly<Record<string, unknown>> {
  const lines = new LineCounter();
  const document = parseDocument(value, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'error',
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    findings.push(syntaxFinding(problem, lines));
    return {};
  }
  const config = valueOf(document, findings);
  if (config === undefined) return {};
  findings.push(...fieldsOf(document, lines).flatMap(checkField));
  return config;
}

function syntaxFinding(problem: YAMLError, lines: LineCounter): Finding {
  const place = placeOf(problem.pos[0], lines);
  if (problem.code === 'MULTIPLE_DOCS') {
    return {
      at: place,
      fact: 'a second YAML document begins here.',
      fix: `write one mapping without ---, ${example}`,
    };
  }
  return {
    at: place,
    fact: `this is not YAML: ${problem.message}.`,
    cause: 'the block is not indented evenly, or a value needs quotes.',
    fix: `write one field per line, all beginning in the same column, ${example}`,
  };
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

function fieldsOf(document: Document, lines: LineCounter): Field[] {
  if (!isMap(document.contents)) return [];
  return document.contents.items.map(({ key }) => ({
    name: isScalar(key) ? String(key.value) : '',
    place: placeOf(isScalar(key) ? key.range?.[0] : undefined, lines),
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

function placeOf(offset: number | undefined, lines: LineCounter): string {
  if (offset === undefined) return at;
  const { line, col } = lines.linePos(offset);
  return `${at}, line ${line}, column ${col}`;
}
