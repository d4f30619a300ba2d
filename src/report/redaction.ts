import { Fragments, type Place } from './fragments.ts';
import { hidden, KeyBlocks } from './key-blocks.ts';
import { maskForms, type SecretOrigin } from './mask-forms.ts';
import { secretMaterial } from './secret-material.ts';
import { aligned } from './base64.ts';

/** An encoded form of a word that is shorter than this could be an ordinary word. */
const shortestForm = 8;

/** Characters that belong to the same run of base64 or hex as a piece that was found. */
const runCharacter = /[A-Za-z0-9+/=_:-]/;

/** Tells a PEM private key in bytes, also in base64 (at any offset) and in hex. */
const keyMarks: readonly string[] = [
  'PRIVATE KEY',
  ...aligned(Buffer.from('PRIVATE KEY')),
  Buffer.from('PRIVATE KEY').toString('hex'),
];

/**
 * Knows the secrets of this run and takes them out of every text before it leaves: the first line of defence, of
 * which the runner's own masker is the second. The runner masks the log only, never an artifact, and misses keys
 * that are cut, wrapped anew or in hex.
 */
export class Redactor {
  readonly #mask: (forms: readonly string[]) => void;
  readonly #forms = new Set<string>();
  readonly #fragments = new Fragments();

  /** @param mask hands texts of one line each to the runner's masker: `setSecrets` of runner.ts. */
  constructor(mask: (forms: readonly string[]) => void) {
    this.#mask = mask;
  }

  /** Makes a secret known, here and to the runner; from now on no form of it passes. Empty text is ignored. */
  register(secret: string, origin: SecretOrigin = 'input'): void {
    const material = secretMaterial(secret);
    this.#mask(maskForms(material, origin));
    for (const form of material.words.flatMap(formsOfWord)) this.#forms.add(form);
    for (const key of material.keys) this.#fragments.add(key);
  }

  /** A text of any number of lines without its secrets. */
  redact(text: string): string {
    const redactLine = this.forLines();
    return text
      .split('\n')
      .map((line) => redactLine(line))
      .join('\n');
  }

  /**
   * A redactor for the lines of one stream, in their order: it also hides private keys that were never registered,
   * from their BEGIN to their END line.
   */
  forLines(): (line: string) => string {
    const blocks = new KeyBlocks();
    return (line) => this.#redactKnown(blocks.hide(line));
  }

  /**
   * What secret the bytes hold, in words for a message; undefined when they may leave.
   */
  findSecret(content: string | Buffer): string | undefined {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const text = bytes.toString('latin1');
    if (keyMarks.some((mark) => text.includes(mark))) return 'a private key';
    if (this.#fragments.isIn(bytes)) return 'a piece of a private key of this run';
    const utf8 = bytes.toString('utf8');
    return [...this.#forms].some((form) => utf8.includes(form)) ? 'a secret of this run' : undefined;
  }

  #redactKnown(line: string): string {
    const pieces = this.#fragments.find(line).map((place) => wholeRun(line, place));
    const words = [...this.#forms].flatMap((form) => placesOf(form, line));
    return cover(line, [...pieces, ...words]);
  }
}

function formsOfWord(word: string): string[] {
  const bytes = Buffer.from(word);
  const hex = bytes.toString('hex');
  const encoded = [
    JSON.stringify(word).slice(1, -1),
    encodeURIComponent(word.toWellFormed()),
    ...aligned(bytes),
    hex,
    hex.toUpperCase(),
  ];
  return [word, ...encoded.filter((form) => form.length >= shortestForm)];
}

function placesOf(form: string, line: string): Place[] {
  const places: Place[] = [];
  for (let start = line.indexOf(form); start >= 0; start = line.indexOf(form, start + 1)) {
    places.push({ start, end: start + form.length });
  }
  return places;
}

/** What stands before and after a piece in the same run is of the same secret. */
function wholeRun(line: string, { start, end }: Place): Place {
  let from = start;
  let to = end;
  while (from > 0 && runCharacter.test(line.charAt(from - 1))) from -= 1;
  while (to < line.length && runCharacter.test(line.charAt(to))) to += 1;
  return { start: from, end: to };
}

function cover(line: string, places: readonly Place[]): string {
  let result = '';
  let done = 0;
  let covered = -1;
  for (const { start, end } of places.toSorted((one, other) => one.start - other.start)) {
    if (start > covered) {
      result += `${line.slice(done, start)}${hidden}`;
    }
    covered = Math.max(covered, end);
    done = Math.max(done, end);
  }
  return result + line.slice(done);
}
