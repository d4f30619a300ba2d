import { Document, parseAllDocuments, type SchemaOptions, type ToStringOptions, visit } from 'yaml';

/** Lines are not folded: each value stays on the line of its key. */
const ON_ONE_LINE: ToStringOptions = { lineWidth: 0 };

/**
 * Resolves the plain scalars of a document as Kubernetes' programs do. Keys keep their spelling.
 * @param document parsed with the core schema or with YAML 1.1; it is changed.
 */
export function readAsKubernetes(document: Document | Document.Parsed): void {
  visit(document, {
    Scalar: (position, node) => {
      if (position === 'key' || node.type !== 'PLAIN' || node.tag !== undefined) return;
      const value = resolvePlain(node.source ?? '');
      node.value = typeof value === 'symbol' ? '<<' : value;
    },
  });
}

/** Leaves out the tag that writes a string `<<` plain, as if it were a merge key. */
const WITHOUT_MERGE: SchemaOptions = {
  customTags: (tags) =>
    tags.filter((tag) => (typeof tag === 'string' ? tag !== 'merge' : tag.tag !== 'tag:yaml.org,2002:merge')),
};

/**
 * Writes YAML for Kubernetes' programs. Their parser (sigs.k8s.io/yaml on go-yaml v2) has its own rules for plain
 * scalars: a string that it would read as something else, such as `yes` or `0o17`, is quoted.
 * @param value plain data.
 */
export function toKubernetesYaml(value: unknown): string {
  const document = new Document(value, { version: '1.1', ...WITHOUT_MERGE });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value !== 'string' || node.value.includes('\n')) return;
      if (typeof resolvePlain(node.value) !== 'string') node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString(ON_ONE_LINE);
}

/**
 * Most characters of YAML from a host: kubeadm's configuration and manifests have 3 kB each. The parser's time is
 * quadratic for some texts, and 256 KiB of names take it 15 seconds.
 */
export const MOST_YAML_CHARACTERS = 32 * 1024;

/** Most cached texts: some of each host, which one decision reads many times. */
const MOST_REMEMBERED = 64;
const remembered = new Map<string, readonly unknown[]>();

/**
 * Parses the single document that a host has sent, as plain data; undefined if it cannot be read, is not the only one,
 * or is longer than any such file.
 * @returns shared data, which callers must not change.
 */
export function readYaml(text: string): unknown {
  const [document, ...others] = documentsOf(text);
  return others.length === 0 ? document : undefined;
}

/**
 * Parses the documents of a text that a host has sent, as plain data, without those that cannot be read; none if the
 * text is longer than any such file.
 * @returns shared data, which callers must not change.
 */
export function readYamlDocuments(text: string): unknown[] {
  return documentsOf(text).filter((document) => document !== undefined);
}

/**
 * Returns one entry for each document; undefined for one with an error, an unresolved alias, or an alias that leads
 * back to itself.
 */
function documentsOf(text: string): readonly unknown[] {
  if (text.length > MOST_YAML_CHARACTERS) return [];
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const documents = parsed(text);
  const [oldest] = remembered.keys();
  if (remembered.size >= MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.set(text, documents);
  return documents;
}

function parsed(text: string): unknown[] {
  try {
    // The parser's warnings would quote the text on standard error.
    return [...parseAllDocuments(text, { logLevel: 'error', prettyErrors: false })].map((document) => {
      if (document.errors.length > 0) return undefined;
      try {
        // Refuses nested aliases that would expand to gigabytes.
        const value: unknown = document.toJS();
        JSON.stringify(value);
        return value;
      } catch {
        return undefined;
      }
    });
  } catch {
    return [];
  }
}

/** The value of a plain scalar. */
export type PlainScalar = string | number | boolean | null | typeof MERGE;

/** The plain key `<<`, which merges another mapping into its own. */
export const MERGE: unique symbol = Symbol('<<');

const WORDS: ReadonlyMap<string, PlainScalar> = new Map<string, PlainScalar>([
  ...spellings(['y', 'yes', 'true', 'on'], true),
  ...spellings(['n', 'no', 'false', 'off'], false),
  ...spellings(['null'], null),
  ['', null],
  ['~', null],
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF'].flatMap(
    (word) =>
      [
        [word, Infinity],
        [`+${word}`, Infinity],
        [`-${word}`, -Infinity],
      ] as const,
  ),
  ['<<', MERGE],
]);

/** Lists `yes`, `Yes` and `YES`; other mixtures of case are strings. */
function spellings(words: readonly string[], value: PlainScalar): [string, PlainScalar][] {
  return words.flatMap((word) =>
    [word, `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`, word.toUpperCase()].map(
      (spelling): [string, PlainScalar] => [spelling, value],
    ),
  );
}

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** go-yaml reads other words as numbers only if they begin with a dot and hold no underscore. */
const FLOAT_FROM_DOT = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/;
const SIGNED_BINARY = /^0b([-+][01]+)$/;

/**
 * Resolves a plain scalar as Kubernetes' programs do: their YAML (go-yaml v2, resolve.go) is neither 1.1 nor 1.2.
 * Numbers in base 60 and dates are strings there; `yes` is a boolean, `0110` is 72, `1_100` is 1100.
 */
export function resolvePlain(word: string): PlainScalar {
  const known = WORDS.get(word);
  if (known !== undefined) return known;
  if (word.startsWith('.')) return FLOAT_FROM_DOT.test(word) ? finite(word) : word;
  if (!/^[-+0-9]/.test(word)) return word;
  const digits = word.replaceAll('_', '');
  const [, sign = '', integer] = INTEGER.exec(digits) ?? [];
  const whole = integer === undefined ? undefined : integerOf(sign, integer);
  if (whole !== undefined) return whole;
  if (FLOAT.test(digits)) return finite(digits) === digits ? word : finite(digits);
  const [, binary] = SIGNED_BINARY.exec(digits) ?? [];
  return binary === undefined ? word : parseInt(binary, 2);
}

/** Returns undefined if the number does not fit 64 bits. */
function integerOf(sign: string, digits: string): number | undefined {
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const least = sign === '-' ? 2n ** 63n : 2n ** 64n - 1n;
  // ParseUint accepts no sign.
  const most = sign === '+' ? 2n ** 63n - 1n : least;
  if (magnitude > most) return undefined;
  return sign === '-' && magnitude > 0n ? -Number(magnitude) : Number(magnitude);
}

/** Keeps a number that is too large for 64 bits as a string. */
function finite(digits: string): number | string {
  const value = Number(digits);
  return Number.isFinite(value) ? value : digits;
}

/** Plain data, as it comes out of YAML or JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A mapping of plain data. */
export type JsonMapping = Readonly<Record<string, Json>>;

/** Whether it is a mapping, not a list. */
export function isMapping(value: Json | undefined): value is JsonMapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
