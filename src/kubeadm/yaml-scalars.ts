/** What a bare word of YAML may stand for. */
export type PlainScalar = string | number | boolean | null | typeof MERGE;

/** The bare key `<<`, which merges another mapping into its own. */
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

/** `yes`, `Yes` and `YES`; other mixtures of letters are plain strings. */
function spellings(words: readonly string[], value: PlainScalar): [string, PlainScalar][] {
  return words.flatMap((word) =>
    [word, `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`, word.toUpperCase()].map(
      (spelling): [string, PlainScalar] => [spelling, value],
    ),
  );
}

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** go-yaml takes the rest for numbers that begin with a dot and hold no underscore. */
const FLOAT_FROM_DOT = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/;
const SIGNED_BINARY = /^0b([-+][01]+)$/;

/**
 * What a bare word stands for where Kubernetes' programs read it: their YAML (go-yaml v2, resolve.go) is neither 1.1 nor 1.2.
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

/** Undefined where 64 bits do not hold it. */
function integerOf(sign: string, digits: string): number | undefined {
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const least = sign === '-' ? 2n ** 63n : 2n ** 64n - 1n;
  // ParseUint takes no sign
  const most = sign === '+' ? 2n ** 63n - 1n : least;
  if (magnitude > most) return undefined;
  return sign === '-' && magnitude > 0n ? -Number(magnitude) : Number(magnitude);
}

/** A number that is too large for 64 bits stays a string. */
function finite(digits: string): number | string {
  const value = Number(digits);
  return Number.isFinite(value) ? value : digits;
}
