import { hidden, KeyBlocks } from '../../text/printable.ts';
import { base64View } from './dumps.ts';
import { aligned, Fragments, noTails, type Tails } from './fragments.ts';
import { maskForms, type SecretOrigin, SecretWords } from './mask-forms.ts';
import { keyMaterial, secretMaterial } from './secret-material.ts';
import { bareViewsOf, type TextRange, type View, viewsOf } from './views.ts';

/** Characters that extend a run of base64 or hex around a found piece. */
const runCharacter = /[A-Za-z0-9+/=_:-]/;

/** Forms of a PEM private key's mark: plain, in base64 (at any offset) and in hex. */
const keyMarks: readonly string[] = [
  'PRIVATE KEY',
  ...aligned(Buffer.from('PRIVATE KEY')),
  Buffer.from('PRIVATE KEY').toString('hex'),
];

/**
 * Maximum number of masks that are registered with the runner for keys that hosts have sent or that were made here;
 * the runner searches each line for all of them. A cluster of nine with RSA-4096 needs two thousand. Beyond the limit
 * they are still hidden here.
 */
const maxMasks = 10_000;
const maxKeys = 1000;

/**
 * Holds the secrets of this run and removes them from every text before output: the first line of defence, before the
 * runner's own masker. The runner masks the log only, never an artifact, and misses keys that are cut, rewrapped or
 * in hex. All work takes time in proportion to the text.
 */
export class Redactor {
  readonly #mask: (forms: readonly string[]) => void;
  readonly #words = new SecretWords();
  readonly #fragments = new Fragments();
  #masksLeft = maxMasks;
  #keysLeft = maxKeys;

  /** @param mask registers texts of one line each with the runner's masker: `setSecrets` of runner.ts. */
  constructor(mask: (forms: readonly string[]) => void) {
    this.#mask = mask;
  }

  /**
   * Registers a secret here and with the runner; from now on all its forms are hidden. Ignores empty text.
   * @param origin `made`: the text was made here or sent by a host; it is ignored unless it is a private key.
   */
  register(secret: string, origin: SecretOrigin = 'input'): void {
    const material = origin === 'made' ? keyMaterial(secret) : secretMaterial(secret);
    if (origin === 'made' && this.#keysLeft < material.keys.length) return;
    const forms = maskForms(material, origin);
    this.#mask(origin === 'made' ? forms.slice(0, this.#masksLeft) : forms);
    if (origin === 'made') {
      this.#masksLeft = Math.max(0, this.#masksLeft - forms.length);
      this.#keysLeft -= material.keys.length;
    }
    for (const word of material.words) this.#words.add(word);
    for (const key of material.keys) this.#fragments.add(key);
  }

  /** Removes the secrets from a text of any number of lines; cuts overlong lines. */
  redact(text: string): string {
    return this.forStream()(text.split('\n')).join('\n');
  }

  /** Like {@link forStream}, line by line. */
  forLines(): (line: string) => string {
    const redactLines = this.forStream();
    return (line) => redactLines([line])[0] ?? '';
  }

  /**
   * Returns a redactor for the lines of one stream, in order: it also hides unregistered private keys, from their
   * BEGIN to their END line, and pieces of known ones that span lines.
   */
  forStream(): (lines: readonly string[]) => string[] {
    const blocks = new KeyBlocks();
    const tails = noTails();
    return (lines) =>
      blocks.hideAll(lines.map((line) => cutLine(line))).map((line) => this.#redactKnown(line, tails));
  }

  /** Names the kind of secret in the bytes, for a message; undefined if there is none. */
  findSecret(content: string | Buffer): string | undefined {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const text = bytes.toString('latin1');
    if (keyMarks.some((mark) => text.includes(mark))) return 'a private key';
    if (this.#fragments.isEmpty && this.#words.isEmpty) return undefined;
    const views = inBase64(bareViewsOf(text));
    if (!this.#fragments.isEmpty && views.some(({ view, base64 }) => this.#fragments.isIn(view, base64)))
      return 'a piece of a private key of this run';
    if (this.#words.isEmpty) return undefined;
    const decoded = bytes.toString('utf8');
    const decodedViews = decoded === text ? views : inBase64(bareViewsOf(decoded));
    return decodedViews.some(({ view, base64 }) => this.#words.isIn(view, base64))
      ? 'a secret of this run'
      : undefined;
  }

  /** Removes the marks that make {@link findSecret} report a private key, from a text without one. */
  withoutKeyMarks(text: string): string {
    return keyMarks.reduce((rest, mark) => rest.replaceAll(mark, hidden), text);
  }

  #redactKnown(line: string, tails: Tails): string {
    if (line.trim() === '' || (this.#fragments.isEmpty && this.#words.isEmpty)) return line;
    const views = inBase64(viewsOf(line));
    const pieces = this.#fragments.isEmpty
      ? []
      : views.flatMap(({ view, base64 }, round) =>
          this.#fragments.find(view, base64, round === 0 ? tails : noTails()),
        );
    const words = this.#words.isEmpty
      ? []
      : views.flatMap(({ view, base64 }) => this.#words.find(view, base64));
    return cover(line, wholeRuns(line, pieces), words);
  }
}

/** Pairs each view of a text with its possible base64. */
function inBase64(views: readonly View[]): { readonly view: View; readonly base64: View }[] {
  return views.map((view) => ({ view, base64: base64View(view) }));
}

/**
 * Extends each piece to the whole run around it, which belongs to the same secret. Visits each character twice at
 * most.
 */
function wholeRuns(line: string, pieces: readonly TextRange[]): TextRange[] {
  const runs: TextRange[] = [];
  let done = 0;
  for (const { start, end } of inOrder(pieces)) {
    if (end <= done) continue;
    let from = Math.max(start, done);
    let to = Math.max(end, from);
    while (from > done && runCharacter.test(line.charAt(from - 1))) from -= 1;
    while (to < line.length && runCharacter.test(line.charAt(to))) to += 1;
    runs.push({ start: from, end: to });
    done = to;
  }
  return runs;
}

function inOrder(places: readonly TextRange[]): TextRange[] {
  return places.toSorted((one, other) => one.start - other.start);
}

function cover(line: string, ...places: readonly (readonly TextRange[])[]): string {
  let result = '';
  let done = 0;
  let covered = -1;
  for (const { start, end } of inOrder(places.flat())) {
    if (start > covered) {
      result += `${line.slice(done, start)}${hidden}`;
    }
    covered = Math.max(covered, end);
    done = Math.max(done, end);
  }
  return result + line.slice(done);
}

/** Longer lines are cut: people read the log, and a host could send megabytes on one line. */
export const maxLineLength = 2000;

/** Maximum length of a line that is searched: far more than is shown, and a key is recognised by its beginning. */
export const maxSearchedLength = 16 * 1024;

/** Shortens a line, with the number of removed characters. @param missing characters that were removed before. */
export function shortenLine(line: string, longest = maxLineLength, missing = 0): string {
  const left = Math.max(0, line.length - longest) + missing;
  return left === 0 ? line : `${line.slice(0, longest)}… (${left} more characters)`;
}

/** Returns the searched part of a line, with the number of removed characters. */
export function cutLine(line: string): string {
  return shortenLine(line, maxSearchedLength);
}
