/**
 * The secret masker of GitHub's runner, ported from actions/runner v2.336 (src/Sdk/DTLogging/Logging/SecretMasker.cs
 * and ValueEncoders.cs). It has the same gaps: hex, re-wrapped text and base64 with another offset are not recognised
 * there either.
 */

/** Returns other forms of a value to mask; ignores empty ones. */
type ValueEncoder = (value: string) => string[];

/** A piece of a text: from `start` up to, not including, `end` (UTF-16 units). */
interface Range {
  start: number;
  end: number;
}

/** The PowerShell encoders do not mask parts of a secret shorter than this. */
const SHORTEST_SECTION = 6;

/** base64 of the value, also after one or two other bytes; each also in the URL alphabet. */
const base64Variations: ValueEncoder = (value) => {
  const bytes = Buffer.from(value, 'utf8');
  return [0, 1, 2]
    .map((offset) => bytes.subarray(offset))
    .filter((pruned) => pruned.length > 0)
    .map((pruned) => pruned.toString('base64').replace(/=+$/, ''))
    .flatMap((encoded) => [encoded, encoded.replaceAll('+', '-').replaceAll('/', '_')]);
};

const commandLineArgument: ValueEncoder = (value) => [value.replaceAll('"', '\\"')];

const expressionString: ValueEncoder = (value) => [value.replaceAll("'", "''")];

/** Newtonsoft's JsonConvert escapes three line breaks that JSON.stringify leaves as they are. */
const jsonString: ValueEncoder = (value) => [
  JSON.stringify(value)
    .slice(1, -1)
    .replaceAll('\u0085', '\\u0085')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029'),
];

/** .NET's Uri.EscapeDataString escapes five characters that encodeURIComponent leaves as they are. */
const uriData: ValueEncoder = (value) => [
  encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  ),
];

const XML_ENTITIES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '&': '&amp;',
};

const xmlData: ValueEncoder = (value) => [
  value.replace(/[<>"'&]/g, (character) => XML_ENTITIES[character] ?? character),
];

const withoutDoubleQuotes: ValueEncoder = (value) =>
  value.length > 8 && value.startsWith('"') && value.endsWith('"') ? [value.slice(1, -1)] : [];

/** PowerShell colours the character after `&+` in its errors, which splits a secret: the first part. */
const powerShellBeforeAmpersand: ValueEncoder = (value) => {
  const plus = value.indexOf('&+');
  const section =
    plus >= 0 ? value.slice(0, plus + '&+'.length) : value.slice(0, value.lastIndexOf('&') + '&'.length);
  return value.includes('&') && section.length >= SHORTEST_SECTION ? [section] : [];
};

/** The second part; the coloured character itself is lost. */
const powerShellAfterAmpersand: ValueEncoder = (value) => {
  const plus = value.indexOf('&+');
  const section =
    plus >= 0 ? value.slice(plus + '&+'.length + 1) : value.slice(value.lastIndexOf('&') + '&'.length);
  return value.includes('&') && section.length >= SHORTEST_SECTION ? [section] : [];
};

const ENCODERS: readonly ValueEncoder[] = [
  base64Variations,
  commandLineArgument,
  expressionString,
  jsonString,
  uriData,
  xmlData,
  withoutDoubleQuotes,
  powerShellBeforeAmpersand,
  powerShellAfterAmpersand,
];

/** Returns the trimmed, non-empty lines of a value: output is masked line by line, so each is registered by itself. */
function linesOf(value: string): string[] {
  return value
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function rangesOf(secret: string, text: string): Range[] {
  const ranges: Range[] = [];
  for (let start = text.indexOf(secret); start >= 0; start = text.indexOf(secret, start + 1)) {
    ranges.push({ start, end: start + secret.length });
  }
  return ranges;
}

/** Merges overlapping and touching ranges, as in the runner: two secrets side by side are one `***`. */
function merged(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && range.start <= last.end) {
      last.end = Math.max(last.end, range.end);
    } else {
      result.push({ ...range });
    }
  }
  return result;
}

/** Knows the secrets of one job and replaces them by `***` in text. */
export class SecretMasker {
  readonly #values = new Set<string>();
  readonly #forms = new Set<string>();

  /** Returns the values registered so far, in order, without their encoded forms. */
  get values(): readonly string[] {
    return [...this.#values];
  }

  /** Registers one value and its encoded forms, as `SecretMasker.AddValue`; an empty value is ignored. */
  addValue(value: string): void {
    if (value === '' || this.#values.has(value)) return;
    this.#values.add(value);
    this.#forms.add(value);
    for (const form of ENCODERS.flatMap((encode) => encode(value))) {
      if (form !== '') this.#forms.add(form);
    }
  }

  /** Registers the values of `::add-mask::`: the value itself, and each of its lines. */
  addMask(value: string): void {
    this.addValue(value);
    for (const line of linesOf(value)) this.addValue(line);
  }

  /** Registers a secret of the repository as the runner does when the job starts: trimmed, and each of its lines. */
  addSecret(value: string): void {
    this.addMask(value.trim());
  }

  /** Replaces every registered value and encoded form in the text by `***`. */
  mask(text: string): string {
    const ranges = merged([...this.#forms].flatMap((form) => rangesOf(form, text)));
    let result = '';
    let from = 0;
    for (const { start, end } of ranges) {
      result += `${text.slice(from, start)}***`;
      from = end;
    }
    return result + text.slice(from);
  }

  /** Reports whether the runner would drop the text as a job output ("Skip output … since it may contain secret."). */
  isRevealedBy(text: string): boolean {
    return this.mask(text) !== text;
  }
}
